/** Compares a simulated market with what has been published about the real one, each figure with a stated bound. */
import { quantile } from 'd3-array';
import type { SimulateOptions } from './options.ts';
import { countActive } from './population.ts';
import type { WalletSamples, WholeShares } from './wallet_statistics.ts';

export interface Marginal {
  readonly name: string;
  readonly published: number;
  readonly simulated: number;
  readonly low: number;
  readonly high: number;
  /** Whether the run is large enough for the bound to mean something; `scale` says what it takes. */
  readonly applies: boolean;
  readonly scale: string;
  readonly isInside: boolean;
}

/** Fills per wallet in the published study, over their median. */
const PUBLISHED_FILLS = { p90: 246 / 17, p95: 666 / 17 };

/** Name, published, simulated, bound from and to, whether it applies and what it takes. */
type Compared = [string, number, number, number, number, boolean, string];

/**
 * What two tapes say of all wallets in their markets (data.md §3: midterms of 2022 and 18 sports markets of 2026; published
 * is the middle of the two).
 */
function compareWhole(whole: WholeShares, { nWallets }: SimulateOptions): Compared[] {
  const isEnough = nWallets >= 1000;
  const scale = '1,000 wallets';
  return [
    ['all wallets: with one fill, share', 0.41, whole.oneFill, 0.36, 0.46, isEnough, scale],
    ['all wallets: in one market, share', 0.83, whole.oneMarket, 0.8, 0.86, isEnough, scale],
    ['all wallets: mean trade under $5, share', 0.56, whole.small, 0.41, 0.71, isEnough, scale],
    ['all wallets: win rate exactly 0 or 100 %, share', 0.88, whole.extremeWinRate, 0.83, 0.93, isEnough, scale],
    ['all wallets: fills within a minute of the last, P90', 0.24, whole.burstP90, 0.14, 0.33, isEnough, scale],
  ];
}

/** All compared figures. Sources: facts/data.md §3 and §1.1 (Cascadian, FIFO and chain studies). */
export function compareMarginals(samples: WalletSamples, options: SimulateOptions): Marginal[] {
  const nActive = countActive(options);
  const isBusy = options.nTrades / nActive >= 50;
  const isLarge = nActive >= 1000 && isBusy;
  const busy = '50 fills a wallet';
  const large = '1,000 wallets, 50 fills a wallet';
  const { nFills, meanUsd } = samples;
  const medianFills = quantileOf(nFills, 0.5);
  const makers = (from: number, to: number): number =>
    samples.matchesByMakers.subarray(from, to + 1).reduce((sum, n) => sum + n, 0) / samples.nMatches;
  const rowsPerMatch = samples.matchesByMakers.reduce((sum, n, k) => sum + n * (k + 1), 0) / samples.nMatches;
  const marketsAt = (fromFills: number, toFills: number): number =>
    quantileOf(
      samples.marketsByFills.filter((w) => w.nFills >= fromFills && w.nFills <= toFills).map((w) => w.nMarkets),
      0.5,
    );
  const isWide = isBusy && options.nMarkets >= 500;
  const isLong = options.nTrades >= 100_000;
  const compared: Compared[] = [
    ...(options.population === 'whole' ? compareWhole(samples.whole, options) : []),
    ['fills per wallet, P90 / median', PUBLISHED_FILLS.p90, quantileOf(nFills, 0.9) / medianFills, 9, 24, isBusy, busy],
    [
      'fills per wallet, P95 / median',
      PUBLISHED_FILLS.p95,
      quantileOf(nFills, 0.95) / medianFills,
      22,
      65,
      isLarge,
      large,
    ],
    ['distinct markets of wallets with 12-24 fills, median', 9, marketsAt(12, 24), 6, 12, isBusy, busy],
    ['distinct markets of wallets with 170-350 fills, median', 71, marketsAt(170, 350), 45, 100, isWide, '500 markets'],
    ['mean trade of a wallet, median, USD', 14.6, quantileOf(meanUsd, 0.5), 10, 21, isBusy, busy],
    ['mean trade of a wallet, P95, USD', 387, quantileOf(meanUsd, 0.95), 260, 580, isLarge, large],
    ['mean trade of a wallet, P99, USD', 1135, quantileOf(meanUsd, 0.99), 750, 2300, isLarge, large],
    ['win rate of a wallet, mean', 0.496, mean(samples.winRate), 0.44, 0.55, isBusy, busy],
    ['wallets with ROI > 0, share', 0.376, shareAbove(samples.roi, 0), 0.26, 0.48, isBusy, busy],
    ['ROI of a wallet, median', -0.079, quantileOf(samples.roi, 0.5), -0.15, -0.02, isBusy, busy],
    ['positions held to resolution, mean share', 0.7, mean(samples.heldShare), 0.63, 0.77, isBusy, busy],
    ['positions held to resolution, median share', 0.79, quantileOf(samples.heldShare, 0.5), 0.69, 0.87, isBusy, busy],
    ['maker share of a wallet, median', 0.78, quantileOf(samples.makerShare, 0.5), 0.6, 0.88, isBusy, busy],
    ['rows per match, mean', 2.21, rowsPerMatch, 2.15, 2.27, true, 'any'],
    ['matches with one resting order, share', 0.87, makers(1, 1), 0.85, 0.89, true, 'any'],
    ['matches with two, share', 0.08, makers(2, 2), 0.065, 0.095, true, 'any'],
    ['matches with three to ten, share', 0.049, makers(3, 10), 0.035, 0.06, true, 'any'],
    ['matches with more than ten, share', 0.001, makers(11, 41), 0, 0.0015, isLong, '100,000 fills'],
  ];
  return compared.map(([name, published, simulated, low, high, applies, scale]) => {
    const isInside = simulated >= low && simulated <= high;
    return { name, published, simulated, low, high, applies, scale, isInside };
  });
}

