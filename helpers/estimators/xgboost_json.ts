/**
 * XGBoost's JSON model format, written and read (schema: xgboost docs, "Introduction to Model IO"). What is written
 * loads in Python xgboost and predicts the same to float32; models of Python xgboost (gbtree or dart with numerical
 * splits; binary, multiclass, regression) are read. A forest is one round of parallel trees whose values are averaged
 * already; a forest of k classes is a regression on k targets, the chances.
 */

import { z } from 'zod';
import type { Executor } from '../kernels/executor.ts';
import { leafNode, type Tree, type TreeNode, treeFromNodes } from '../kernels/trees/tree.ts';
import { InputError } from '../run/errors.ts';
import type { BoostingObjective } from './boosting_options.ts';
import { GradientBoosting } from './gradient_boosting.ts';
import type { RandomForest } from './random_forest.ts';
import { checkTree, type TreeEnsemble } from './tree_ensemble.ts';

/** The number XGBoost writes as the parent of a root. */
const NO_PARENT = 2147483647;
const N_FEATURES_MAX = 1_000_000;
/** About 80 letters a node; the longest string of Node has 536 million. */
const N_NODES_MAX = 5_000_000;
/** Attribute of a forest that tells its reader what it is: `classifier 3`, `regressor 1`. */
const FOREST_ATTRIBUTE = 'spyhop_random_forest';

const numbers = z.array(z.number());
const integers = z.array(z.number().int());
const flags = z.array(z.union([z.boolean(), z.number()]));
/** Counts are written as strings. */
const count = z.coerce.number().int().min(0);

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

const treesSchema = z.object({ trees: z.array(treeSchema), tree_info: integers });

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
type XgboostModel = z.infer<typeof modelSchema>;

/** What becomes JSON text; a Float32Array is a list of numbers that XGBoost wants to see a point or exponent in. */
type Writable = string | number | Float32Array | readonly Writable[] | WritableObject;
interface WritableObject {
  readonly [key: string]: Writable;
}

const OBJECTIVE_NAMES: Readonly<Record<BoostingObjective, string>> = {
  binary: 'binary:logistic',
  multiclass: 'multi:softprob',
  'squared-error': 'reg:squarederror',
  quantile: 'reg:quantileerror',
};

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

/** A boosting model in XGBoost's format: the text of a file whose name must end in .json. */
export function boostingToXgboost(model: GradientBoosting): string {
  const { objective, quantile, featureNames, ensemble } = model.model;
  const nClasses = objective === 'multiclass' ? ensemble.base.length : 0;
  const base = objective === 'binary' ? ensemble.base.map((raw) => 1 / (1 + Math.exp(-raw))) : ensemble.base;
  const shape = { nClasses, nTargets: 1, nParallelTrees: 1 };
  return assemble(ensemble, featureNames, base, writeObjective(objective, nClasses, quantile), shape, {});
}

function writeObjective(objective: BoostingObjective, nClasses: number, quantile: number): WritableObject {
  const name = OBJECTIVE_NAMES[objective];
  if (objective === 'multiclass') return { name, softmax_multiclass_param: { num_class: String(nClasses) } };
  if (objective === 'quantile') return { name, quantile_loss_param: { quantile_alpha: `[${quantile}]` } };
  return { name, reg_loss_param: { scale_pos_weight: '1' } };
}

/**
 * A forest in XGBoost's format: the text of a file whose name must end in .json. In Python it predicts the mean, the
 * chance of class 1, or the chances of k classes.
 */
export function forestToXgboost(model: RandomForest): string {
  const { task, nClasses, featureNames, ensemble } = model.model;
  const nTargets = ensemble.base.length;
  const nParallelTrees = ensemble.trees.length / nTargets;
  // XGBoost wants all trees of the first target, then all of the second, and so on.
  const order = Array.from(ensemble.trees.keys()).sort((a, b) => ensemble.groups[a] - ensemble.groups[b] || a - b);
  const sorted = {
    ...ensemble,
    trees: order.map((t) => ensemble.trees[t]),
    groups: order.map((t) => ensemble.groups[t]),
  };
  const details = { name: 'reg:squarederror', reg_loss_param: { scale_pos_weight: '1' } };
  const shape = { nClasses: 0, nTargets, nParallelTrees };
  return assemble(sorted, featureNames, ensemble.base, details, shape, { [FOREST_ATTRIBUTE]: `${task} ${nClasses}` });
}

/**
 * A boosting model from XGBoost's JSON (parsed). All its trees count, also those after a best iteration.
 * @throws InputError bad-model when it is damaged or has parts that are not supported (linear boosters, categorical
 *   splits, several targets, other objectives)
 */
