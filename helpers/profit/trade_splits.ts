/** How trade rows are cut: walk forward by time, purged, embargoed, no market or event on both sides; and inside, validation. */
import { disjointTestRows } from '../evaluate/group_split.ts';
import { purgedWalkForward, type TimeSplit } from '../evaluate/time_split.ts';
import { type TradeRows, takeValues } from './trade_rows.ts';

export interface SplitOptions {
  readonly nFolds: number;
  /** Distance kept between training and test beside the label windows, ms. */
  readonly embargoMs: number;
  /** Share of the rows, earliest first, that only ever train. */
  readonly warmupFraction: number;
  /** Share of a fold's training rows, latest first, that calibrate. */
  readonly validationFraction: number;
  /** Parts into which events are drawn when purging by time leaves too little. */
  readonly heldOutParts: number;
}

/** Row numbers of one fold; no market is in two of the three lists. */
export interface Fold {
  readonly fitRows: Uint32Array;
  readonly validationRows: Uint32Array;
  readonly testRows: Uint32Array;
  /** Test rows of wallets that neither fit nor validation rows hold; rows without a wallet are none. */
  readonly unseenWalletRows: Uint32Array;
  readonly testStartMs: number;
  readonly nPurged: number;
  readonly nEmbargoed: number;
  readonly nGroupExcluded: number;
}

export type SplitRows = Pick<TradeRows, 'tsMs' | 'exitMs' | 'market' | 'event' | 'wallet'>;

/** Rows that a model learns from, and the later ones that calibrate it. */
export type TrainingCut = Pick<Fold, 'fitRows' | 'validationRows'>;

/** Training rows cut in two by time: the latest calibrate, what was known before them is learned from; no group is in both. */
export function cutTraining(
  { tsMs, exitMs }: SplitRows,
  trainRows: Uint32Array,
  { embargoMs, validationFraction }: SplitOptions,
  groups: readonly Int32Array[],
): TrainingCut {
  if (trainRows.length < 2) return { fitRows: new Uint32Array(0), validationRows: new Uint32Array(0) };
  const [inner] = purgedWalkForward({
    startMs: takeValues(tsMs, trainRows),
    endMs: takeValues(exitMs, trainRows),
    nFolds: 1,
    embargoMs,
    warmupFraction: 1 - validationFraction,
    groups: groups.map((keys) => takeValues(keys, trainRows)),
  });
  const own = (kept: Uint32Array | undefined): Uint32Array => Uint32Array.from(kept ?? [], (k) => trainRows[k]);
  return { fitRows: own(inner?.trainRows), validationRows: own(inner?.testRows) };
}

/** cutTraining, with whole markets and events. */
export function calibrateOnLatest(rows: SplitRows, trainRows: Uint32Array, options: SplitOptions): TrainingCut {
  return cutTraining(rows, trainRows, options, [rows.market, rows.event]);
}

/** The test periods, one after the other, each with the earlier rows whose label was known. */
export function testPeriods(rows: SplitRows, options: SplitOptions, groups: readonly Int32Array[]): TimeSplit[] {
  const { nFolds, embargoMs, warmupFraction } = options;
  return purgedWalkForward({ startMs: rows.tsMs, endMs: rows.exitMs, nFolds, embargoMs, warmupFraction, groups });
}

/** A fold of a test period, or of a part of it. */
export function foldOf({ wallet }: SplitRows, cut: TrainingCut, period: TimeSplit): Fold {
  const { testRows, testStartMs, nPurged, nEmbargoed, nGroupExcluded } = period;
  const unseenWalletRows = testsOnUnseenWallets(wallet, cut, testRows);
  return { ...cut, testRows, unseenWalletRows, testStartMs, nPurged, nEmbargoed, nGroupExcluded };
}

/** The folds in order of time. */
export function walkForwardFolds(rows: SplitRows, options: SplitOptions): Fold[] {
  const periods = testPeriods(rows, options, [rows.market, rows.event]);
  return periods.map((period) => foldOf(rows, calibrateOnLatest(rows, period.trainRows, options), period));
}

/** Test rows of wallets that neither fit nor validation rows hold. */
function testsOnUnseenWallets(
  wallet: Int32Array,
  { fitRows, validationRows }: TrainingCut,
  testRows: Uint32Array,
): Uint32Array {
  const seen = new Uint32Array(fitRows.length + validationRows.length);
  seen.set(fitRows);
  seen.set(validationRows, fitRows.length);
  const known = testRows.filter((row) => wallet[row] >= 0);
  return disjointTestRows({ trainRows: seen, testRows: known }, wallet);
}
