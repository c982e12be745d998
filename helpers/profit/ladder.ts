/**
 * The ablation ladder: the widespread recipe for "does following this trade pay", and the same rows again with one fault
 * switched off at a time. What a rung loses against the one before is what that fault was worth.
 */

import { gainOf, labelOf, type Target } from '../features/trades/targets.ts';
import type { Executor } from '../kernels/executor.ts';
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import type { BoostingFit } from './calibrated_boosting.ts';
import type { LadderRows } from './ladder_rows.ts';
import { type Scorecard, scorecard } from './scorecard.ts';
import { FEATURES } from './trade_rows.ts';
import { type Fold, type SplitOptions, walkForwardFolds } from './trade_splits.ts';
import { joinPredictions, reasonToSkipFit, runFold } from './walk_forward.ts';

export const RUNGS = [
  'widespread recipe',
  'same outcome',
  'past-only join',
  'past-only features',
  'purged walk-forward by market',
  'price-neutral target',
  'fees and delay',
] as const;

export interface LadderOptions {
  readonly roi: Target;
  readonly neutral: Target;
  readonly split: SplitOptions;
  readonly boosting: BoostingFit;
  readonly fitRowsMax: number;
}

export interface RungResult {
  readonly rung: number;
  readonly name: (typeof RUNGS)[number];
  /** Null where no fold of the rung could be trained; then `reason` says why. */
  readonly card: Scorecard | null;
  readonly reason: string | null;
  /** Ladder rows that were tested, with their chances and returns per USD; for evaluation against planted truth. */
  readonly tested: {
    readonly rows: Uint32Array;
    readonly probability: Float64Array;
    readonly priceOnly: Float64Array;
    readonly returns: Float64Array;
  };
}

/** What a rung learns from and is judged by. */
interface Rung {
  readonly labels: Uint8Array;
  /** Gain per USD as the rung reckons it. */
  readonly returns: Float64Array;
  readonly x: Matrix;
  /** Rows that the rung has; the last has no row that cannot be entered. */
  readonly rows: Uint32Array;
  readonly isPurged: boolean;
}

/** Random folds: fills of one market, one wallet and one minute fall on all sides, as in the widespread recipe. */
export function randomFolds(n: number, options: SplitOptions, seed: number): Fold[] {
  const order = createRandom(seed).shuffle(Uint32Array.from({ length: n }, (_, i) => i));
  const nTest = Math.floor((n * (1 - options.warmupFraction)) / options.nFolds);
  return Array.from({ length: options.nFolds }, (_, f) => {
    const testRows = order.slice(f * nTest, (f + 1) * nTest).sort();
    const rest = [...order.subarray(0, f * nTest), ...order.subarray((f + 1) * nTest)];
    const nValidation = Math.floor(rest.length * options.validationFraction);
    return {
      fitRows: Uint32Array.from(rest.slice(nValidation)).sort(),
      validationRows: Uint32Array.from(rest.slice(0, nValidation)).sort(),
      testRows,
      strangerRows: new Uint32Array(0),
      testStartMs: 0,
      nPurged: 0,
      nEmbargoed: 0,
      nGroupExcluded: 0,
    };
  });
}

function withPrice(x: Matrix, price: Float64Array): Matrix {
  const values = x.values.slice();
  for (let row = 0; row < x.nRows; row++) values[row * x.nCols] = price[row];
  return createMatrix(values, x.nRows, x.nCols);
}

/** The future price by which a rung judges a fill. */
function futureOf(rows: LadderRows, rung: number): Float64Array {
  if (rung === 0) return rows.nearestInMarket;
  return rung === 1 ? rows.nearestInOutcome : rows.future;
}

function rungOf(rows: LadderRows, rung: number, options: LadderOptions): Rung {
  const isLast = rung === 6;
  const target = rung >= 5 ? options.neutral : options.roi;
  const future = futureOf(rows, rung);
  // At the last rung the price paid is known when the order is placed, to the model and to price only alike.
  const paid = isLast ? rows.entry : rows.paid;
  const net = (i: number): number => future[i] - (isLast ? rows.feePerShare[i] : 0);
  const known = Uint32Array.from(paid.keys()).filter((i) => !Number.isNaN(paid[i]));
  return {
    labels: Uint8Array.from(paid, (price, i) => (Number.isNaN(price) ? 0 : labelOf(target, price, net(i)))),
    returns: paid.map((price, i) => gainOf('roi', price, net(i))),
    x: isLast ? withPrice(rows.x, rows.entry) : rung >= 3 ? rows.x : rows.xKnowingAll,
    rows: known,
    isPurged: rung >= 4,
  };
}

function take<T extends Float64Array | Int32Array | Uint8Array>(values: T, rows: Uint32Array): T {
  const taken = values.slice(0, rows.length) as T;
  rows.forEach((row, k) => {
    taken[k] = values[row];
  });
  return taken;
}

function takeMatrix(x: Matrix, rows: Uint32Array): Matrix {
  if (rows.length === x.nRows) return x;
  const values = new Float32Array(rows.length * x.nCols);
  rows.forEach((row, k) => {
    values.set(x.values.subarray(row * x.nCols, (row + 1) * x.nCols), k * x.nCols);
  });
  return createMatrix(values, rows.length, x.nCols);
}

function runRung(all: LadderRows, index: number, options: LadderOptions, seed: number, executor: Executor): RungResult {
  const rung = rungOf(all, index, options);
  const { rows } = rung;
  const subset = {
    tsMs: take(all.tsMs, rows),
    exitMs: take(all.exitMs, rows),
    market: take(all.market, rows),
    event: take(all.event, rows),
    wallet: take(all.wallet, rows),
  };
  const labels = take(rung.labels, rows);
  const folds = rung.isPurged ? walkForwardFolds(subset, options.split) : randomFolds(rows.length, options.split, seed);
  const input = {
    x: takeMatrix(rung.x, rows),
    featureNames: FEATURES,
    priceColumn: 0,
    labels,
    market: subset.market,
    folds,
    boosting: options.boosting,
    fitRowsMax: options.fitRowsMax,
  };
  const reasons = folds.map((fold) => reasonToSkipFit(labels, fold));
  const fitted = folds.flatMap((_, f) => (reasons[f] === null ? [runFold(input, f, executor).test] : []));
  const joined = joinPredictions(fitted);
  const tested = {
    rows: Uint32Array.from(joined.rows, (k) => rows[k]),
    probability: joined.probability,
    priceOnly: joined.priceOnly,
    returns: take(take(rung.returns, rows), joined.rows),
  };
  const common = { rung: index, name: RUNGS[index], tested };
  if (joined.rows.length === 0) return { ...common, card: null, reason: reasons[0] ?? 'there is no fold' };
  const judged = {
    labels: take(labels, joined.rows),
    probability: joined.probability,
    priceOnly: joined.priceOnly,
    returns: tested.returns,
    market: take(subset.market, joined.rows),
    seed,
  };
  return { ...common, card: scorecard(judged), reason: null };
}

/** All rungs on the same rows, in order; `onRung` is told of each that is done. */
export function runLadder(
  rows: LadderRows,
  options: LadderOptions,
  seed: number,
  executor: Executor,
  onRung: (nDone: number) => void = () => undefined,
): RungResult[] {
  return RUNGS.map((_, index) => {
    const result = runRung(rows, index, options, seed, executor);
    onRung(index + 1);
    return result;
  });
}
