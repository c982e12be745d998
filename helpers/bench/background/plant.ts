/** Plants insiders into a tape: fills at its real prices plus what they would have moved them by. */
import type { Random } from '../../kernels/random.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { InputError } from '../../run/errors.ts';
import { frameOf } from '../../tables/frame_of.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import type { Range, Style } from './styles.ts';
import { type MarketPath, priceAt, type Tape } from './tape.ts';

/** Nobody buys above this. */
const PRICE_MAX = 0.9;
/** USD that move the log odds by 1: half of what was traded before, and never less than this. */
const DEPTH_USD_MIN = 2_000;
const DEPTH_SHARE = 0.5;
const TRIES_MAX = 400;
const USD_MIN = 1;
const MICRO = 1e6;

interface PlantedFill {
  readonly ms: number;
  readonly market: MarketPath;
  readonly outcome: number;
  readonly wallet: string;
  readonly isBuy: boolean;
  readonly price: number;
  readonly shares: number;
}

export interface Planting {
  /** The tape with the planted fills, in the order of time. */
  readonly trades: DataFrame;
  readonly wallets: ReadonlySet<string>;
  /** USD that each insider put on what it knew. */
  readonly betsUsd: readonly number[];
}

const logit = (p: number): number => Math.log(p / (1 - p));
const between = (random: Random, [from, to]: Range): number => from + (to - from) * random.uniform();
const betweenLog = (random: Random, [from, to]: Range): number => from * (to / from) ** random.uniform();
const count = (random: Random, [from, to]: Range): number => from + random.integer(to - from + 1);

function newWallet(random: Random): string {
  return `0x${Array.from({ length: 5 }, () => random.uint32().toString(16).padStart(8, '0')).join('')}`;
}

/** The winner of a market, at a time when its price is in the band and the money fits; less money after many tries. */
function chooseBet(tape: Tape, style: Style, usd: number, taken: ReadonlySet<MarketPath>, random: Random) {
  const open = tape.paths.filter((path) => path.moveMs !== null && !taken.has(path));
  let fallback: Bet | null = null;
  for (let n = 0; n < TRIES_MAX && open.length > 0; n++) {
    const market = open[random.integer(open.length)];
    const leadMs = betweenLog(random, style.leadHours) * HOUR_MS;
    const startMs = secondOf(market.moveMs! - leadMs);
    const there = priceAt(market, market.winner!, startMs);
    if (there === null || there.price < style.priceBand[0] || there.price > style.priceBand[1]) continue;
    const depthUsd = Math.max(DEPTH_USD_MIN, DEPTH_SHARE * there.usdBefore);
    const mostUsd = (logit(PRICE_MAX) - logit(there.price)) * depthUsd;
    const bet = { market, startMs, leadMs, depthUsd, usd: Math.min(usd, mostUsd) };
    if (bet.usd === usd) return bet;
    if (fallback === null || bet.usd > fallback.usd) fallback = bet;
  }
  if (fallback !== null) return fallback;
  throw new InputError(
    'empty-input',
    `no market of ${tape.name} suits ${style.name}`,
    'give a longer tape, or leave the style out',
  );
}

interface Bet {
  readonly market: MarketPath;
  readonly startMs: number;
  readonly leadMs: number;
  readonly depthUsd: number;
  readonly usd: number;
}

const secondOf = (ms: number): number => Math.floor(ms / 1000) * 1000;

/** Purchases of one outcome, slice by slice, each at the price of its time plus the impact of all slices until then. */
function purchases(bet: Bet, outcome: number, usd: number, style: Style, wallets: readonly string[], random: Random) {
  // The first wallet begins; the others follow at any time, so that nothing betrays them but what they do.
  const slices = wallets.flatMap((wallet, w) =>
    Array.from({ length: count(random, style.nBuys) }, (_, i) => ({
      wallet,
      ms: secondOf(bet.startMs + (i === 0 && w === 0 ? 0 : random.uniform() * style.spread * bet.leadMs)),
      weight: 0.5 + random.uniform(),
    })),
  );
  const total = slices.reduce((sum, { weight }) => sum + weight, 0);
  let spentUsd = 0;
  return slices
    .sort((a, b) => a.ms - b.ms)
    .map(({ wallet, ms, weight }): PlantedFill => {
      const own = Math.max(USD_MIN, (usd * weight) / total);
      const { price } = priceAt(bet.market, outcome, ms)!;
      const moved = logit(Math.min(0.99, Math.max(0.01, price))) + (spentUsd + own / 2) / bet.depthUsd;
      spentUsd += own;
      const paid = Math.min(0.97, 1 / (1 + Math.exp(-moved)));
      return { ms, market: bet.market, outcome, wallet, isBuy: true, price: paid, shares: own / paid };
    });
}

/** Bets like those of others at the time: a market, outcome and price that somebody else took then. */
function earlierBets(tape: Tape, { earlier }: Style, wallet: string, startMs: number, random: Random): PlantedFill[] {
  if (earlier === null) return [];
  const [firstMs, lastMs] = [startMs - earlier.daysBefore[1] * DAY_MS, startMs - earlier.daysBefore[0] * DAY_MS];
  const open = tape.paths.filter((path) => path.ms[0] <= lastMs);
  if (open.length === 0) return [];
  return Array.from({ length: count(random, earlier.nBets) }, () => {
    const market = open[random.integer(open.length)];
    const ms = secondOf(between(random, [Math.max(firstMs, market.ms[0]), lastMs]) + 999);
    const outcome = random.integer(2);
    const price = Math.min(0.97, Math.max(0.03, priceAt(market, outcome, ms)?.price ?? 0.5));
    return { ms, market, outcome, wallet, isBuy: true, price, shares: between(random, earlier.usd) / price };
  });
}