export function boostingFromXgboost(json: unknown, executor?: Executor): GradientBoosting {
  const model = parse(json);
  const { objective: details, learner_model_param: shape } = model.learner;
  const objective = Object.hasOwn(OBJECTIVES_READ, details.name) ? OBJECTIVES_READ[details.name] : undefined;
  if (objective === undefined) {
    refuse(`objective ${details.name} is not supported`, `supported are: ${Object.keys(OBJECTIVES_READ).join(', ')}`);
  }
  if ((shape.num_target ?? 1) > 1) refuse('it has several targets', 'save one model a target');
  const nOutputs = objective === 'multiclass' ? (shape.num_class ?? 0) : 1;
  if (objective === 'multiclass' && nOutputs < 2) refuse(`${nOutputs} classes`, 'save the model again');
  const base = readBaseScore(shape.base_score, nOutputs).map((score) =>
    objective === 'binary' ? logit(score) : score,
  );
  const quantile = objective === 'quantile' ? readQuantile(details) : 0.5;
  const featureNames = readFeatureNames(model);
  const ensemble = readEnsemble(model, featureNames.length, base);
  return GradientBoosting.fromFitted({ objective, quantile, featureNames, ensemble }, executor);
}

interface Shape {
  readonly nClasses: number;
  readonly nTargets: number;
  readonly nParallelTrees: number;
}

function assemble(
  ensemble: TreeEnsemble,
  featureNames: readonly string[],
  base: readonly number[],
  objective: WritableObject,
  { nClasses, nTargets, nParallelTrees }: Shape,
  attributes: { readonly [key: string]: string },
): string {
  const nTrees = ensemble.trees.length;
  const nNodes = ensemble.trees.reduce((sum, tree) => sum + tree.column.length, 0);
  if (nNodes > N_NODES_MAX) {
    const message = `${nNodes} nodes are too many for one JSON text of XGBoost, which holds ${N_NODES_MAX}`;
    throw new InputError(
      'bad-value',
      message,
      'fit fewer trees, or give leaves more rows (minLeafRows, minChildWeight)',
    );
  }
  const nPerRound = Math.max(1, nClasses) * nTargets * nParallelTrees;
  const isUniform = base.every((score) => score === base[0]);
  const model = {
    gbtree_model_param: { num_parallel_tree: String(nParallelTrees), num_trees: String(nTrees) },
    iteration_indptr: Array.from({ length: nTrees / nPerRound + 1 }, (_, round) => round * nPerRound),
    tree_info: [...ensemble.groups],
    trees: ensemble.trees.map((tree, id) => writeTree(tree, id, ensemble.scale, featureNames.length)),
  };
  return toText({
    learner: {
      attributes,
      feature_names: [...featureNames],
      feature_types: featureNames.map(() => 'float'),
      gradient_booster: { model, name: 'gbtree' },
      learner_model_param: {
        // One number is what every version reads; only 3.1 and later know one a class.
        base_score: isUniform ? String(shortFloat(base[0])) : `[${base.map(shortFloat).join(',')}]`,
        boost_from_average: '1',
        num_class: String(nClasses),
        num_feature: String(featureNames.length),
        num_target: String(nTargets),
      },
      objective,
    },
    version: isUniform ? [2, 1, 0] : [3, 1, 0],
  });
}

function writeTree(tree: Tree, id: number, scale: number, nFeatures: number): Writable {
  const nNodes = tree.column.length;
  const isLeaf = (node: number): boolean => tree.column[node] < 0;
  const zeros = new Array<number>(nNodes).fill(0);
  const parents = new Array<number>(nNodes).fill(NO_PARENT);
  for (let node = 0; node < nNodes; node++) {
    if (isLeaf(node)) continue;
    parents[tree.left[node]] = node;
    parents[tree.right[node]] = node;
  }
  const values = tree.value.map((value) => value * scale);
  return {
    base_weights: values,
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
    default_left: [...tree.missingLeft],
    id,
    left_children: [...tree.left],
    loss_changes: tree.gain,
    parents,
    right_children: [...tree.right],
    split_conditions: values.map((value, node) => (isLeaf(node) ? value : tree.threshold[node])),
    split_indices: Array.from(tree.column, (column) => Math.max(0, column)),
    split_type: zeros,
    sum_hessian: tree.cover,
    tree_param: {
      num_deleted: '0',
      num_feature: String(nFeatures),
      num_nodes: String(nNodes),
      size_leaf_vector: '1',
    },
  };
}

/** Nine digits, which determine every float32. */
function shortFloat(value: number): number {
  return Number(Math.fround(value).toPrecision(9));
}

