/**
 * Models of Python xgboost from its JSON format (schema: xgboost docs, "Introduction to Model IO"): gbtree or dart with
 * numerical splits; binary, multiclass, regression. The file is not trusted: every count in it is checked against the
 * arrays that it counts before it is used.
 */
import { z } from 'zod';
import type { Executor } from '../kernels/executor.ts';
import { leafNode, type Tree, type TreeNode, treeFromNodes } from '../kernels/trees/tree.ts';
import { InputError } from '../run/errors.ts';
import type { BoostingObjective } from './boosting_options.ts';
import { GradientBoosting } from './gradient_boosting.ts';
import { checkTree, type TreeEnsemble } from './tree_ensemble.ts';

const N_FEATURES_MAX = 1_000_000;
const N_CLASSES_MAX = 1000;

const numbers = z.array(z.number());
const integers = z.array(z.number().int());
const flags = z.array(z.union([z.boolean(), z.number()]));
/** Counts are written as strings of an int32. */
const count = z.coerce.number().int().min(0).max(2147483647);

const treeSchema = z.object({
  tree_param: z.object({ num_nodes: count, size_leaf_vector: count.optional() }),
  left_children: integers,
  right_children: integers,
  split_indices: integers,
  split_conditions: numbers,
  default_left: flags,
  split_type: integers.optional(),
  base_weights: numbers.optional(),
  loss_changes: numbers.optional(),
  sum_hessian: numbers.optional(),
});

const treesSchema = z.object({
  gbtree_model_param: z.object({ num_trees: count, num_parallel_tree: count.optional() }),
  /** First tree of every round, then the number of trees; since version 2.0. */
  iteration_indptr: integers.optional(),
  trees: z.array(treeSchema),
  tree_info: integers,
});

const modelSchema = z.object({
  version: integers,
  learner: z.object({
    attributes: z.record(z.string(), z.string()).optional(),
    feature_names: z.array(z.string()).optional(),
    gradient_booster: z.object({
      name: z.string(),
      model: treesSchema.optional(),
      gbtree: z.object({ model: treesSchema }).optional(),
      weight_drop: numbers.optional(),
    }),
    learner_model_param: z.object({
      base_score: z.union([z.string(), z.number()]),
      num_class: count.optional(),
      num_feature: count,
      num_target: count.optional(),
    }),
    objective: z.looseObject({ name: z.string() }),
  }),
});

type XgboostTree = z.infer<typeof treeSchema>;
type XgboostTrees = z.infer<typeof treesSchema>;
type XgboostModel = z.infer<typeof modelSchema>;

/** The objectives that are read, and what they are here; those of regression differ in training only. */
const OBJECTIVES_READ: Readonly<Record<string, BoostingObjective>> = {
  'binary:logistic': 'binary',
  'reg:logistic': 'binary',
  'multi:softprob': 'multiclass',
  'multi:softmax': 'multiclass',
  'reg:squarederror': 'squared-error',
  'reg:absoluteerror': 'squared-error',
  'reg:pseudohubererror': 'squared-error',
  'reg:quantileerror': 'quantile',
};

/**
 * A model of one probability from XGBoost's JSON (parsed).
 * @throws InputError bad-model as `boostingFromXgboost` does, and for several classes or a regression
 */
export function binaryFromXgboost(json: unknown, executor?: Executor): GradientBoosting {
  const model = boostingFromXgboost(json, executor);
  const { objective, ensemble } = model.model;
  if (objective === 'binary') return model;
  const what = objective === 'multiclass' ? `a model of ${ensemble.base.length} classes` : 'a regression';
  return reject(`it is ${what}, wanted is the probability of one event`, 'train it with objective binary:logistic');
}

/**
 * A boosting model from XGBoost's JSON (parsed). Where training stopped early, the rounds after the best one are left
 * out, as Python's `XGBClassifier.predict` and `XGBRegressor.predict` do.
 * @throws InputError bad-model when it is damaged or has parts that are not supported (linear boosters, categorical
 *   splits, several targets, other objectives)
 */
