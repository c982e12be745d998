/** What following all fills above a threshold gives, each order evaluated by itself: precision, recall, return after costs. */
import { type BootstrapInterval, UNDEFINED_INTERVAL } from '../evaluate/bootstrap.ts';
import { clusteredRatio } from '../evaluate/clustered.ts';
import { createRandom } from '../kernels/random.ts';
import { rowsWhere } from '../kernels/rows_where.ts';
import {
  type BacktestMarkets,
  type Money,
  type ReplayResult,
  type SignalReturns,
  type Signals,
  STATE,
  type Strategy,
} from '../replay/model.ts';
import { isFilled } from '../replay/orders.ts';
import type { CalibrationCurves } from './calibration.ts';
import type { ScoredFills } from './scored_fills.ts';

export type Source = 'model' | 'price_only' | 'price_only_as_many' | 'base_rate';

/** What is seen in fewer markets than this says too little to act on, whatever its interval. */
export const MARKETS_MIN = 10;

export interface ThresholdRow {
  readonly source: Source;
  /** null for the base rate, which follows everything. */
  readonly threshold: number | null;
  readonly delayMs: number;
  readonly nSignals: number;
  readonly nMarkets: number;
  readonly precision: BootstrapInterval;
  readonly recall: number;
  readonly nFilled: number;
  /** Markets of the filled orders. */
  readonly nFilledMarkets: number;
  readonly nStale: number;
  readonly nMarked: number;
  /** Mean return per filled order after costs. */
  readonly returns: BootstrapInterval;
  readonly winRate: BootstrapInterval;
}

/** One strategy per delay that follows every signal with unlimited money. */
export function followEverything(nSignals: number, delaysMs: readonly number[], money: Money): Strategy[] {
  const picks = Uint32Array.from({ length: nSignals }, (_, i) => i);
  const each = { picks, isReversed: false, money, keeps: 'returns' } as const;
  return delaysMs.map((delayMs) => ({ name: `delay ${delayMs}`, delayMs, ...each }));
}

/** What became of every signal in the strategies of `followEverything`. */
export function signalReturns({ singles }: ReplayResult): SignalReturns[] {
  return singles.filter((single) => single !== null);
}

/** Sums and counts per market: all that a mean and its interval by markets need. */
class MarketMeans {
  private readonly sums: Float64Array;
  private readonly counts: Float64Array;
  n = 0;

  constructor(nMarkets: number) {
    this.sums = new Float64Array(nMarkets);
    this.counts = new Float64Array(nMarkets);
  }

  add(market: number, value: number): void {
    this.sums[market] += value;
    this.counts[market]++;
    this.n++;
  }

  nMarkets(): number {
    return this.counts.reduce((n, count) => n + (count > 0 ? 1 : 0), 0);
  }

  mean(seed: number): BootstrapInterval {
    const seen = this.counts.map((_, m) => m).filter((m) => this.counts[m] > 0);
    if (seen.length === 0) return UNDEFINED_INTERVAL;
    const of = (values: Float64Array): Float64Array => seen.map((m) => values[m]);
    return clusteredRatio(of(this.sums), of(this.counts), { groups: seen, seed });
  }
}

/** The row of some followed fills, for each delay. */
function rowsOf(
  scored: ScoredFills,
  delays: readonly SignalReturns[],
  source: Source,
  threshold: number | null,
  picks: Uint32Array,
  seed: number,
): ThresholdRow[] {
  const { labels, market } = scored;
  const nMarkets = market.reduce((most, m) => Math.max(most, m + 1), 0);
  const nPositive = labels.reduce((n, label) => n + label, 0);
  const hits = new MarketMeans(nMarkets);
  let nHits = 0;
  for (const row of picks) {
    hits.add(market[row], labels[row]);
    nHits += labels[row];
  }
  const precision = hits.mean(seed);
  return delays.map(({ delayMs, returns, states }) => {
    const gains = new MarketMeans(nMarkets);
    const wins = new MarketMeans(nMarkets);
    let nStale = 0;
    let nMarked = 0;
    for (const row of picks) {
      if (!isFilled(states[row])) continue;
      gains.add(market[row], returns[row]);
      wins.add(market[row], returns[row] > 0 ? 1 : 0);
      if (states[row] === STATE.stale) nStale++;
      else if (states[row] === STATE.marked) nMarked++;
    }
    return {
      source,
      threshold,
      delayMs,
      nSignals: picks.length,
      nMarkets: hits.nMarkets(),
      precision,
      recall: nHits / nPositive,
      nFilled: gains.n,
      nFilledMarkets: gains.nMarkets(),
      nStale,
      nMarked,
      returns: gains.mean(seed),
      winRate: wins.mean(seed),
    };
  });
}

