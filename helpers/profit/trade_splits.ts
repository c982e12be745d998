/**
 * How fills are cut: walk forward by time, purged, embargoed, no market or event on both sides; and inside, validation. A cut is a rule
 * (times, and flags of markets and events) and no list of rows, so that its memory is that of the markets; what it says is what
 * purged walk-forward says of the rows (López de Prado 2018, chapter 7).
 */
import { ByteByCode } from './byte_by_code.ts';
import type { FillKeys, FillSource, KeyBlock } from './trade_rows.ts';

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

/** What a fill is to a fold. */
export const ROLE = { none: 0, fit: 1, validation: 2, test: 3 } as const;

/** How many fills of a fold are of which kind. */
interface FoldCounts {
  readonly nFit: number;
  readonly nFitPositives: number;
  readonly nValidation: number;
  readonly nValidationPositives: number;
  readonly nTest: number;
}

/** Fills that a model learns from, and later ones that calibrate it. */
export interface TrainingCut extends FoldCounts {
  /** A ROLE for each fill of a block. */
  rolesOf(block: KeyBlock): Uint8Array;
  /** No fill from this row on teaches. */
  readonly untilRow: number;
  /** Wallets of the fit and validation rows. */
  readonly seenWallets: ByteByCode;
}

/** One fold; no market is in two of its three kinds of fills. */
export interface Fold extends TrainingCut {
  readonly testStartMs: number;
  readonly nPurged: number;
  readonly nEmbargoed: number;
  readonly nGroupExcluded: number;
}

/** Markets and events. */
class Groups {
  private readonly markets = new ByteByCode();
  private readonly events = new ByteByCode();

  add({ market, event }: FillKeys, i: number): void {
    this.markets.set(market[i]);
    this.events.set(event[i]);
  }

  /** Whether the fill's market or event is one of them. */
  touch({ market, event }: FillKeys, i: number): boolean {
    return this.markets.get(market[i]) === 1 || this.events.get(event[i]) === 1;
  }
}

/** Time by which a label is known; an instantaneous one still occupies its own millisecond. */
const endOf = ({ tsMs, exitMs }: FillKeys, i: number): number => Math.max(exitMs[i], tsMs[i] + 1);

/** Fills that may teach. */
interface Teachers {
  /** Only rows before it. */
  readonly untilRow: number;
  /** Only those whose label was known by then. */
  readonly knownByMs: number;
  /** Kept out for their market or event. */
  isExcluded(keys: FillKeys, i: number): boolean;
}

const mayTeach = ({ untilRow, knownByMs, isExcluded }: Teachers, { keys, firstRow }: KeyBlock, i: number): boolean =>
  firstRow + i < untilRow && endOf(keys, i) <= knownByMs && !isExcluded(keys, i);

/** Whether a teacher is learned from or calibrates; ROLE.none for one that is left out between the two. */
type TeacherRole = (keys: FillKeys, i: number) => number;

/** Blocks with a row before `untilRow`. */
function* blocksBefore(source: FillSource, untilRow: number): Generator<KeyBlock> {
  for (const block of source.keys()) {
    if (block.firstRow >= untilRow) return;
    yield block;
  }
}

/**
 * Teachers cut in two by time: the latest calibrate, what was known before them is learned from.
 * @param partOf a part of the events that calibrates while the others are learned from; without it no market or event is on both sides
 */
export function cutTeachers(
  source: FillSource,
  teachers: Teachers,
  { embargoMs, validationFraction }: SplitOptions,
  partOf?: { readonly event: ByteByCode; readonly calibrates: number },
): TeacherRole {
  let nTeachers = 0;
  for (const block of blocksBefore(source, teachers.untilRow))
    for (let i = 0; i < block.n; i++) if (mayTeach(teachers, block, i)) nTeachers++;
  const cut = Math.floor(nTeachers * (1 - validationFraction));
  const groups = new Groups();
  let startMs = Number.POSITIVE_INFINITY;
  let n = 0;
  let lastMs = Number.NaN;
  for (const block of nTeachers < 2 ? [] : blocksBefore(source, teachers.untilRow))
    for (let i = 0; i < block.n; i++) {
      if (!mayTeach(teachers, block, i)) continue;
      const ms = block.keys.tsMs[i];
      // Fills of one time stay together.
      if (startMs === Number.POSITIVE_INFINITY && n >= cut && (n === 0 || ms !== lastMs)) startMs = ms;
      if (startMs !== Number.POSITIVE_INFINITY) groups.add(block.keys, i);
      lastMs = ms;
      n++;
    }
  if (startMs === Number.POSITIVE_INFINITY) return () => ROLE.none;
  const calibrates = (keys: FillKeys, i: number): boolean => partOf!.event.get(keys.event[i]) === partOf!.calibrates;
  return (keys, i) => {
    if (keys.tsMs[i] >= startMs) return partOf === undefined || calibrates(keys, i) ? ROLE.validation : ROLE.none;
    if (endOf(keys, i) > startMs - embargoMs) return ROLE.none;
    return (partOf === undefined ? groups.touch(keys, i) : calibrates(keys, i)) ? ROLE.none : ROLE.fit;
  };
}

/** A test period: the fills of some rows, and their markets and events. */
interface TestPeriod {
  readonly fromRow: number;
  readonly untilRow: number;
  readonly testStartMs: number;
  readonly groups: Pick<Groups, 'touch'>;
}

/**
 * The test periods, one after the other, of nearly equal numbers of rows. A border never separates fills of one time: it moves on to the
 * next, and a period that is emptied so is left out.
 */
