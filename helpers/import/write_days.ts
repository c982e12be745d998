/** The days of an import that have new rows or rows to move, written as parts of 10_raw_trades. */
import { type DataFrame, type LazyDataFrame, pl } from '../polars/polars.ts';
import type { Log } from '../run/console.ts';
import type { ManifestPart } from '../run/manifest.ts';
import { readPartsSync } from '../tables/read_parts.ts';
import type { Table, TableWriter } from '../tables/table_store.ts';
import { withReassignments } from './market_reassignments.ts';
import { type DayResult, dayOfPart, type Staging } from './staging.ts';

interface DaysToWrite {
  readonly staging: Staging;
  /** The table as it is, or null. */
  readonly oldTrades: Table | null;
  /** Places of fills that are in the table, and of those that are staged, to be put right; see reassignmentsFrame. */
  readonly reassignments: DataFrame | null;
  readonly ofThisRun: DataFrame | null;
  readonly log: Log;
  /** To be awaited with the number of rows that nobody needs any more. */
  readonly release: (nRows: number) => Promise<void>;
}

interface WrittenDays {
  /** Old parts that stay as they are. */
  readonly kept: readonly ManifestPart[];
  readonly nDuplicateRows: number;
  readonly nDropped: number;
}

/** Writes the days one after the other, each while the next one is put together. */
export async function writeDays(work: DaysToWrite, writer: TableWriter): Promise<WrittenDays> {
  const { staging, oldTrades, reassignments, ofThisRun, log, release } = work;
  const oldParts = new Map<number, ManifestPart[]>();
  for (const part of oldTrades?.manifest.parts ?? []) {
    const day = dayOfPart(part.file);
    oldParts.set(day, [...(oldParts.get(day) ?? []), part]);
  }
  await staging.flush();
  const moved =
    reassignments === null ? [] : [...oldParts].filter(([, parts]) => touches(oldTrades!, parts, reassignments));
  const days = [...new Set([...staging.dayNumbers(), ...moved.map(([day]) => day)])].sort((a, b) => a - b);
  const progress = log.progress('putting days together', days.length);
  let [nDuplicateRows, nDropped] = [0, 0];
  const finish = async (day: Promise<DayResult> | null): Promise<void> => {
    if (day === null) return;
    const result = await day;
    nDuplicateRows += result.nDuplicateRows;
    nDropped += result.nDropped;
    await release(result.nRows);
  };
  let before: Promise<DayResult> | null = null;
  for (const [i, day] of days.entries()) {
    const parts = oldParts.get(day);
    const published =
      parts === undefined
        ? null
        : withReassignments(pl.concat([...readPartsSync(oldTrades!, { parts })]), reassignments);
    oldParts.delete(day);
    const result = staging.finishDay(day, published, ofThisRun, writer);
    // Heard by the next round, or below; before that nobody listens, which would end the process.
    result.catch(() => undefined);
    await finish(before).catch(async (error) => {
      await result.catch(() => undefined);
      throw error;
    });
    before = result;
    progress.update(i + 1);
  }
  await finish(before);
  progress.done();
  return { kept: [...oldParts.values()].flat(), nDuplicateRows, nDropped };
}

/** Whether fills of some parts are to be moved. */
function touches(table: Table, parts: readonly ManifestPart[], reassignments: DataFrame): boolean {
  const moved = reassignments.select(pl.col('from_market').alias('market_id'));
  const query = (rows: LazyDataFrame) => rows.select('market_id').unique();
  for (const markets of readPartsSync(table, { parts, query }))
    if (markets.join(moved, { on: 'market_id', how: 'inner' }).height > 0) return true;
  return false;
}
