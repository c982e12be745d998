/** The anomaly model of single trades: an isolation forest, and the scores of later trades that its p-values come from. */
import { basename } from 'node:path';
import { z } from 'zod';
import { BASELINE, type StoredBaseline } from '../baselines/baseline_store.ts';
import { parseModel } from '../estimators/contract.ts';
import { IsolationForest } from '../estimators/isolation_forest.ts';
import { OnlineFdr } from '../evaluate/online_fdr.ts';
import { createMatrix } from '../kernels/matrix.ts';
import { currentRun, loadActiveModel } from '../registry/active_model.ts';
import { InputError } from '../run/errors.ts';
import { CALIBRATION, type Calibration, conformalP } from './calibration.ts';
import { featureNames, rowWriter } from './feature_row.ts';
import type { Trade } from './trade.ts';
import type { TradeFeatures } from './trade_fold.ts';

const FORMAT = 'spyhop-trade-anomaly';
const VERSION = 1;
const SCRIPT = '4_unsupervised_model/13-2_generate_trade_anomaly_model.ts';
/** The published threshold: −.7 of scikit-learn's `score_samples` is .7 here. */
export const SCORE_THRESHOLD = 0.7;
const N_REASONS = 3;
const DAY_SLACK = 1.5;

export const VENUES = ['kalshi', 'polymarket'] as const satisfies readonly Trade['venue'][];

/** Name of a venue's model in the registry. */
export function tradeModelName(venue: Trade['venue']): string {
  return `${venue}_trade_anomaly`;
}

const modelSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  venue: z.enum(VENUES),
  /** Ends in `other`. */
  categories: z.array(z.string()).min(1),
  /** Trades of a day as training saw them: what a day's p-values are held against. */
  tradesPerDay: z.number().min(1),
  calibration: CALIBRATION,
  /** What was ordinary in each category when training ended: a stream that knows nothing yet begins with it. */
  categoryBaselines: z.record(z.string(), BASELINE).default({}),
  forest: z.unknown(),
});

export interface TradeModelParts {
  readonly venue: Trade['venue'];
  readonly categories: readonly string[];
  readonly tradesPerDay: number;
  readonly calibration: Calibration;
  readonly categoryBaselines: Readonly<Record<string, StoredBaseline>>;
  readonly forest: IsolationForest;
}

export interface TradeScore {
  /** 0..1, higher is more anomalous; SCORE_THRESHOLD is the published bar. */
  readonly score: number;
  /** Conformal p-value against trades later than those of training. */
  readonly p: number;
}

export interface TradeModel extends Omit<TradeModelParts, 'calibration' | 'forest'> {
  readonly columns: readonly string[];
  /** Scores one trade; a few microseconds, on this thread. */
  score(features: TradeFeatures): TradeScore;
  /** Tests of the trades of one UTC day, which may have half as many trades again as the days learnt from. */
  dayTests(fdr: number): OnlineFdr;
  /** The same, or null for a trade whose score is below `bar`: most are, and that is known a good deal sooner. */
  scoreFrom(features: TradeFeatures, bar: number): TradeScore | null;
  /** The columns that made a trade anomalous, the most important first, with their values. */
  explain(features: TradeFeatures): { readonly column: string; readonly value: number }[];
}

/** The score of one trade, 0..1; 0 where it is certainly below `bar`. */
export function tradeScorer({
  venue,
  categories,
  forest,
}: Pick<TradeModelParts, 'venue' | 'categories' | 'forest'>): (features: TradeFeatures, bar?: number) => number {
  const write = rowWriter(venue, categories);
  const scoreRow = forest.rowScorer();
  const row = new Float32Array(forest.featureNames.length);
  return (features, bar) => {
    write(features, row);
    return scoreRow(row, bar);
  };
}

export function tradeModel({
  venue,
  categories,
  tradesPerDay,
  calibration,
  categoryBaselines,
  forest,
}: TradeModelParts): TradeModel {
  const columns = featureNames(venue, categories);
  if (columns.join() !== forest.featureNames.join())
    throw new InputError(
      'bad-model',
      `the model was made with other columns: ${forest.featureNames.join(', ')}`,
      `make it again: npx tsx ${SCRIPT} --venue ${venue}`,
    );
  const write = rowWriter(venue, categories);
  const scoreOf = tradeScorer({ venue, categories, forest });
  const pOf = conformalP(calibration);
  return {
    venue,
    categories,
    tradesPerDay,
    categoryBaselines,
    columns,
    score: (features) => {
      const score = scoreOf(features);
      return { score, p: pOf(score) };
    },
    dayTests: (fdr) => new OnlineFdr(fdr, Math.ceil(DAY_SLACK * tradesPerDay)),
    scoreFrom: (features, bar) => {
      const score = scoreOf(features, bar);
      return score < bar ? null : { score, p: pOf(score) };
    },
    explain: (features) => {
      const values = new Float32Array(columns.length);
      write(features, values);
      const [top] = forest.explain(createMatrix(values, 1, columns.length), columns.length);
      return top
        .filter(({ contribution }) => contribution > 0)
        .slice(0, N_REASONS)
        .map(({ feature }) => ({ column: feature, value: values[columns.indexOf(feature)] }));
    },
  };
}

/** The model as plain JSON; scores after loading are bit for bit the same. */
export function tradeModelToJson({ forest, ...parts }: TradeModelParts): unknown {
  return { format: FORMAT, version: VERSION, ...parts, forest: forest.toModel() };
}

/** @throws InputError 'bad-model' */
export function tradeModelFromJson(json: unknown): TradeModel {
  const { forest, ...parts } = parseModel(json, FORMAT, VERSION, modelSchema);
  return tradeModel({ ...parts, forest: IsolationForest.fromModel(forest) });
}

/** The run that is active, or null: a stream looks now and then, and loads the model again when it has changed. */
export function activeTradeModelRun(modelsDir: string, venue: Trade['venue']): string | null {
  return currentRun(modelsDir, tradeModelName(venue));
}

/**
 * The active model of a venue.
 * @throws InputError 'missing-input', 'corrupt-file' or 'bad-model', each with the command that mends it
 */
export function loadActiveTradeModel(modelsDir: string, venue: Trade['venue']): TradeModel & { readonly run: string } {
  const { model, folder } = loadActiveModel(modelsDir, tradeModelName(venue), `${SCRIPT} --venue ${venue}`);
  return { ...tradeModelFromJson(model), run: basename(folder) };
}
