/**
 * The durable list of all decisions and of what became of each at every sink. It is the only memory of the alerts: limits,
 * digests and the scorecard are computed from it, and a process that was killed goes on from it.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { DAY_MS } from '../../run/clock.ts';
import { assert } from '../../run/errors.ts';
import { openJournal, readJournal } from '../../run/journal.ts';
import { takeLock } from '../../run/lock.ts';
import { ALERT_RECORD, type AlertRecord } from '../record.ts';
import { afterRestart, DELIVERY, type Delivery, expire } from './delivery.ts';

export interface OutboxRow {
  readonly record: AlertRecord;
  /** By sink; empty unless the verdict is `alert`. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
}

/** A decision and where it is to go. */
export interface Decision {
  readonly record: AlertRecord;
  readonly deliveries: readonly Delivery[];
}

export interface OutboxLimits {
  /** Decisions older than this are forgotten. At least two days: younger ones keep an alert from being sent twice. */
  readonly retentionMs: number;
  /** Most rows kept: near misses and suppressed alerts go first, the oldest first. */
  readonly nRowsMax: number;
}

const OUTBOX_LIMITS: OutboxLimits = { retentionMs: 90 * DAY_MS, nRowsMax: 100_000 };
/** The file is written anew when it is so much larger than what it still says, and not tiny. */
const COMPACT_FACTOR = 2;
const COMPACT_BYTES_MIN = 1 << 20;

export interface Outbox {
  /** All rows in the order of their decisions. */
  rows(): Iterable<OutboxRow>;
  get(id: string): OutboxRow | undefined;
  /** Rows that a sink is still to be given, in the order of their decisions. */
  unfinished(sink: string): Iterable<OutboxRow>;
  /** Whether this decision is not there yet, or was no alert then and is one now. */
  isNew(record: AlertRecord): boolean;
  /**
   * Notes decisions, on disk when it returns; those that are not new are left as they are.
   * @returns how many were new
   */
  decide(decisions: readonly Decision[]): number;
  /** Notes what has become of an alert at a sink, on disk when it returns. */
  update(id: string, delivery: Delivery): void;
  /** Gives up on old deliveries, forgets old rows, and writes the file anew when it has grown too large. */
  tidy(nowMs: number): void;
  close(): void;
}

const ENTRY = z.union([
  z.object({ record: ALERT_RECORD, deliveries: z.array(DELIVERY) }),
  z.object({ id: z.string(), delivery: DELIVERY }),
]);
const ENTRIES = {
  schema: ENTRY,
  lost: 'what was still to be sent is lost with it, and alerts of the last day may come again',
};
type Entry = z.infer<typeof ENTRY>;
type Rows = Map<string, { record: AlertRecord; deliveries: Map<string, Delivery> }>;

/** Rows by sink to which they are still to be sent: of a hundred thousand rows these are a few. */
type Unfinished = Map<string, Map<string, OutboxRow>>;

function isUnfinishedAt({ state }: Delivery): boolean {
  return state === 'pending' || state === 'sending';
}

function noteState(unfinished: Unfinished, row: OutboxRow, delivery: Delivery): void {
  const ofSink = unfinished.get(delivery.sink) ?? new Map<string, OutboxRow>();
  unfinished.set(delivery.sink, ofSink);
  if (isUnfinishedAt(delivery)) ofSink.set(row.record.id, row);
  else ofSink.delete(row.record.id);
}

function apply(rows: Rows, unfinished: Unfinished, entry: Entry): void {
  if ('record' in entry) {
    const { record, deliveries } = entry;
    const row = { record, deliveries: new Map(deliveries.map((delivery) => [delivery.sink, delivery])) };
    rows.delete(record.id);
    rows.set(record.id, row);
    for (const delivery of deliveries) noteState(unfinished, row, delivery);
    return;
  }
  const row = rows.get(entry.id);
  row?.deliveries.set(entry.delivery.sink, entry.delivery);
  if (row !== undefined) noteState(unfinished, row, entry.delivery);
}

function toEntry({ record, deliveries }: OutboxRow): Entry {
  return { record, deliveries: [...deliveries.values()] };
}

/** Deliveries that `change` makes another of. */
function changed(rows: Rows, change: (delivery: Delivery, record: AlertRecord) => Delivery): Entry[] {
  return [...rows.values()].flatMap(({ record, deliveries }) =>
    [...deliveries.values()].flatMap((before) => {
      const delivery = change(before, record);
      return delivery === before ? [] : [{ id: record.id, delivery }];
    }),
  );
}

