/** Saved models, damaged at random places, and what reading them comes to. */
import { Autoencoder } from '../../estimators/autoencoder.ts';
import { GradientBoosting } from '../../estimators/gradient_boosting.ts';
import { IsolationForest } from '../../estimators/isolation_forest.ts';
import { KMeans } from '../../estimators/kmeans.ts';
import { Pca } from '../../estimators/pca.ts';
import { RandomForest } from '../../estimators/random_forest.ts';
import { MinMaxScaler, StandardScaler } from '../../estimators/scalers.ts';
import { boostingToXgboost } from '../../estimators/xgboost_json.ts';
import { boostingFromXgboost } from '../../estimators/xgboost_reader.ts';
import type { Executor } from '../../kernels/executor.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { createRandom, type Random } from '../../kernels/random.ts';
import { InputError } from '../../run/errors.ts';

/** A format: a sound model of `N_COLUMNS` columns, and how it is read and asked. */
export interface FuzzedModel {
  readonly name: string;
  readonly model: unknown;
  readonly read: (json: unknown) => LoadedModel | Promise<LoadedModel>;
}

interface LoadedModel {
  readonly featureNames: readonly string[];
  readonly answer: (x: Matrix) => ArrayLike<number>;
}

export interface FuzzResult {
  /** How often each answer came: `finite`, or the tag of an InputError. */
  readonly answers: ReadonlyMap<string, number>;
  /** First line of whatever else came: a stack trace for the user, or a prediction that is no number. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
}

const N_COLUMNS = 4;
const ODDITIES = [
  ...[null, -1, 0, 1, 7, 1e9, 4294967296, 1e300, 2.5, '', 'x', '[]', 'NaN', [], {}, true, [null], '__proto__', '-5'],
  ...['1000000000', '2147483647', '4294967296', '99999999999999999999', '1e9', 'Infinity', 'AAAA', 3, '3'],
];

/** Replaces or removes one random place of a JSON value. */
export function damage(value: unknown, random: Random): unknown {
  const isContainer = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isContainer || random.uniform() < 0.08) return ODDITIES[random.integer(ODDITIES.length)];
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const keys = Object.keys(copy);
  const key = keys[random.integer(keys.length)];
  const entries = copy as Record<string, unknown>;
  if (random.uniform() < 0.1) {
    if (Array.isArray(copy)) copy.pop();
    else delete entries[key];
  } else entries[key] = damage(entries[key], random);
  return copy;
}

/** Reads `nDraws` damaged copies of the model and asks each that is taken for its answers on a few rows. */
export async function readDamaged(fuzzed: FuzzedModel, nDraws: number, seed: number): Promise<FuzzResult> {
  const random = createRandom(seed);
  const x = randomRows(5, random);
  const answers = new Map<string, number>();
  const failures: string[] = [];
  let slowestMs = 0;
  for (let draw = 0; draw < nDraws; draw++) {
    const json = JSON.parse(JSON.stringify(damage(fuzzed.model, random)) ?? 'null');
    const startMs = performance.now();
    let answer = 'finite';
    try {
      const { featureNames, answer: ask } = await fuzzed.read(json);
      const bad =
        featureNames.length === N_COLUMNS ? Array.from(ask(x)).find((value) => !Number.isFinite(value)) : undefined;
      if (bad !== undefined) failures.push(`draw ${draw}: predicts ${bad}`);
    } catch (error) {
      if (error instanceof InputError) answer = error.tag;
      else failures.push(`draw ${draw}: ${String(error).split('\n', 1)[0]}`);
    }
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
  }
  return { answers, failures, slowestMs };
}

function randomRows(nRows: number, random: Random): Matrix {
  return createMatrix(
    Float32Array.from({ length: nRows * N_COLUMNS }, () => random.normal()),
    nRows,
    N_COLUMNS,
  );
}

/** A sound model of every format. */
export async function fuzzedModels(executor: Executor): Promise<FuzzedModel[]> {
  const x = randomRows(120, createRandom(1));
  const names = ['a', 'b', 'c', 'd'];
  const two = Array.from({ length: x.nRows }, (_, row) => (x.values[row * N_COLUMNS] > 0 ? 1 : 0));
  const three = two.map((label, row) => label + (x.values[row * N_COLUMNS + 1] > 0.5 ? 1 : 0));
  const options = { nRounds: 4, maxDepth: 3 };
  const boosting = new GradientBoosting(options, executor).fit(x, two, { featureNames: names });
  const classes = new GradientBoosting({ ...options, objective: 'multiclass' }, executor).fit(x, three);
  const forest = new RandomForest({ nTrees: 4, minLeafRows: 5 }, executor).fit(x, three, { featureNames: names });
  const stopped = JSON.parse(boostingToXgboost(boosting)) as { learner: { attributes: Record<string, string> } };
  stopped.learner.attributes['best_iteration'] = '2';
  const predictor = (model: GradientBoosting | RandomForest): LoadedModel => ({
    featureNames: model.featureNames,
    answer: (rows) => model.predict(rows),
  });
  const scorer = (model: IsolationForest | KMeans | Autoencoder): LoadedModel => ({
    featureNames: model.featureNames,
    answer: (rows) => model.score(rows),
  });
  const transformer = (model: StandardScaler | MinMaxScaler | Pca): LoadedModel => ({
    featureNames: model.featureNames,
    answer: (rows) => model.transform(rows).values,
  });
  const fromXgboost = (json: unknown): LoadedModel => predictor(boostingFromXgboost(json, executor));
  return [
    { name: 'XGBoost, binary, stopped early', model: stopped, read: fromXgboost },
    { name: 'XGBoost, three classes', model: JSON.parse(boostingToXgboost(classes)), read: fromXgboost },
    {
      name: 'gradient boosting',
      model: boosting.toModel(),
      read: (json) => predictor(GradientBoosting.fromModel(json, executor)),
    },
    {
      name: 'random forest',
      model: forest.toModel(),
      read: (json) => predictor(RandomForest.fromModel(json, executor)),
    },
    {
      name: 'isolation forest',
      model: new IsolationForest({ nTrees: 4, nSamples: 16 }, executor).fit(x, names).toModel(),
      read: (json) => scorer(IsolationForest.fromModel(json, executor)),
    },
    {
      name: 'k-means',
      model: new KMeans({ nClusters: 3 }, executor).fit(x, names).toModel(),
      read: (json) => scorer(KMeans.fromModel(json, executor)),
    },
    {
      name: 'autoencoder',
      model: (await new Autoencoder({ hiddenUnits: [2], nEpochs: 1 }).fit(x, names)).toModel(),
      read: async (json) => scorer(await Autoencoder.fromModel(json)),
    },
    {
      name: 'standard scaler',
      model: new StandardScaler().fit(x, names).toModel(),
      read: (json) => transformer(StandardScaler.fromModel(json)),
    },
    {
      name: 'min-max scaler',
      model: new MinMaxScaler().fit(x, names).toModel(),
      read: (json) => transformer(MinMaxScaler.fromModel(json)),
    },
    {
      name: 'principal components',
      model: new Pca().fit(x, names).toModel(),
      read: (json) => transformer(Pca.fromModel(json)),
    },
  ];
}
