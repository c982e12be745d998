/** A booster trained elsewhere (Python's XGBoost) on the four columns of the published model, or on ours. */
import type { GradientBoosting } from '../estimators/gradient_boosting.ts';
import { binaryFromXgboost } from '../estimators/xgboost_reader.ts';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeColumns } from '../kernels/matrix.ts';
import { InputError } from '../run/errors.ts';
import { hashFile, readJson } from '../run/files.ts';
import { FEATURES } from './trade_rows.ts';

/** Column of the published model -> ours. */
const PUBLISHED_COLUMNS: Readonly<Record<string, string>> = {
  usd_amount: 'amount_usd',
  z_score_size: 'z_score_size',
  price: 'follow_price',
  volume: 'market_volume_usd',
};

export const EXTERNAL_MODEL_OPTION = {
  type: 'string',
  describe: 'XGBoost JSON trained elsewhere on usd_amount, z_score_size, price, volume, scored in its place',
  group: 'Model',
} as const;

/** A file with a model. */
export interface ExternalModel {
  readonly path: string;
  readonly sha256: string;
}

/**
 * The model that an option names, once it has been read as one; null where none is named.
 * @throws InputError as readExternalModel does
 */
export function externalModel(path: string | undefined): ExternalModel | null {
  if (path === undefined) return null;
  readExternalModel(path);
  return { path, sha256: hashFile(path) };
}

/**
 * The model in an XGBoost JSON file. Its columns may be the published four, or ours, in any order.
 * @throws InputError 'missing-input' when there is no such file, 'bad-model' when it is no such model, predicts no single
 *   probability, or wants a column that does not exist
 */
export function readExternalModel(path: string, executor?: Executor): GradientBoosting {
  if (/\.ubj$/i.test(path))
    throw new InputError(
      'bad-model',
      `${path} is in XGBoost's binary format, which is not read`,
      'save it as .json: model.save_model("model.json")',
    );
  const booster = binaryFromXgboost(readJson(path), executor);
  const unknown = booster.featureNames.find((name) => columnIndex(name) < 0);
  if (unknown !== undefined)
    throw new InputError(
      'bad-model',
      `${path} wants a column "${unknown}"`,
      `train it on columns named ${Object.keys(PUBLISHED_COLUMNS).join(', ')} (or ${FEATURES.join(', ')})`,
    );
  return booster;
}

/** Index of our column for a column of the model; a model trained on bare numbers has its four in the published order. */
function columnIndex(name: string): number {
  const published = /^column_[0-3]$/.test(name) ? Object.keys(PUBLISHED_COLUMNS)[Number(name.slice(-1))] : name;
  return FEATURES.indexOf((PUBLISHED_COLUMNS[published] ?? published) as (typeof FEATURES)[number]);
}

/** The columns that the model wants, in its order. */
export function columnsFor(booster: GradientBoosting, x: Matrix): Matrix {
  return takeColumns(x, booster.featureNames.map(columnIndex));
}
