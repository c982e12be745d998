/** One contract test over all estimators; a new one adds its case here. */

import { GradientBoosting } from '../../estimators/gradient_boosting.ts';
import { KMeans } from '../../estimators/kmeans.ts';
import { RandomForest } from '../../estimators/random_forest.ts';
import type { Matrix } from '../../kernels/matrix.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { describeContract } from './contract_checks.ts';

/** Labels 0/1: whether the first two columns of a row add up to more than 0. */
const labelsOf = (x: Matrix): number[] =>
  Array.from({ length: x.nRows }, (_, row) => (x.values[row * x.nCols] + x.values[row * x.nCols + 1] > 0 ? 1 : 0));

describeContract({
  name: 'GradientBoosting',
  acceptsNan: true,
  badOption: { maxDepth: 0 },
  fit: (x, featureNames, executor, options) =>
    new GradientBoosting({ nRounds: 5, ...options }, executor).fit(x, labelsOf(x), { featureNames }),
  apply: (model, x, names) => model.predictProbability(x, names),
  fromModel: (json) => GradientBoosting.fromModel(json),
});

describeContract({
  name: 'RandomForest',
  acceptsNan: true,
  badOption: { nTrees: 0 },
  fit: (x, featureNames, executor, options) =>
    new RandomForest({ nTrees: 5, ...options }, executor).fit(x, labelsOf(x), { featureNames }),
  apply: (model, x, names) => model.predictProbability(x, names),
  fromModel: (json) => RandomForest.fromModel(json),
});

describeContract({
  name: 'KMeans',
  acceptsNan: false,
  badOption: { nClusters: 0 },
  fit: (x, featureNames, executor, options) => new KMeans({ nClusters: 3, ...options }, executor).fit(x, featureNames),
  apply: (model, x, names) => model.predict(x, names),
  fromModel: (json) => KMeans.fromModel(json, createExecutor()),
});
