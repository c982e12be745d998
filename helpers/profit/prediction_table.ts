/** Writes 16_trade_predictions: the keys of 15_trade_features, day by day, with the probabilities of each fold. */
import { pl } from '../polars/polars.ts';
import { isoDay } from '../run/clock.ts';
import { takeFrameRows } from '../tables/matrix.ts';
import { TRADE_PREDICTIONS } from '../tables/schemas.ts';
import type { TableWriter } from '../tables/table_store.ts';
import { type TestedFills, TestedFillsCollector } from './tested_fills.ts';
import type { FillBlock, FillSource } from './trade_rows.ts';
import { type FittedFold, type FoldScores, scoreFolds } from './walk_forward.ts';

const OWN_COLUMNS: ReadonlySet<string> = new Set(['probability', 'price_only_probability', 'fold', 'part']);
/** Columns of 15_trade_features that are taken over. */
const KEY_COLUMNS = TRADE_PREDICTIONS.columns.map((c) => c.name).filter((name) => !OWN_COLUMNS.has(name));

/**
 * Adds the scored fills of a block to the writer, a file a day, fold and part.
 * @param block with KEY_COLUMNS as its frame
 */
function addPredictions(
  writer: TableWriter,
  { frame, keys: { tsMs } }: FillBlock,
  { fold: { index }, part, at, probability, priceOnly }: FoldScores,
): void {
  const scored = takeFrameRows(frame!.select(...KEY_COLUMNS), at).withColumns(
    pl.Series('probability', probability, pl.Float64),
    pl.Series('price_only_probability', priceOnly, pl.Float64),
    pl.lit(index).cast(pl.Int64).alias('fold'),
    pl.lit(part).alias('part'),
  );
  writer.addPart(`${part}/fold-${index}/${isoDay(tsMs[0])}`, scored, 'ts_ms');
}

/**
 * Scores the fills of all folds and writes them, a day at a time.
 * @param source 15_trade_features
 * @returns the test fills, for their evaluation
 */
export async function predictFolds(
  source: FillSource,
  fitted: readonly FittedFold[],
  writer: TableWriter,
  seed: number,
): Promise<TestedFills> {
  const tested = new TestedFillsCollector(fitted, seed);
  const onScores = (block: FillBlock, scores: FoldScores): void => {
    tested.add(block, scores);
    addPredictions(writer, block, scores);
  };
  await scoreFolds(source, fitted, onScores, KEY_COLUMNS);
  return tested.finish();
}