/** Rows whose probability is at least `threshold`, rising. */
export function picksAbove(probabilities: Float64Array, threshold: number): Uint32Array {
  return rowsWhere(probabilities.length, (row) => probabilities[row] >= threshold);
}

/** The rows with the highest probabilities, rising; which of equal ones at the edge is drawn. */
export function highestRows(probabilities: Float64Array, seed: number): (n: number) => Uint32Array {
  // Typed arrays sort without a comparator ten times as fast, and in place.
  const rising = probabilities.slice().sort();
  return (n) => {
    if (n <= 0) return new Uint32Array(0);
    const edge = rising[Math.max(0, rising.length - n)];
    const above = rowsWhere(probabilities.length, (row) => probabilities[row] > edge);
    const atEdge = rowsWhere(probabilities.length, (row) => probabilities[row] === edge);
    // Each row has a draw of its own, whatever the number asked for.
    const random = createRandom(seed);
    const draws = new Float64Array(atEdge.length);
    for (let row = 0, k = 0; k < atEdge.length; row++) {
      const draw = random.uniform();
      if (row === atEdge[k]) draws[k++] = draw;
    }
    const drawn = Uint32Array.from(draws, (_, k) => k)
      .sort((i, j) => draws[i] - draws[j])
      .subarray(0, Math.max(0, n - above.length))
      .map((k) => atEdge[k]);
    const rows = new Uint32Array(above.length + drawn.length);
    rows.set(above);
    rows.set(drawn, above.length);
    return rows.sort();
  };
}

/**
 * Every threshold of the model, beside it price alone at the same threshold and price alone with as many fills, and the
 * base rate; at every delay. Intervals are 95 %, by markets.
 */
export function analyseThresholds(
  scored: ScoredFills,
  delays: readonly SignalReturns[],
  thresholds: readonly number[],
  seed: number,
): ThresholdRow[] {
  const everything = Uint32Array.from({ length: scored.nRows }, (_, i) => i);
  const highestByPrice = highestRows(scored.priceOnly, seed);
  const rows = (source: Source, threshold: number | null, picks: Uint32Array): ThresholdRow[] =>
    rowsOf(scored, delays, source, threshold, picks, seed);
  return [
    ...rows('base_rate', null, everything),
    ...thresholds.flatMap((threshold) => {
      const picks = picksAbove(scored.probabilities, threshold);
      return [
        ...rows('model', threshold, picks),
        ...rows('price_only', threshold, picksAbove(scored.priceOnly, threshold)),
        ...rows('price_only_as_many', threshold, highestByPrice(picks.length)),
      ];
    }),
  ];
}

/** Signals in markets of Polymarket that have no fee schedule, for which no fee can be charged. */
export function countWithoutFees(signals: Signals, markets: BacktestMarkets): number {
  let n = 0;
  for (const m of signals.market) if (markets.venues[m] === 'polymarket' && Number.isNaN(markets.feeRates[m])) n++;
  return n;
}

/** Whether following at this row was profitable: in enough markets, and with the whole interval above 0. */
export function isProfitable(row: ThresholdRow): boolean {
  return row.nFilledMarkets >= MARKETS_MIN && row.returns.low > 0;
}

/** What is told of a comparison of thresholds. */
export interface ThresholdFacts {
  readonly rows: readonly ThresholdRow[];
  readonly nScored: number;
  /** Scored fills in markets of Polymarket that have no fee schedule. */
  readonly nWithoutFees: number;
  readonly calibration: CalibrationCurves;
}
