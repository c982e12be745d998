/** Wallets as numbers: grouping by numbers takes half the time of grouping by 42 letters, and plain arrays know no text. */
import { type DataFrame, pl, type Series } from '../../polars/polars.ts';

/** The distinct wallets of some frames, numbered: `wallet` and `wallet_code`. */
export function numberWallets(...frames: readonly DataFrame[]): DataFrame {
  return numbered(pl.concat(frames.map((frame) => frame.select('wallet'))).unique(), 0);
}

function numbered(wallets: DataFrame, first: number): DataFrame {
  return wallets.withColumns(
    pl.intRange(0, pl.len(), 1).add(pl.lit(first).cast(pl.Int64)).cast(pl.UInt32).alias('wallet_code'),
  );
}

/** The shard of each row's wallet: the same for a wallet wherever it is met. */
export function shardsOf(rows: DataFrame, nShards: number): Int32Array {
  const hashes = rows.select(pl.col('wallet').hash(1, 2, 3, 4).alias('hash'));
  return hashes
    .select(pl.col('hash').rem(pl.lit(nShards).cast(pl.UInt64)).cast(pl.Int32).alias('shard'))
    .getColumn('shard')
    .toTypedArray() as Int32Array;
}

/** Numbers for wallets as they are met, batch by batch. */
export class WalletNumbers {
  /** `wallet` and `wallet_code`, the place of the row. */
  private known: DataFrame | null = null;

  /** How many have a number. */
  get n(): number {
    return this.known?.height ?? 0;
  }

  /** The wallets of `rows` with their numbers, once each; those not met before get the next ones. Null is no wallet. */
  async of(rows: DataFrame): Promise<DataFrame> {
    const distinct = rows.lazy().select('wallet').filter(pl.col('wallet').isNotNull()).unique();
    if (this.known === null) {
      this.known = numbered(await distinct.collect(), 0);
      return this.known;
    }
    const met = await distinct.join(this.known.lazy(), { on: 'wallet', how: 'left' }).collect();
    const isNew = pl.col('wallet_code').isNull();
    const fresh = numbered(met.filter(isNew).select('wallet'), this.n);
    this.known = pl.concat([this.known, fresh]);
    return pl.concat([met.filter(isNew.not()), fresh]);
  }

  /** `wallet` of some of them, in the order of `numbers`. */
  namesOf(numbers: Uint32Array): Series {
    if (this.known === null) throw new Error('assertion failed: no wallet has been given a number');
    const wanted = pl.DataFrame([pl.Series('wallet_code', numbers)]);
    return wanted.join(this.known, { on: 'wallet_code', how: 'left' }).getColumn('wallet');
  }
}