/** A share of everything that was bought, sold within six hours of the move. */
function sales(bought: readonly PlantedFill[], soldShare: number, random: Random): PlantedFill[] {
  return bought.map((fill) => {
    const ms = secondOf(fill.market.moveMs! + between(random, [0.1, 6]) * HOUR_MS);
    const price = Math.min(0.99, Math.max(0.01, priceAt(fill.market, fill.outcome, ms)!.price));
    return { ...fill, ms, isBuy: false, price, shares: soldShare * fill.shares };
  });
}

/** The same position, made by minting pairs and selling the other outcome. */
const asSaleOfOther = (fill: PlantedFill): PlantedFill => ({
  ...fill,
  outcome: 1 - fill.outcome,
  isBuy: false,
  price: 1 - fill.price,
});

function plantInsider(tape: Tape, style: Style, medianUsd: number, random: Random) {
  const wallets = Array.from({ length: style.nWallets }, () => newWallet(random));
  const usd = medianUsd * Math.exp(style.sizeSpread * random.normal());
  const taken = new Set<MarketPath>();
  const fills: PlantedFill[] = [];
  let placedUsd = 0;
  for (let event = 0; event < style.nEvents; event++) {
    const bet = chooseBet(tape, style, usd / style.nEvents, taken, random);
    taken.add(bet.market);
    placedUsd += bet.usd;
    const bought = purchases(bet, bet.market.winner!, bet.usd, style, wallets, random);
    fills.push(...(style.sellsLoser ? bought.map(asSaleOfOther) : bought));
    if (style.soldShare > 0) fills.push(...sales(bought, style.soldShare, random));
    if (style.hedgeShare !== null) {
      const hedgeUsd = bet.usd * between(random, style.hedgeShare);
      fills.push(...purchases(bet, 1 - bet.market.winner!, hedgeUsd, style, wallets, random));
    }
    if (event === 0) for (const wallet of wallets) fills.push(...earlierBets(tape, style, wallet, bet.startMs, random));
  }
  return { wallets, fills, placedUsd };
}

function toFrame(tape: Tape, fills: readonly PlantedFill[], random: Random): DataFrame {
  const micro = (value: number): number => Math.round(value * MICRO) / MICRO;
  const unknown = RAW_TRADES.columns.map(({ name }) => [name, () => null] as const);
  return frameOf(RAW_TRADES, fills, {
    ...Object.fromEntries(unknown),
    ts_ms: ({ ms }) => ms,
    venue: () => 'polymarket',
    market_id: ({ market }) => market.id,
    event_id: ({ market }) => market.eventId,
    outcome_index: ({ outcome }) => outcome,
    wallet: ({ wallet }) => wallet,
    role: () => (tape.hasRoles ? 'taker' : null),
    side: ({ isBuy }) => (isBuy ? 'BUY' : 'SELL'),
    price: ({ price }) => price,
    shares: ({ shares }) => micro(shares),
    amount_usd: ({ shares, price }) => micro(shares * price),
    fill_id: () => Math.floor(random.uniform() * Number.MAX_SAFE_INTEGER),
  });
}

/**
 * The tape with `nInsiders` of a style.
 * @param medianUsd of an insider's bet
 * @throws InputError 'empty-input' when no market of the tape suits the style
 */
export function plant(tape: Tape, style: Style, medianUsd: number, nInsiders: number, random: Random): Planting {
  const insiders = Array.from({ length: nInsiders }, () => plantInsider(tape, style, medianUsd, random));
  const planted = toFrame(
    tape,
    insiders.flatMap(({ fills }) => fills),
    random,
  );
  const trades = pl.concat([tape.trades.select(...planted.columns), planted]).sort(['ts_ms', 'fill_id']);
  return {
    trades,
    wallets: new Set(insiders.flatMap(({ wallets }) => wallets)),
    betsUsd: insiders.map(({ placedUsd }) => placedUsd),
  };
}

/**
 * The markets with other winners: each resolved market is won by outcome 0 with the probability that its trades gave it, the
 * mean of its prices by USD.
 */
export function randomiseOutcomes({ markets, trades }: Tape, random: Random): DataFrame {
  const [price, outcome, usd] = ['price', 'outcome_index', 'amount_usd'].map((name) => toNumbers(trades, name));
  const sums = new Map<string, [number, number]>();
  (toTexts(trades, 'market_id') as string[]).forEach((id, row) => {
    const sum = sums.get(id) ?? [0, 0];
    sum[0] += usd[row] * (outcome[row] === 0 ? price[row] : 1 - price[row]);
    sum[1] += usd[row];
    sums.set(id, sum);
  });
  const winners = toNumbers(markets, 'winner_index');
  const drawn = (toTexts(markets, 'market_id') as string[]).map((id, row) => {
    const u = random.uniform();
    const [weighted, total] = sums.get(id) ?? [1, 2];
    return Number.isNaN(winners[row]) ? null : Number(u >= weighted / total);
  });
  return markets.withColumns(pl.Series('winner_index', drawn, pl.UInt8));
}
