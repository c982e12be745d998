/** Text keys as small numbers that stay the same from day to day; sorting and grouping by numbers takes half the time. */
import { type DataFrame, pl } from '../polars/polars.ts';

/** Numbers (uint32) of the keys seen so far; a key keeps its number. */
export class LabelEncoder {
  private names: DataFrame;

  /**
   * @param text column of the keys
   * @param code column of their numbers, from 0 in order of appearance
   */
  constructor(
    private readonly text: string,
    private readonly code: string,
  ) {
    this.names = pl.DataFrame({ [text]: [], [code]: [] }, { schema: { [text]: pl.Utf8, [code]: pl.UInt32 } });
  }

  get size(): number {
    return this.names.height;
  }

  /** Gives numbers to the keys that are new; a null key has none. */
  fit(frame: DataFrame): void {
    const fresh = frame
      .select(this.text)
      .filter(pl.col(this.text).isNotNull())
      .unique({ maintainOrder: true, keep: 'first' })
      .join(this.names, { on: this.text, how: 'anti' });
    if (fresh.height === 0) return;
    const numbered = fresh.withColumns(
      pl.intRange(0, pl.len(), 1).add(pl.lit(this.names.height)).cast(pl.UInt32).alias(this.code),
    );
    this.names = pl.concat([this.names, numbered]);
  }

  /** The frame with the numbers of its keys, in its own order; null for keys that were never learned. */
  transform(frame: DataFrame): DataFrame {
    return frame.join(this.names, { on: this.text, how: 'left' });
  }

  /** The frame with the keys in place of their numbers. */
  named(frame: DataFrame): DataFrame {
    return frame.join(this.names, { on: this.code, how: 'left' }).drop(this.code);
  }
}