function isUnfinished({ deliveries }: OutboxRow): boolean {
  return [...deliveries.values()].some(isUnfinishedAt);
}

/** Rows to forget: the old ones, then as many as there are too many; never one that is still to be sent. */
function outdated(rows: Rows, { retentionMs, nRowsMax }: OutboxLimits, nowMs: number): string[] {
  const finished = [...rows.values()].filter((row) => !isUnfinished(row));
  const isOld = ({ record }: OutboxRow): boolean => nowMs - record.decidedMs > retentionMs;
  const isAlert = ({ record }: OutboxRow): boolean => record.verdict === 'alert';
  const old = finished.filter(isOld);
  const young = finished.filter((row) => !isOld(row));
  const quietFirst = [...young.filter((row) => !isAlert(row)), ...young.filter(isAlert)];
  const nTooMany = Math.max(0, rows.size - old.length - nRowsMax);
  return [...old, ...quietFirst.slice(0, nTooMany)].map(({ record }) => record.id);
}

/** Opens the file, or gives the lock back when that fails. */
function openOrUnlock(path: string, unlock: () => void): ReturnType<typeof openJournal<Entry>> {
  try {
    return openJournal(path, ENTRIES);
  } catch (error) {
    unlock();
    throw error;
  }
}

function fileOf(folder: string): string {
  return join(folder, 'outbox.jsonl');
}

/**
 * All decisions of a folder, which another process may be adding to; none where there is no outbox. Digests and other messages that this
 * project sends by itself are none.
 * @throws InputError 'corrupt-file' when it cannot be read
 */
export function readDecisions(folder: string): AlertRecord[] {
  const rows: Rows = new Map();
  for (const entry of readJournal(fileOf(folder), ENTRIES)) apply(rows, new Map(), entry);
  return [...rows.values()].flatMap(({ record }) => (record.venue === null ? [] : [record]));
}

/**
 * Opens the outbox of a folder; what was in flight when the last process ended becomes unknown.
 * @throws InputError 'busy' when another process has it, 'corrupt-file' when it cannot be read
 */
export function openOutbox(folder: string, nowMs: number, limits: OutboxLimits = OUTBOX_LIMITS): Outbox {
  const unlock = takeLock(folder, 'outbox');
  const { journal, entries } = openOrUnlock(fileOf(folder), unlock);
  const rows: Rows = new Map();
  const unfinished: Unfinished = new Map();
  for (const entry of entries) apply(rows, unfinished, entry);
  const add = (added: readonly Entry[]): void => {
    journal.append(added);
    for (const entry of added) apply(rows, unfinished, entry);
  };
  add(changed(rows, (delivery) => afterRestart(delivery, nowMs)));
  const isNew = ({ id, verdict }: AlertRecord): boolean => {
    const known = rows.get(id)?.record.verdict;
    return known === undefined || (known !== 'alert' && verdict === 'alert');
  };
  let nBytesCompact = COMPACT_BYTES_MIN;
  return {
    rows: () => rows.values(),
    get: (id) => rows.get(id),
    unfinished: (sink) => unfinished.get(sink)?.values() ?? [],
    isNew,
    decide(decisions) {
      const fresh = new Map(decisions.filter(({ record }) => isNew(record)).map((one) => [one.record.id, one]));
      add([...fresh.values()].map(({ record, deliveries }) => ({ record, deliveries: [...deliveries] })));
      return fresh.size;
    },
    update(id, delivery) {
      assert(rows.get(id)?.deliveries.has(delivery.sink), `no delivery of ${id} to ${delivery.sink}`);
      add([{ id, delivery }]);
    },
    tidy(now) {
      add(changed(rows, (delivery, { decidedMs }) => expire(delivery, decidedMs, now)));
      const gone = outdated(rows, limits, now);
      for (const id of gone) rows.delete(id);
      if (gone.length === 0 && journal.nBytes < COMPACT_FACTOR * nBytesCompact) return;
      journal.replace([...rows.values()].map(toEntry));
      nBytesCompact = Math.max(COMPACT_BYTES_MIN, journal.nBytes);
    },
    close() {
      journal.close();
      unlock();
    },
  };
}
