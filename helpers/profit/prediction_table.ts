/** Writes 16_trade_predictions: the keys of 15_trade_features, day by day, with the probabilities of each fold. */
import { bisectLeft } from 'd3-array';
import { type DataFrame, pl } from '../polars/polars.ts';
import { isoDay } from '../run/clock.ts';
import { prefetch } from '../run/prefetch.ts';
import { readParts } from '../tables/read_parts.ts';
import { TRADE_PREDICTIONS } from '../tables/schemas.ts';
import type { Table, TableWriter } from '../tables/table_store.ts';
import type { FittedFold, FoldPredictions } from './walk_forward.ts';

const OWN_COLUMNS: ReadonlySet<string> = new Set(['probability', 'price_only_probability', 'fold', 'part']);
const KEY_COLUMNS = TRADE_PREDICTIONS.columns.map((c) => c.name).filter((name) => !OWN_COLUMNS.has(name));

const PARTS = ['validation', 'test'] as const;

/** The rows of one file that a fold predicts. */
function predictedRows(
  keys: DataFrame,
  firstRow: number,
  part: (typeof PARTS)[number],
  { rows, probability, priceOnly, fold }: FoldPredictions,
): DataFrame | null {
  const from = bisectLeft(rows, firstRow);
  const to = bisectLeft(rows, firstRow + keys.height);
  if (from === to) return null;
  const isPredicted = new Array<boolean>(keys.height).fill(false);
  for (let k = from; k < to; k++) isPredicted[rows[k] - firstRow] = true;
  return keys
    .withColumn(pl.Series('is_predicted', isPredicted, pl.Bool))
    .filter(pl.col('is_predicted'))
    .drop('is_predicted')
    .withColumns(
      pl.Series('probability', probability.slice(from, to), pl.Float64),
      pl.Series('price_only_probability', priceOnly.slice(from, to), pl.Float64),
      pl.lit(fold).cast(pl.Int64).alias('fold'),
      pl.lit(part).alias('part'),
    );
}

/**
 * Adds every fold's rows to the writer, a file a day, fold and part.
 * @param features 15_trade_features, whose rows the folds number
 */
export async function writePredictions(
  features: Table,
  folds: readonly FittedFold[],
  writer: TableWriter,
): Promise<void> {
  let firstRow = 0;
  for await (const keys of prefetch(readParts(features, { columns: KEY_COLUMNS }))) {
    const day = isoDay(Number(keys.getColumn('ts_ms').min()));
    for (const fold of folds)
      for (const part of PARTS) {
        const frame = predictedRows(keys, firstRow, part, fold[part]);
        if (frame !== null) writer.addPart(`${part}/fold-${fold[part].fold}/${day}`, frame, 'ts_ms');
      }
    firstRow += keys.height;
  }
}
