/**
 * Tree models in XGBoost's JSON format (schema: xgboost docs, "Introduction to Model IO"): they load in Python xgboost
 * and predict the same there to float32. A forest is one round of parallel trees whose values are averaged already; a
 * forest of k classes is a regression on k targets, the probabilities.
 */
import type { Tree } from '../kernels/trees/tree.ts';
import { InputError } from '../run/errors.ts';
import type { BoostingObjective } from './boosting_options.ts';
import type { GradientBoosting } from './gradient_boosting.ts';
import type { RandomForest } from './random_forest.ts';
import type { TreeEnsemble } from './tree_ensemble.ts';

/** The number XGBoost writes as the parent of a root. */
const NO_PARENT = 2147483647;
/** About 80 letters a node; the longest string of Node has 536 million. */
const N_NODES_MAX = 5_000_000;
/** Attribute of a forest that says what it is: `classifier 3`, `regressor 1`. */
const FOREST_ATTRIBUTE = 'spyhop_random_forest';

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
 * probability of class 1, or the probabilities of k classes.
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

/** A float32 that XGBoost takes for one: with a point or an exponent. */
function floatText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return `${value}.0`;
  const text = String(shortFloat(value));
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function toText(value: Writable): string {
  if (typeof value === 'string' || typeof value === 'number') return JSON.stringify(value);
  if (value instanceof Float32Array) return `[${Array.from(value, floatText).join(',')}]`;
  if (isList(value))
    return `[${value.every((one) => typeof one === 'number') ? value.join(',') : value.map(toText).join(',')}]`;
  const entries = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}:${toText(entry)}`);
  return `{${entries.join(',')}}`;
}

function isList(value: Writable): value is readonly Writable[] {
  return Array.isArray(value);
}
