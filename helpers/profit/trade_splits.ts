/** How trade rows are cut: walk forward by time, purged, embargoed, no market or event on both sides; and inside, validation. */
import { disjointTestRows } from '../evaluate/group_split.ts';
import { purgedWalkForward } from '../evaluate/time_split.ts';
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

/** Training rows cut in two: the latest calibrate, the rest, purged and without their markets and events, is learned from. */
export function calibrateOnLatest(
  rows: SplitRows,
  trainRows: Uint32Array,
  options: Pick<SplitOptions, 'embargoMs' | 'validationFraction'>,
): Pick<Fold, 'fitRows' | 'validationRows'> {
  if (trainRows.length < 2) return { fitRows: new Uint32Array(0), validationRows: new Uint32Array(0) };
  const [inner] = purgedWalkForward({
    startMs: takeValues(rows.tsMs, trainRows),
    endMs: takeValues(rows.exitMs, trainRows),
    nFolds: 1,
    embargoMs: options.embargoMs,
    warmupFraction: 1 - options.validationFraction,
    groups: [takeValues(rows.market, trainRows), takeValues(rows.event, trainRows)],
  });
  return {
    fitRows: Uint32Array.from(inner?.trainRows ?? [], (k) => trainRows[k]),
    validationRows: Uint32Array.from(inner?.testRows ?? [], (k) => trainRows[k]),
  };
}

/** The folds in order of time. */
export function walkForwardFolds(rows: SplitRows, options: SplitOptions): Fold[] {
  const { nFolds, embargoMs, warmupFraction } = options;
  const { tsMs, exitMs, market, event, wallet } = rows;
  const outer = purgedWalkForward({
    startMs: tsMs,
    endMs: exitMs,
    nFolds,
    embargoMs,
    warmupFraction,
    groups: [market, event],
  });
  return outer.map((split) => {
    const { fitRows, validationRows } = calibrateOnLatest(rows, split.trainRows, options);
    const { testRows, testStartMs, nPurged, nEmbargoed, nGroupExcluded } = split;
    const unseenWalletRows = testsOnUnseenWallets(wallet, fitRows, validationRows, testRows);
    return { fitRows, validationRows, testRows, unseenWalletRows, testStartMs, nPurged, nEmbargoed, nGroupExcluded };
  });
}

/** Test rows of wallets that neither fit nor validation rows hold. */
export function testsOnUnseenWallets(
  wallet: Int32Array,
  fitRows: Uint32Array,
  validationRows: Uint32Array,
  testRows: Uint32Array,
): Uint32Array {
  const seen = new Uint32Array(fitRows.length + validationRows.length);
  seen.set(fitRows);
  seen.set(validationRows, fitRows.length);
  const known = testRows.filter((row) => wallet[row] >= 0);
  return disjointTestRows({ trainRows: seen, testRows: known }, wallet);
}
