/** Takers' volume of every market, followed fill by fill: what a bet is held against. */
import { ExactSums } from '../exact_sums.ts';
import { type FillColumns, FLAGS } from './fill_columns.ts';

/** Takers' volume of every market up to now; goes on from span to span. */
export class MarketVolumes {
  /** In 1e-6 USD. */
  private readonly sums: ExactSums;
  /** What the volume was when the latest millisecond of the market began, and that millisecond. */
  private readonly before: Float64Array;
  private readonly momentMs: Float64Array;
  /** Of the latest fill of any market. */
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(nMarkets: number) {
    this.sums = new ExactSums(['volume_u'], nMarkets);
    this.before = new Float64Array(nMarkets);
    this.momentMs = new Float64Array(nMarkets).fill(-1);
  }

  /**
   * Goes on with fills.
   * @returns for each of them, takers' volume of its market strictly before its millisecond, in 1e-6 USD
   * @throws Error when fills are not in the order of time
   */
  follow({ ms, market, flags, usd }: FillColumns): Float64Array {
    const { sums, before, momentMs } = this;
    const result = new Float64Array(ms.length);
    for (let i = 0; i < ms.length; i++) {
      if (ms[i] < (i > 0 ? ms[i - 1] : this.lastMs))
        throw new Error('assertion failed: fills are not in the order of time');
      const own = market[i];
      if (momentMs[own] !== ms[i]) {
        momentMs[own] = ms[i];
        before[own] = sums.total(own);
      }
      result[i] = before[own];
      if ((flags[i] & FLAGS.taker) !== 0) sums.add(own, usd[i]);
    }
    this.lastMs = ms.at(-1) ?? this.lastMs;
    return result;
  }

  /** Adds int64 sums of other spans. */
  addSums(markets: Uint32Array, usd: BigInt64Array): void {
    const half = 2 ** 26;
    markets.forEach((market, i) => {
      this.sums.addProduct(market, Number(usd[i] / BigInt(half)), half);
      this.sums.add(market, Number(usd[i] % BigInt(half)));
    });
  }
}