function toText(value: Writable): string {
  if (typeof value === 'string' || typeof value === 'number') return JSON.stringify(value);
  if (value instanceof Float32Array) {
    const texts = Array.from(value, (number) => String(shortFloat(number)));
    return `[${texts.map((text) => (/[.e]/.test(text) ? text : `${text}.0`)).join(',')}]`;
  }
  if (isList(value)) return `[${value.map(toText).join(',')}]`;
  const entries = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}:${toText(entry)}`);
  return `{${entries.join(',')}}`;
}

function isList(value: Writable): value is readonly Writable[] {
  return Array.isArray(value);
}

function parse(json: unknown): XgboostModel {
  const result = modelSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return refuse(`at ${issue.path.join('.')}: ${issue.message}`, 'save it from xgboost with save_model("….json")');
}

function readFeatureNames({ learner }: XgboostModel): string[] {
  const nFeatures = learner.learner_model_param.num_feature;
  const names = learner.feature_names ?? [];
  if (nFeatures < 1 || nFeatures > N_FEATURES_MAX) refuse(`${nFeatures} features`, 'save the model again');
  if (names.length === 0) return Array.from({ length: nFeatures }, (_, column) => `column_${column}`);
  if (names.length !== nFeatures || new Set(names).size !== nFeatures || names.includes('')) {
    refuse(`${names.length} feature names for ${nFeatures} features, or one twice`, 'save the model again');
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
  if (!isGood) refuse(`base_score ${written} for ${nOutputs} outputs`, 'save the model again');
  return scores.length === nOutputs ? scores : new Array<number>(nOutputs).fill(scores[0]);
}

/** Log odds in the float32 steps that XGBoost takes. */
function logit(chance: number): number {
  if (!(chance > 0 && chance < 1)) refuse(`base_score ${chance} is no probability`, 'save the model again');
  return Math.fround(-Math.log(Math.fround(Math.fround(1 / chance) - 1)));
}

function readQuantile(objective: Record<string, unknown>): number {
  const param = objective['quantile_loss_param'] as { quantile_alpha?: unknown } | undefined;
  const [first, ...more] = String(param?.quantile_alpha ?? '')
    .replace(/[[\]\s()]/g, '')
    .split(',')
    .filter((part) => part !== '');
  const quantile = Number(first);
  if (more.length > 0 || !(quantile > 0 && quantile < 1))
    refuse('it has not exactly one quantile', 'train one quantile');
  return quantile;
}

function readEnsemble(model: XgboostModel, nColumns: number, base: number[]): TreeEnsemble {
  const { name, model: plain, gbtree, weight_drop } = model.learner.gradient_booster;
  const booster = name === 'dart' ? gbtree?.model : plain;
  if (booster === undefined) return refuse(`booster ${name} is not supported`, 'train with booster gbtree');
  const { trees, tree_info: groups } = booster;
  if (groups.length !== trees.length) refuse(`${trees.length} trees, ${groups.length} in tree_info`, 'save it again');
  for (const group of groups)
    if (group < 0 || group >= base.length) refuse(`tree_info ${group}`, 'save the model again');
  const weights = name === 'dart' ? (weight_drop ?? []) : trees.map(() => 1);
  if (weights.length !== trees.length) refuse('weight_drop has not one weight a tree', 'save the model again');
  const read = trees.map((tree, t) => readTree(tree, weights[t], nColumns, `tree ${t}`));
  return { trees: read, groups, base, scale: 1 };
}

/** Walks from the root, so that deleted nodes fall away, and refuses what is no tree. */
function readTree(from: XgboostTree, weight: number, nColumns: number, name: string): Tree {
  const nNodes = from.left_children.length;
  for (const array of [from.right_children, from.split_indices, from.split_conditions, from.default_left]) {
    if (array.length !== nNodes) refuse(`${name}: arrays of different lengths`, 'save the model again');
  }
  if (nNodes === 0) refuse(`${name} has no nodes`, 'save the model again');
  if ((from.tree_param.size_leaf_vector ?? 1) > 1) refuse(`${name} has vector leaves`, 'use one tree a target');
  if (from.split_type?.some((type) => type !== 0)) refuse(`${name} has categorical splits`, 'encode them as numbers');
  const nodes: TreeNode[] = [leafNode(0, 0)];
  const sources = [0];
  const seen = new Uint8Array(nNodes);
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i];
    if (!(source >= 0 && source < nNodes) || seen[source] === 1)
      refuse(`${name}: bad child ${source}`, 'save it again');
    seen[source] = 1;
    const node = nodes[i];
    node.cover = from.sum_hessian?.[source] ?? 0;
    const isLeaf = from.left_children[source] === -1 && from.right_children[source] === -1;
    node.value = (isLeaf ? from.split_conditions[source] : (from.base_weights?.[source] ?? 0)) * weight;
    if (isLeaf) continue;
    node.column = from.split_indices[source];
    if (node.column < 0 || node.column >= nColumns) refuse(`${name} tests column ${node.column}`, 'save it again');
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

function refuse(what: string, hint: string): never {
  throw new InputError('bad-model', `this XGBoost model cannot be used: ${what}`, hint);
}
