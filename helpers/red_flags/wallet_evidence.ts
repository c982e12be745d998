/** What one stake of each ranked wallet looks like, brought up to date fill by fill. */
import { type FillColumns, FLAGS, marketOf, NOBODY, outcomeOf } from '../features/wallets/fill_columns.ts';
import { HOUR_MS } from '../run/clock.ts';
import { MarkOuts } from './mark_outs.ts';
import { MarketWatch } from './market_watch.ts';

const SHORT_MS = HOUR_MS;
const LONG_MS = 24 * HOUR_MS;
/** The way to certainty after which the price is said to have moved. */
const MOVED_SHARE = 0.5;

/** Ranked wallets: `row` counts them. */
export interface RankedStakes {
  /** Row of each wallet number, -1 for those that are not ranked. */
  readonly rowOf: Int32Array;
  /** By row: the outcome, and mean USD paid per share. */
  readonly token: Uint32Array;
  readonly paid: Float64Array;
}

/** What is summed by row; USD and shares in whole units of 1e-6, times in ms. */
const SUMS = [
  'first_ms',
  'before_ms',
  'now_ms',
  'usd_before',
  'usd',
  'market_usd',
  'market_cash',
  'net_0',
  'net_1',
  'stake_ms',
  'stake_last_ms',
  'idle_from_ms',
  'past_usd',
  'volume_usd',
  'bought',
  'sold',
  'weighted_ms',
  'hedge_usd',
  'taker_usd',
  'role_usd',
  'move_ms',
  'kept_to_move',
] as const;
type Sum = (typeof SUMS)[number];
/** Times and shares that may stay unknown. */
const UNKNOWN_FIRST: readonly Sum[] = ['first_ms', 'before_ms', 'now_ms', 'stake_ms', 'move_ms', 'kept_to_move'];

export type EvidenceSums = Readonly<Record<Sum, Float64Array>>;

/** Follows the fills of all wallets in the order of time, and sums those of the ranked ones. */
export class WalletEvidence {
  readonly sums: EvidenceSums;
  readonly watch: MarketWatch;
  private readonly short: MarkOuts;
  private readonly long: MarkOuts;

  constructor(
    private readonly stakes: RankedStakes,
    nMarkets: number,
  ) {
    const nRows = stakes.token.length;
    this.sums = Object.fromEntries(SUMS.map((name) => [name, new Float64Array(nRows)])) as EvidenceSums;
    for (const name of UNKNOWN_FIRST) this.sums[name].fill(Number.NaN);
    const thresholds = stakes.paid.map((paid) => paid + MOVED_SHARE * (1 - paid));
    this.watch = new MarketWatch(nMarkets, thresholds, (row, atMs) => this.moved(row, atMs));
    const priceNow = (market: number, outcome: number): number => this.watch.price(market, outcome);
    this.short = new MarkOuts(SHORT_MS, nRows, priceNow);
    this.long = new MarkOuts(LONG_MS, nRows, priceNow);
  }

  /** @param volumeBefore takers' USD of the market before each fill, in 1e-6 */
  add(fills: FillColumns, volumeBefore: Float64Array): void {
    for (let i = 0; i < fills.ms.length; i++) {
      this.short.until(fills.ms[i]);
      this.long.until(fills.ms[i]);
      this.watch.trade(fills, i);
      const row = fills.walletCode[i] === NOBODY ? -1 : this.stakes.rowOf[fills.walletCode[i]];
      if (row < 0) continue;
      this.addOwn(row, fills.ms[i], fills.usd[i]);
      if (fills.market[i] === marketOf(this.stakes.token[row])) this.addInMarket(row, fills, i, volumeBefore[i]);
    }
  }

  /** Ends the fills. @param asOfMs what was due at it or later has no mark-out */
  finish(asOfMs: number): void {
    this.watch.finish();
    this.short.until(asOfMs);
    this.long.until(asOfMs);
  }

  /** USD per share gained an hour and a day after the purchases of the stake; NaN where that is not over. */
  markOuts(): { short: Float64Array; long: Float64Array } {
    return { short: this.short.means(), long: this.long.means() };
  }

  /** The wallet's past, by what lies strictly before a millisecond. */
  private addOwn(row: number, ms: number, usd: number): void {
    const s = this.sums;
    if (Number.isNaN(s.first_ms[row])) s.first_ms[row] = ms;
    if (ms !== s.now_ms[row]) {
      s.before_ms[row] = s.now_ms[row];
      s.now_ms[row] = ms;
      s.usd_before[row] = s.usd[row];
    }
    s.usd[row] += usd;
  }

  private addInMarket(row: number, fills: FillColumns, i: number, volume: number): void {
    const s = this.sums;
    const { ms, market, outcome, flags, price, usd, shares } = fills;
    const isBuy = (flags[i] & FLAGS.buy) !== 0;
    s.market_usd[row] += usd[i];
    s.market_cash[row] += isBuy ? -usd[i] : usd[i];
    (outcome[i] === 0 ? s.net_0 : s.net_1)[row] += isBuy ? shares[i] : -shares[i];
    if (outcome[i] !== outcomeOf(this.stakes.token[row])) {
      if (isBuy) s.hedge_usd[row] += usd[i];
      return;
    }
    if (!isBuy) {
      s.sold[row] += shares[i];
      return;
    }
    if (Number.isNaN(s.stake_ms[row])) {
      s.stake_ms[row] = ms[i];
      s.idle_from_ms[row] = s.before_ms[row];
      s.past_usd[row] = s.usd_before[row];
      s.volume_usd[row] = volume;
      this.watch.wait(market[i], outcome[i], row);
    }
    s.stake_last_ms[row] = ms[i];
    s.bought[row] += shares[i];
    s.weighted_ms[row] += usd[i] * (ms[i] - s.stake_ms[row]);
    if ((flags[i] & FLAGS.roleKnown) !== 0) s.role_usd[row] += usd[i];
    if ((flags[i] & FLAGS.taker) !== 0) s.taker_usd[row] += usd[i];
    this.short.buy(row, ms[i], market[i], outcome[i], price[i], usd[i]);
    this.long.buy(row, ms[i], market[i], outcome[i], price[i], usd[i]);
  }

  private moved(row: number, atMs: number): void {
    const s = this.sums;
    s.move_ms[row] = atMs;
    s.kept_to_move[row] = 1 - s.sold[row] / s.bought[row];
  }
}
