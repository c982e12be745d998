/** Writes 16_trade_predictions: the keys of 15_trade_features, day by day, with the chances of each fold beside them. */
import { bisectLeft } from 'd3-array';
import { type DataFrame, pl, releaseFramesEvery } from '../polars/polars.ts';
import { TRADE_FEATURES, TRADE_PREDICTIONS } from '../tables/schemas.ts';
import { partPaths, scanPart, type Table, type TableWriter, withParquetErrors } from '../tables/table_store.ts';
import { orderedParts } from './trade_rows.ts';
import type { FoldPredictions } from './walk_forward.ts';

const OWN_COLUMNS: ReadonlySet<string> = new Set(['probability', 'price_only_probability', 'fold', 'part']);
const KEY_COLUMNS = TRADE_PREDICTIONS.columns.map((c) => c.name).filter((name) => !OWN_COLUMNS.has(name));

export interface PredictionPart {
  readonly part: 'validation' | 'test';
  /** Rows rise. */
  readonly predictions: FoldPredictions;
}

/** The rows of one file that a fold predicts. */
function predictedRows(keys: DataFrame, firstRow: number, { part, predictions }: PredictionPart): DataFrame | null {
  const { rows, probability, priceOnly, fold } = predictions;
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

/** Adds every fold's rows to the writer, a file a day, fold and part. */
export async function writePredictions(
  features: Table,
  parts: readonly PredictionPart[],
  writer: TableWriter,
): Promise<void> {
  let firstRow = 0;
  const release = releaseFramesEvery();
  for (const part of orderedParts(features)) {
    const [path] = partPaths(features, [part]);
    const keys = withParquetErrors(path, () =>
      scanPart(path, TRADE_FEATURES)
        .select(...KEY_COLUMNS)
        .collectSync(),
    );
    const day = part.file.split('/')[1].slice(0, '2026-01-08'.length);
    for (const prediction of parts) {
      const frame = predictedRows(keys, firstRow, prediction);
      if (frame !== null)
        writer.addPart(`${prediction.part}/fold-${prediction.predictions.fold}/${day}`, frame, 'ts_ms');
    }
    firstRow += part.rows;
    await release(part.rows);
  }
}
