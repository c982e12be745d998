/**
 * When blocks were made. The archive of prediction-market-analysis samples one block in 10,800 (about six hours), so the time
 * of a block between two known ones is taken from the straight line through both: blocks come at an even pace.
 */
import { bisectLeft } from 'd3-array';
import { type DataFrame, pl } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import { parseTimes } from '../venues/values/time.ts';
import type { Reject } from './row_block.ts';

/** Known blocks further apart than this (about a day) tell nothing of the blocks between them. */
const GAP_BLOCKS_MAX = 43_200;

interface Known {
  /** Block numbers, ascending. */
  readonly blocks: Float64Array;
  /** Their times in ms since 1970 UTC. */
  readonly ms: Float64Array;
}

/**
 * Gathers known blocks, then tells the times (ms since 1970 UTC) of any; a block that too wide a gap surrounds has
 * none.
 */
export class BlockTimes {
  private readonly frames: DataFrame[] = [];
  private known: Known | null = null;
  /** Rows so far whose time is an estimate between two known blocks. */
  nEstimated = 0;

  /** Takes over text columns `block_number` and `timestamp`; of a block that comes twice the first time counts. */
  add(rows: DataFrame): void {
    const frame = rows
      .select(pl.col('block_number').cast(pl.Float64, false).alias('block'))
      .withColumn(parseTimes(rows, 'timestamp', null).frame.getColumn('ts_ms').cast(pl.Float64));
    this.frames.push(frame.filter(pl.col('block').isNotNull().and(pl.col('ts_ms').isNotNull())));
    this.known = null;
  }

  private sorted(): Known {
    if (this.known === null) {
      const all = pl
        .concat(this.frames)
        .unique({ subset: ['block'], keep: 'first', maintainOrder: true })
        .sort('block');
      const values = (name: string): Float64Array => Float64Array.from(all.getColumn(name).toArray() as number[]);
      this.known = { blocks: values('block'), ms: values('ts_ms') };
    }
    return this.known;
  }

  /** Time of a block in ms since 1970 UTC; null outside of the known ones, and in gaps of more than a day. */
  private timeOf(block: number): number | null {
    const { blocks, ms } = this.sorted();
    const low = bisectLeft(blocks, block);
    if (low < blocks.length && blocks[low] === block) return ms[low];
    if (low === 0 || low === blocks.length || blocks[low] - blocks[low - 1] > GAP_BLOCKS_MAX) return null;
    this.nEstimated++;
    const share = (block - blocks[low - 1]) / (blocks[low] - blocks[low - 1]);
    return Math.round(ms[low - 1] + share * (ms[low] - ms[low - 1]));
  }

  /**
   * Gives text rows a `timestamp` by their `block_number` where they have none; those whose block's time is not known come back as
   * rejects.
   * @throws InputError 'missing-input' where no time of any block is known
   */
  fill(rows: DataFrame, path: string): { timed: DataFrame; untimed: Reject[] } {
    const own = rows.columns.includes('timestamp') ? rows.getColumn('timestamp') : null;
    if (own?.nullCount() === 0) return { timed: rows, untimed: [] };
    if (this.frames.length === 0)
      throw new InputError(
        'missing-input',
        `${path} tells block numbers and no times`,
        "name the archive's polymarket/blocks files with --input too",
      );
    const told = own?.toArray() as (string | null)[] | undefined;
    const blocks = rows.getColumn('block_number').cast(pl.Float64, false).toArray() as (number | null)[];
    const times = blocks.map((block, i) => {
      if (told?.[i]) return told[i];
      const ms = block === null ? null : this.timeOf(block);
      return ms === null ? null : String(ms);
    });
    const timed = rows.withColumn(pl.Series('timestamp', times, pl.Utf8));
    const isTimed = pl.col('timestamp').isNotNull();
    const untimed = timed
      .filter(isTimed.not())
      .toRecords()
      .map((row) => ({ reason: 'block of unknown time', text: rows.columns.map((name) => row[name] ?? '').join(',') }));
    return { timed: untimed.length === 0 ? timed : timed.filter(isTimed), untimed };
  }
}