export function testPeriods(source: FillSource, { nFolds, warmupFraction }: SplitOptions): TestPeriod[] {
  const nWarmup = Math.floor(source.n * warmupFraction);
  const cuts = Array.from({ length: nFolds }, (_, f) => nWarmup + Math.floor(((source.n - nWarmup) * f) / nFolds));
  const periods = cuts.map(() => ({ fromRow: source.n, testStartMs: Number.NaN, groups: new Groups() }));
  let next = 0;
  let lastMs = Number.NaN;
  for (const { keys, n, firstRow } of source.keys())
    for (let i = 0; i < n; i++) {
      const row = firstRow + i;
      const isAtBorder = (): boolean => {
        const from = next === 0 ? 0 : periods[next - 1].fromRow;
        return next < nFolds && row >= cuts[next] && (row <= from || keys.tsMs[i] !== lastMs);
      };
      for (; isAtBorder(); next++) Object.assign(periods[next], { fromRow: row, testStartMs: keys.tsMs[i] });
      if (next > 0) periods[next - 1].groups.add(keys, i);
      lastMs = keys.tsMs[i];
    }
  return periods
    .map((period, f) => ({ ...period, untilRow: periods[f + 1]?.fromRow ?? source.n }))
    .filter(({ fromRow, untilRow }) => untilRow > fromRow);
}

/** How many of the fills before a test do not teach it, by the first reason that holds, and who may. */
interface Purged extends Pick<Fold, 'nPurged' | 'nEmbargoed' | 'nGroupExcluded'> {
  readonly teachers: Teachers;
}

function purge(
  source: FillSource,
  { fromRow, testStartMs }: TestPeriod,
  embargoMs: number,
  isExcluded: Teachers['isExcluded'],
): Purged {
  let [nPurged, nEmbargoed, nGroupExcluded] = [0, 0, 0];
  for (const { keys, n, firstRow } of blocksBefore(source, fromRow))
    for (let i = 0; i < n && firstRow + i < fromRow; i++) {
      const end = endOf(keys, i);
      if (end > testStartMs) nPurged++;
      else if (end > testStartMs - embargoMs) nEmbargoed++;
      else if (isExcluded(keys, i)) nGroupExcluded++;
    }
  const teachers = { untilRow: fromRow, knownByMs: testStartMs - embargoMs, isExcluded };
  return { nPurged, nEmbargoed, nGroupExcluded, teachers };
}

/** The role of every fill of a block, where `isTest` says which of those that cannot teach are tested. */
function rolesBy(
  block: KeyBlock,
  teachers: Teachers,
  roleOf: TeacherRole,
  isTest: (row: number, i: number) => boolean,
): Uint8Array {
  const { keys, n, firstRow } = block;
  const roles = new Uint8Array(n);
  for (let i = 0; i < n; i++)
    roles[i] = mayTeach(teachers, block, i) ? roleOf(keys, i) : isTest(firstRow + i, i) ? ROLE.test : ROLE.none;
  return roles;
}

/** A cut with its counts and wallets. */
export function withCounts(source: FillSource, untilRow: number, rolesOf: TrainingCut['rolesOf']): TrainingCut {
  const nRows = [0, 0, 0, 0];
  const nPositives = [0, 0, 0, 0];
  const seenWallets = new ByteByCode();
  for (const block of source.keys()) {
    const { labels, wallet } = block.keys;
    rolesOf(block).forEach((role, i) => {
      nRows[role]++;
      nPositives[role] += labels[i];
      if ((role === ROLE.fit || role === ROLE.validation) && wallet[i] >= 0) seenWallets.set(wallet[i]);
    });
  }
  return {
    rolesOf,
    untilRow,
    nFit: nRows[ROLE.fit],
    nFitPositives: nPositives[ROLE.fit],
    nValidation: nRows[ROLE.validation],
    nValidationPositives: nPositives[ROLE.validation],
    nTest: nRows[ROLE.test],
    seenWallets,
  };
}

/** What a model of all teachers learns from; none are tested. */
export function trainingCut(source: FillSource, teachers: Teachers, roleOf: TeacherRole): TrainingCut {
  return withCounts(source, teachers.untilRow, (block) => rolesBy(block, teachers, roleOf, () => false));
}

/**
 * A fold of a test period.
 * @param parts of the events, one of which is tested and another calibrates; without them all of the period is tested, and no market or
 *   event of it teaches
 */
export function foldOf(
  source: FillSource,
  period: TestPeriod,
  options: SplitOptions,
  parts?: { readonly event: ByteByCode; readonly tests: number; readonly calibrates: number },
): Fold {
  const { fromRow, untilRow, testStartMs, groups } = period;
  const isTested = (keys: FillKeys, i: number): boolean => parts!.event.get(keys.event[i]) === parts!.tests;
  const isExcluded = parts === undefined ? groups.touch.bind(groups) : isTested;
  const { teachers, ...left } = purge(source, period, options.embargoMs, isExcluded);
  const roleOf = cutTeachers(source, teachers, options, parts);
  const rolesOf = (block: KeyBlock): Uint8Array =>
    rolesBy(
      block,
      teachers,
      roleOf,
      (row, i) => row >= fromRow && row < untilRow && (parts === undefined || isTested(block.keys, i)),
    );
  return { ...withCounts(source, fromRow, rolesOf), ...left, testStartMs };
}

/** The folds in order of time. */
export function walkForwardFolds(source: FillSource, options: SplitOptions): Fold[] {
  return testPeriods(source, options).map((period) => foldOf(source, period, options));
}
