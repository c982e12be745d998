/**
 * What identifies a fill: a sum of hashes of what its row says and of where it belongs, uint64. Market and outcome count only where
 * the token is not known, and the cash is that of price × shares where the source states both (`nominal_u`), so that two feeds
 * of the same trade agree.
 */
import { type DataFrame, type DataType, type Expr, pl } from '../polars/polars.ts';

/** Seeds and types of the parts; changing them changes every fill_id. */
const ROW_PARTS: Readonly<Record<string, readonly [number, DataType]>> = {
  tx: [11, pl.Utf8],
  wallet: [12, pl.Utf8],
  side: [15, pl.Utf8],
  ts_ms: [16, pl.Int64],
  shares_u: [17, pl.Int64],
  nominal_u: [18, pl.Int64],
};
/** The parts that change when it becomes known where a fill belongs. */
const PLACE_PARTS: Readonly<Record<string, readonly [number, DataType]>> = {
  token_id: [13, pl.Utf8],
  market_id: [14, pl.Utf8],
  outcome_index: [19, pl.Int64],
};

function hashOf(value: Expr, [seed]: readonly [number, DataType]): Expr {
  return value.hash(seed, seed + 100, seed + 200, seed + 300);
}

function sumOf(names: readonly string[]): Expr {
  const [first, ...rest] = names.map((name) => pl.col(`hash_${name}`));
  return rest.reduce((total, hash) => total.add(hash), first);
}

/**
 * Hashes of what the rows of wire fills say; a column that is not there counts as null. They must be collected before they are summed:
 * a lazy plan takes a hash for what it is the hash of.
 * @param columns names of the fills' columns
 */
export function rowHashes(columns: ReadonlySet<string>): Expr[] {
  return Object.entries(ROW_PARTS).map(([name, part]) =>
    hashOf(columns.has(name) ? pl.col(name) : pl.lit(null).cast(part[1]), part).alias(`hash_${name}`),
  );
}

/** The fill_id of the first of identical rows, from collected rowHashes and the column `place_hash`. */
export function sumOfHashes(): Expr {
  return sumOf(Object.keys(ROW_PARTS)).add(pl.col('place_hash'));
}

/**
 * What a place adds to the fill_ids of its fills.
 * @param places `token_id` (null where it is not known), `market_id` and `outcome_index`
 */
export function hashesOfPlaces(places: DataFrame): BigUint64Array {
  const isUnknown = pl.col('token_id').isNull();
  const parts = Object.entries(PLACE_PARTS).map(([name, part]) => {
    const value = pl.col(name).cast(part[1]);
    const counted = name === 'token_id' ? value : pl.when(isUnknown).then(value).otherwise(pl.lit(null)).cast(part[1]);
    return hashOf(counted, part).alias(`hash_${name}`);
  });
  const sum = places.select(...parts).select(sumOf(Object.keys(PLACE_PARTS)).alias('sum'));
  return sum.getColumn('sum').toTypedArray() as BigUint64Array;
}