/** The comparison as a page of Markdown. */
export function marginalsPage(marginals: readonly Marginal[], options: SimulateOptions): string {
  const rows = marginals.map((m) => {
    const verdict = !m.applies ? `not judged (needs ${m.scale})` : m.isInside ? 'inside' : '**outside**';
    return `| ${m.name} | ${short(m.published)} | ${short(m.simulated)} | ${short(m.low)} to ${short(m.high)} | ${verdict} |`;
  });
  const judged = marginals.filter((m) => m.applies);
  const nInside = judged.filter((m) => m.isInside).length;
  return [
    '# Simulated and published marginals',
    '',
    `${options.nTrades} fills, ${options.nWallets} wallets (${options.population} population), ${options.nMarkets} markets, ${options.nDays} days, difficulty ${options.difficulty}, seed ${options.seed}: ${nInside} of ${judged.length} judged figures lie inside their bounds.`,
    '',
    '| figure | published | simulated | bound | verdict |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    'Fills per wallet depend on the size of the run (`--trades` / `--wallets`; about 170 would give the published median of',
    '17), so their spread is compared, not their level; distinct markets are compared at equal fills for the same reason.',
    'A fill is a row with the wallet as maker. Rates use wallets with at least five resolved markets, maker shares wallets',
    'with at least ten fills. Rates, ROI, markets and held shares come from a sample of at most 2,000 active wallets. Where it',
    'does not say all wallets, the figures are about active ones: in the whole market about one wallet in six.',
    'Published figures: facts/data.md §3 and §1.1.',
    '',
  ].join('\n');
}

/** The value below which the share `p` lies (type 7 of Hyndman & Fan 1996); NaN of nothing. */
function quantileOf(values: Iterable<number>, p: number): number {
  return quantile(values, p) ?? Number.NaN;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

function shareAbove(values: Float64Array, threshold: number): number {
  return values.filter((v) => v > threshold).length / values.length;
}

function short(value: number): string {
  return Number.isNaN(value) ? '–' : String(Number(value.toPrecision(3)));
}