export function boostingFromXgboost(json: unknown, executor?: Executor): GradientBoosting {
  const model = parse(json);
  const { objective: details, learner_model_param: shape } = model.learner;
  const objective = Object.hasOwn(OBJECTIVES_READ, details.name) ? OBJECTIVES_READ[details.name] : undefined;
  if (objective === undefined) {
    reject(`objective ${details.name} is not supported`, `supported are: ${Object.keys(OBJECTIVES_READ).join(', ')}`);
  }
  if ((shape.num_target ?? 1) > 1) reject('it has several targets', 'save one model a target');
  const nOutputs = objective === 'multiclass' ? (shape.num_class ?? 0) : 1;
  if (objective === 'multiclass' && (nOutputs < 2 || nOutputs > N_CLASSES_MAX)) {
    reject(`num_class is ${nOutputs}, at most ${N_CLASSES_MAX} are supported`, 'save the model again');
  }
  const base = readBaseScore(shape.base_score, nOutputs).map((score) =>
    objective === 'binary' ? logit(score) : score,
  );
  const quantile = objective === 'quantile' ? readQuantile(details) : 0.5;
  const featureNames = readFeatureNames(model);
  const ensemble = readEnsemble(model, featureNames.length, base);
  return GradientBoosting.fromFitted({ objective, quantile, featureNames, ensemble }, executor);
}

function parse(json: unknown): XgboostModel {
  const result = modelSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return reject(`at ${issue.path.join('.')}: ${issue.message}`, 'save it from xgboost with save_model("….json")');
}

function readFeatureNames({ learner }: XgboostModel): string[] {
  const nFeatures = learner.learner_model_param.num_feature;
  const names = learner.feature_names ?? [];
  if (nFeatures < 1 || nFeatures > N_FEATURES_MAX) reject(`${nFeatures} features`, 'save the model again');
  if (names.length === 0) return Array.from({ length: nFeatures }, (_, column) => `column_${column}`);
  if (names.length !== nFeatures || new Set(names).size !== nFeatures || names.includes('')) {
    reject(`${names.length} feature names for ${nFeatures} features, or one twice`, 'save the model again');
  }
  return names;
}

/** One start value an output: from "5E-1" (up to 3.0), or from "[5E-1]" or "[1E-1,2E-1]" (3.1 and later). */
function readBaseScore(written: string | number, nOutputs: number): number[] {
  const parts = String(written)
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .split(',');
  const scores = parts.map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const isGood =
    scores.every((score) => Number.isFinite(Math.fround(score))) && (scores.length === 1 || scores.length === nOutputs);
  if (!isGood) reject(`base_score ${written} for ${nOutputs} outputs`, 'save the model again');
  return scores.length === nOutputs ? scores : new Array<number>(nOutputs).fill(scores[0]);
}

/** Log odds in the float32 steps that XGBoost takes. */
function logit(probability: number): number {
  if (!(probability > 0 && probability < 1))
    reject(`base_score ${probability} is no probability`, 'save the model again');
  return Math.fround(-Math.log(Math.fround(Math.fround(1 / probability) - 1)));
}

function readQuantile(objective: Record<string, unknown>): number {
  const param = objective['quantile_loss_param'] as { quantile_alpha?: unknown } | undefined;
  const [first, ...more] = String(param?.quantile_alpha ?? '')
    .replace(/[[\]\s()]/g, '')
    .split(',')
    .filter((part) => part !== '');
  const quantile = Number(first);
  if (more.length > 0 || !(quantile > 0 && quantile < 1))
    reject('it has not exactly one quantile', 'train one quantile');
  return quantile;
}

function readEnsemble(model: XgboostModel, nColumns: number, base: number[]): TreeEnsemble {
  const { name, model: plain, gbtree, weight_drop } = model.learner.gradient_booster;
  const booster = name === 'dart' ? gbtree?.model : plain;
  if (booster === undefined) return reject(`booster ${name} is not supported`, 'train with booster gbtree');
  const { trees, tree_info: groups } = booster;
  if (groups.length !== trees.length) reject(`${trees.length} trees, ${groups.length} in tree_info`, 'save it again');
  for (const group of groups)
    if (group < 0 || group >= base.length) reject(`tree_info ${group}`, 'save the model again');
  const weights = name === 'dart' ? (weight_drop ?? []) : trees.map(() => 1);
  if (weights.length !== trees.length) reject('weight_drop has not one weight a tree', 'save the model again');
  const nTrees = countTreesUsed(booster, base.length, model.learner.attributes?.['best_iteration']);
  const read = trees.slice(0, nTrees).map((tree, t) => readTree(tree, weights[t], nColumns, `tree ${t}`));
  return { trees: read, groups: groups.slice(0, nTrees), base, scale: 1 };
}

