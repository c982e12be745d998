/**
 * The npm package ml-random-forest as an engine for small data: its trees, turned into ours. Two of its faults are kept
 * away: it fails to vote out of bag with few trees (not asked to), and it samples by taking the first rows (given
 * whole, shuffled data).
 */
import { RandomForestClassifier, RandomForestRegression } from 'ml-random-forest';
import { rowsOf, takeRows } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import { leafNode, type Tree, type TreeNode, treeFromNodes } from '../kernels/trees/tree.ts';
import { InputError } from '../run/errors.ts';
import { checkFinite } from './contract.ts';
import type { CheckedForestOptions } from './forest_options.ts';
import type { LabelledRows } from './labelled_rows.ts';
import type { TreeEnsemble } from './tree_ensemble.ts';

/** It tries every split of every column with copies of the labels: time grows with the square of the rows. */
const N_ROWS_MAX = 20_000;

interface PackageNode {
  readonly splitColumn?: number;
  readonly splitValue?: number;
  readonly gain?: number;
  readonly numberSamples?: number;
  readonly left?: PackageNode;
  readonly right?: PackageNode;
  /** Shares of the classes, or a mean. */
  readonly distribution?: number | readonly (readonly number[])[];
}

interface PackageModel {
  readonly baseModel: {
    readonly indexes: readonly (readonly number[])[];
    readonly estimators: readonly { readonly root: PackageNode }[];
  };
}

/** Fits the package's forest. Each tree votes for one class; the package draws columns a tree, not a node. */
export function fitMlRandomForest(
  rows: LabelledRows,
  nClasses: number,
  featureNames: readonly string[],
  options: CheckedForestOptions & { readonly nColumnsTried: number },
): TreeEnsemble {
  const { x, labels, weights } = rows;
  if (weights !== null)
    throw new InputError('bad-option', 'engine ml-random-forest has no weights', 'use engine spyhop');
  if (x.nRows > N_ROWS_MAX) {
    const message = `engine ml-random-forest is for up to ${N_ROWS_MAX} rows, not ${x.nRows}`;
    throw new InputError('bad-option', message, 'use engine spyhop');
  }
  checkFinite(x, featureNames, 'nan-is-rejected');
  const order = createRandom(options.seed).shuffle(Array.from({ length: x.nRows }, (_, row) => row));
  const table = rowsOf(takeRows(x, order).values, x.nCols);
  const targets = order.map((row) => labels[row]);
  const settings = {
    // A number up to 1 is read as a share of the columns; this share comes out as one column.
    maxFeatures: options.nColumnsTried === 1 ? 1.5 / Math.max(2, x.nCols) : options.nColumnsTried,
    replacement: false,
    nEstimators: options.nTrees,
    seed: options.seed % 2 ** 31,
    useSampleBagging: options.bootstrap,
    noOOB: true,
    isClassifier: options.task === 'classifier',
    treeOptions: { maxDepth: options.maxDepth, minNumSamples: Math.max(2, 2 * options.minLeafRows) },
  };
  const Package = options.task === 'classifier' ? RandomForestClassifier : RandomForestRegression;
  const forest = new Package(settings);
  forest.train(table, targets);
  const { baseModel } = JSON.parse(JSON.stringify(forest)) as PackageModel;
  const nOutputs = nClasses > 2 ? nClasses : 1;
  const trees: Tree[] = [];
  const groups: number[] = [];
  baseModel.estimators.forEach(({ root }, t) => {
    for (let output = 0; output < nOutputs; output++) {
      trees.push(convertTree(root, baseModel.indexes[t], nClasses, output));
      groups.push(output);
    }
  });
  return { trees, groups, base: new Array<number>(nOutputs).fill(0), scale: 1 / options.nTrees };
}

function convertTree(root: PackageNode, columns: readonly number[], nClasses: number, output: number): Tree {
  const nodes: TreeNode[] = [];
  const add = (from: PackageNode): number => {
    const node = leafNode(0, from.numberSamples ?? 1);
    const number = nodes.push(node) - 1;
    if (from.left === undefined || from.right === undefined) {
      node.value = leafValue(from, nClasses, output);
      return number;
    }
    node.column = columns[from.splitColumn ?? 0];
    node.threshold = floatAtLeast(from.splitValue ?? 0);
    node.gain = Math.max(0, from.gain ?? 0);
    node.left = add(from.left);
    node.right = add(from.right);
    return number;
  };
  add(root);
  return treeFromNodes(nodes);
}

/** A mean, or the tree's vote: 1 for its likeliest class. */
function leafValue({ distribution }: PackageNode, nClasses: number, output: number): number {
  if (typeof distribution === 'number') return distribution;
  const shares = distribution?.[0] ?? [];
  let best = 0;
  for (let k = 1; k < shares.length; k++) if ((shares[k] ?? 0) > (shares[best] ?? 0)) best = k;
  return best === (nClasses > 2 ? output : 1) ? 1 : 0;
}

/** The least float32 that is not below `value`: the same float32 values lie below both. */
function floatAtLeast(value: number): number {
  const rounded = Math.fround(value);
  if (rounded >= value) return rounded;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, rounded);
  // The next float up: one step away from zero for positive numbers, towards it for negative ones.
  const bits = rounded === 0 ? 1 : view.getUint32(0) + (rounded > 0 ? 1 : -1);
  view.setUint32(0, bits);
  return view.getFloat32(0);
}
