/**
 * What buying has paid above its price, learned as time goes on: opportunities fall into cells (prices alike, moves alike), and at any
 * time the edge of a cell is the mean of payout − cost over its opportunities in markets whose result was known by then. Opportunities
 * of one event share their luck, so the standard error is that of whole events (Liang & Zeger 1986).
 */
import { EventQueue } from '../kernels/event_queue.ts';

/** Opportunities by rising time: row i could buy a share of one outcome at `cost`, fees included. */
export interface Opportunities {
  readonly nRows: number;
  readonly tsMs: Float64Array;
  /** Kind of opportunity, 0..nCells − 1. */
  readonly cell: Uint16Array;
  /** Number of the event that its market belongs to. */
  readonly event: Int32Array;
  /** USD per share, spread and fee included. */
  readonly cost: Float64Array;
  /** What the share paid in the end: 0..1; NaN where nobody knows. */
  readonly payout: Float64Array;
  /** When that became known; Infinity where it has not. */
  readonly knownMs: Float64Array;
}

export interface Edge {
  /** USD per share. */
  readonly mean: number;
  readonly standardError: number;
  readonly nEvents: number;
}

const NO_EDGE: Edge = { mean: Number.NaN, standardError: Number.NaN, nEvents: 0 };

/** Sums of one event in one cell. */
interface EventSums {
  sum: number;
  n: number;
}

/** The edge of one cell from what is known so far. */
class Cell {
  private readonly events = new Map<number, EventSums>();
  private n = 0;
  private sum = 0;
  /** Over events: Σ s², Σ s·n, Σ n², from which Σ (s − mean·n)² follows for any mean. */
  private squares = 0;
  private products = 0;
  private counts = 0;

  add(event: number, gain: number): void {
    const sums = this.events.get(event) ?? { sum: 0, n: 0 };
    this.weigh(sums, -1);
    sums.sum += gain;
    sums.n++;
    this.weigh(sums, 1);
    this.events.set(event, sums);
    this.n++;
    this.sum += gain;
  }

  edge(): Edge {
    const nEvents = this.events.size;
    if (nEvents === 0) return NO_EDGE;
    const mean = this.sum / this.n;
    const between = this.squares - 2 * mean * this.products + mean * mean * this.counts;
    const small = nEvents / Math.max(1, nEvents - 1);
    return { mean, standardError: Math.sqrt(Math.max(0, between * small)) / this.n, nEvents };
  }

  private weigh({ sum, n }: EventSums, sign: 1 | -1): void {
    this.squares += sign * sum * sum;
    this.products += sign * sum * n;
    this.counts += sign * n * n;
  }
}

/** When an edge is believed. */
export interface EdgeRule {
  /** Fewer events tell nothing. */
  readonly nEventsMin: number;
  /** Standard errors that the mean must lie above 0. */
  readonly z: number;
}

export interface WalkForwardPicks {
  /** Rows whose cell had a believed edge at that time, rising. */
  readonly picks: Uint32Array;
  /** Probability that the share pays as it was estimated then, for each pick. */
  readonly probabilities: Float64Array;
  /** Edges at the end of the data, by cell. */
  readonly edges: readonly Edge[];
}

/**
 * Goes through opportunities in order of time: `onRow` hears of each what its cell had gained by then, and each counts once its result is
 * known.
 * @returns edges at the end of the data, by cell
 */
export function learnEdges(
  { nRows, tsMs, cell, event, cost, payout, knownMs }: Opportunities,
  nCells: number,
  onRow: (row: number, edge: Edge) => void,
): Edge[] {
  const cells = Array.from({ length: nCells }, () => new Cell());
  const results = new EventQueue();
  const learnUntil = (ms: number): void => {
    while (results.nextTime() < ms) {
      const row = results.pop();
      cells[cell[row]].add(event[row], payout[row] - cost[row]);
    }
  };
  for (let row = 0; row < nRows; row++) {
    learnUntil(tsMs[row]);
    onRow(row, cells[cell[row]].edge());
    if (Number.isFinite(knownMs[row]) && !Number.isNaN(payout[row]))
      results.push(Math.max(knownMs[row], tsMs[row]), row);
  }
  learnUntil(Number.POSITIVE_INFINITY);
  return cells.map((one) => one.edge());
}

/** The opportunities whose cell had a believed edge by then. */
export function walkForward(
  opportunities: Opportunities,
  nCells: number,
  { nEventsMin, z }: EdgeRule,
): WalkForwardPicks {
  const picks: number[] = [];
  const probabilities: number[] = [];
  const edges = learnEdges(opportunities, nCells, (row, { mean, standardError, nEvents }) => {
    if (nEvents < nEventsMin || !(mean - z * standardError > 0)) return;
    picks.push(row);
    probabilities.push(Math.min(1, opportunities.cost[row] + mean));
  });
  return { picks: Uint32Array.from(picks), probabilities: Float64Array.from(probabilities), edges };
}