/** All trees, or those up to the best round. */
function countTreesUsed(booster: XgboostTrees, nOutputs: number, bestRound: string | undefined): number {
  const { gbtree_model_param: counts, trees, iteration_indptr: written } = booster;
  const nTrees = trees.length;
  if (counts.num_trees !== nTrees) reject(`num_trees is ${counts.num_trees}, there are ${nTrees}`, 'save it again');
  const nPerRound = (counts.num_parallel_tree ?? 1) * nOutputs;
  if (nPerRound < 1 || nTrees % nPerRound !== 0) {
    reject(`${nTrees} trees are no whole rounds of ${nPerRound} (num_parallel_tree, num_class)`, 'save it again');
  }
  const starts = written ?? Array.from({ length: nTrees / nPerRound + 1 }, (_, round) => round * nPerRound);
  const isRising = starts.every((start, round) => start >= (round === 0 ? 0 : starts[round - 1]));
  if (starts[0] !== 0 || starts.at(-1) !== nTrees || !isRising) {
    reject(`iteration_indptr does not rise from 0 to ${nTrees}`, 'save the model again');
  }
  if (bestRound === undefined) return nTrees;
  const nRounds = starts.length - 1;
  const best = /^\d{1,9}$/.test(bestRound) ? Number(bestRound) : nRounds;
  if (best >= nRounds) reject(`best_iteration is ${bestRound}, it has ${nRounds} rounds`, 'save the model again');
  return starts[best + 1];
}

/** Walks from the root, so that deleted nodes fall away, and rejects what is no tree. */
function readTree(from: XgboostTree, weight: number, nColumns: number, name: string): Tree {
  const nNodes = from.left_children.length;
  for (const array of [from.right_children, from.split_indices, from.split_conditions, from.default_left]) {
    if (array.length !== nNodes) reject(`${name}: arrays of different lengths`, 'save the model again');
  }
  if (nNodes === 0) reject(`${name} has no nodes`, 'save the model again');
  if (from.tree_param.num_nodes !== nNodes) {
    reject(`${name}: num_nodes is ${from.tree_param.num_nodes}, there are ${nNodes}`, 'save the model again');
  }
  if ((from.tree_param.size_leaf_vector ?? 1) > 1) reject(`${name} has vector leaves`, 'use one tree a target');
  if (from.split_type?.some((type) => type !== 0)) reject(`${name} has categorical splits`, 'encode them as numbers');
  const nodes: TreeNode[] = [leafNode(0, 0)];
  const sources = [0];
  const seen = new Uint8Array(nNodes);
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i];
    if (!(source >= 0 && source < nNodes) || seen[source] === 1)
      reject(`${name}: bad child ${source}`, 'save it again');
    seen[source] = 1;
    const node = nodes[i];
    node.cover = from.sum_hessian?.[source] ?? 0;
    const isLeaf = from.left_children[source] === -1 && from.right_children[source] === -1;
    node.value = (isLeaf ? from.split_conditions[source] : (from.base_weights?.[source] ?? 0)) * weight;
    if (isLeaf) continue;
    node.column = from.split_indices[source];
    if (node.column < 0 || node.column >= nColumns) reject(`${name} tests column ${node.column}`, 'save it again');
    node.threshold = from.split_conditions[source];
    node.missingLeft = Number(from.default_left[source]) === 1;
    node.gain = from.loss_changes?.[source] ?? 0;
    node.left = nodes.push(leafNode(0, 0)) - 1;
    node.right = nodes.push(leafNode(0, 0)) - 1;
    sources.push(from.left_children[source], from.right_children[source]);
  }
  const tree = treeFromNodes(nodes);
  checkTree(tree, nColumns, name);
  return tree;
}

function reject(what: string, hint: string): never {
  throw new InputError('bad-model', `this XGBoost model cannot be used: ${what}`, hint);
}
