/** The evidence of ranked wallets as columns: sums become shares, prices and times. */
import { settlementsOf } from '../features/settlement.ts';
import { marketOf, outcomeOf } from '../features/wallets/fill_columns.ts';
import { numberMarkets } from '../features/wallets/market_numbers.ts';
import { type DataFrame, pl, type Series } from '../polars/polars.ts';
import { DAY_MS, HOUR_MS } from '../run/clock.ts';
import type { LargestStakes } from './stakes.ts';
import type { RankedStakes, WalletEvidence } from './wallet_evidence.ts';

const MICRO = 1e6;
/** Wallets whose stakes begin within so long of each other in the same outcome act together. */
const TWIN_MS = 60_000;

export interface FrameContext {
  /** Names of the ranked wallets. */
  readonly names: Series;
  readonly markets: DataFrame;
  readonly asOfMs: number;
  readonly censoredUntilMs: number;
  readonly hasBothRoles: boolean;
}

/** When each market resolved and what outcome 0 paid, by number; NaN where that is not known at T. */
function resolutions(markets: DataFrame, asOfMs: number): { resolvedMs: Float64Array; value0: Float64Array } {
  const facts = numberMarkets(markets).join(markets, { on: 'market_id', how: 'left' }).sort('market');
  const { payout0, resolvedMs } = settlementsOf(facts);
  const knownAt = (values: Float64Array): Float64Array =>
    values.map((value, market) => (resolvedMs[market] < asOfMs && !Number.isNaN(payout0[market]) ? value : Number.NaN));
  return { resolvedMs: knownAt(resolvedMs), value0: knownAt(payout0) };
}

/** How many others each stake has whose first purchase of the same outcome came within a minute. */
function countTwins(token: Uint32Array, stakeMs: Float64Array): Float64Array {
  const order = Array.from(token.keys()).sort((a, b) => token[a] - token[b] || stakeMs[a] - stakeMs[b] || a - b);
  const twins = new Float64Array(token.length);
  const isTwin = (a: number, b: number): boolean =>
    token[a] === token[b] && Math.abs(stakeMs[a] - stakeMs[b]) <= TWIN_MS;
  let from = 0;
  let to = 0;
  for (let i = 0; i < order.length; i++) {
    while (!isTwin(order[from], order[i])) from++;
    while (to < order.length && (to <= i || isTwin(order[to], order[i]))) to++;
    twins[order[i]] = to - from - 1;
  }
  return twins;
}

const percent = (part: number, whole: number): number => (whole > 0 ? (100 * part) / whole : Number.NaN);

/** One row per ranked wallet, sorted by wallet: `wallet`, `market_id`, `outcome_index` and the columns of EVIDENCE. */
export function evidenceFrame(
  { token }: RankedStakes,
  stakes: LargestStakes,
  numbers: Uint32Array,
  evidence: WalletEvidence,
  context: FrameContext,
): DataFrame {
  const s = evidence.sums;
  const marks = evidence.markOuts();
  const { resolvedMs, value0 } = resolutions(context.markets, context.asOfMs);
  const ids = numberMarkets(context.markets).getColumn('market_id').toArray() as string[];
  const twins = countTwins(token, s.stake_ms);
  const column = (name: string, value: (row: number, market: number) => number): Series => {
    const values = Array.from(token, (own, row) => {
      const cell = value(row, marketOf(own));
      return Number.isNaN(cell) ? null : cell;
    });
    return pl.Series(name, values, pl.Float64);
  };
  const stake = (row: number): number => stakes.usd[numbers[row]];
  const paid = (row: number): number => stake(row) / s.bought[row];
  const isOne = (row: number): boolean => outcomeOf(token[row]) === 1;
  /** What outcome 0 is worth at T: what it paid, or its last price. */
  const worth0 = (market: number): number =>
    Number.isNaN(value0[market]) ? evidence.watch.price(market, 0) : value0[market];
  const result = pl.DataFrame([
    context.names.rename('wallet'),
    pl.Series(
      'market_id',
      Array.from(token, (own) => ids[marketOf(own)]),
      pl.Utf8,
    ),
    column('outcome_index', (row) => outcomeOf(token[row])),
    column('stake_usd', (row) => stake(row) / MICRO),
    column('entry_price', paid),
    column('age_at_stake_days', (row) =>
      s.first_ms[row] < context.censoredUntilMs ? Number.NaN : (s.stake_ms[row] - s.first_ms[row]) / DAY_MS,
    ),
    column('idle_before_days', (row) => (s.stake_ms[row] - s.idle_from_ms[row]) / DAY_MS),
    column('market_share_pct', (row) => percent(s.market_usd[row], s.usd[row])),
    column('stake_vs_past_pct', (row) => percent(stake(row), stake(row) + s.past_usd[row])),
    column('stake_vs_volume_pct', (row) => percent(stake(row), stake(row) + s.volume_usd[row])),
    column('market_profit_usd', (row, market) => {
      const value = worth0(market);
      return (s.market_cash[row] + s.net_0[row] * value + s.net_1[row] * (1 - value)) / MICRO;
    }),
    column('excess_price', (row, market) => (isOne(row) ? 1 - value0[market] : value0[market]) - paid(row)),
    column('markout_1h', (row) => marks.short[row]),
    column('markout_24h', (row) => marks.long[row]),
    column('hours_to_resolution', (row, market) => {
      const meanMs = s.stake_ms[row] + s.weighted_ms[row] / stake(row);
      // What is bought after the resolution is bought by everybody who can read.
      return meanMs < resolvedMs[market] ? (resolvedMs[market] - meanMs) / HOUR_MS : Number.NaN;
    }),
    column('hours_to_move', (row) => (s.move_ms[row] - s.stake_ms[row]) / HOUR_MS),
    column('kept_pct', (row) => {
      const kept = Number.isNaN(s.kept_to_move[row]) ? 1 - s.sold[row] / s.bought[row] : s.kept_to_move[row];
      return 100 * Math.max(0, kept);
    }),
    column('hedge_pct', (row) => percent(s.hedge_usd[row], s.hedge_usd[row] + stake(row))),
    column('taker_pct', (row) => (context.hasBothRoles ? percent(s.taker_usd[row], s.role_usd[row]) : Number.NaN)),
    column('n_twins', (row) => twins[row]),
  ]);
  return result.sort('wallet');
}
