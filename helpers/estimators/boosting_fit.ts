/** The rounds of gradient boosting: gradients, a tree, new scores, until a stopping rule holds. */
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { createRandom, type Random } from '../kernels/random.ts';
import { type BinnedMatrix, type Cuts, cutAndBin } from '../kernels/trees/binning.ts';
import { computeGradients, type Loss } from '../kernels/trees/gradients.ts';
import {
  createGrowWorkspace,
  type GrownTree,
  type GrowOptions,
  type GrowWorkspace,
  growTree,
} from '../kernels/trees/grow_tree.ts';
import { baseScores, meanLoss, weightedQuantile } from '../kernels/trees/losses.ts';
import { addLeafValues } from '../kernels/trees/partition.ts';
import { addTreeValues, packTrees } from '../kernels/trees/predict_trees.ts';
import type { Tree } from '../kernels/trees/tree.ts';
import type { CheckedBoostingOptions } from './boosting_options.ts';
import type { LabelledRows } from './labelled_rows.ts';
import type { TreeEnsemble } from './tree_ensemble.ts';

export interface BoostingFit {
  readonly ensemble: TreeEnsemble;
  /** Mean loss on the validation rows after each round; empty without them. */
  readonly validationLosses: readonly number[];
}

/** Trains on checked options and data. With early stopping the trees after the best round are dropped. */
export function fitBoosting(
  executor: Executor,
  options: CheckedBoostingOptions,
  loss: Loss,
  train: LabelledRows,
  validation: LabelledRows | null,
  monotone: Int32Array | null,
): BoostingFit {
  return executor.scope(() => {
    const training = startTraining(executor, options, loss, train, monotone);
    const watched = validation === null ? null : startWatching(executor, training, validation);
    const random = createRandom(options.seed);
    const trees: Tree[] = [];
    const losses: number[] = [];
    let bestRound = 0;
    for (let round = 0; round < options.nRounds; round++) {
      const grown = boostOnce(executor, training, random);
      trees.push(...grown);
      if (watched === null) continue;
      addRound(executor, grown, watched.x, training.nGroups, watched.raw);
      losses.push(meanLoss(loss, watched.raw, watched.labels, watched.weights));
      if (losses[round] < losses[bestRound]) bestRound = round;
      if (options.earlyStoppingRounds > 0 && round - bestRound >= options.earlyStoppingRounds) break;
    }
    const isCut = watched !== null && options.earlyStoppingRounds > 0;
    const kept = isCut ? trees.slice(0, (bestRound + 1) * training.nGroups) : trees;
    const groups = kept.map((_, i) => i % training.nGroups);
    return { ensemble: { trees: kept, groups, base: training.base, scale: 1 }, validationLosses: losses };
  });
}

interface Training {
  readonly options: CheckedBoostingOptions;
  readonly growOptions: GrowOptions;
  readonly loss: Loss;
  readonly nGroups: number;
  readonly base: readonly number[];
  readonly cuts: Cuts;
  readonly binned: BinnedMatrix;
  readonly labels: Float32Array;
  readonly weights: Float32Array | null;
  /** The values, kept only where rows are sampled: those left out are predicted from them. */
  readonly x: Matrix | null;
  readonly raw: Float64Array;
  readonly pairs: Float32Array;
  /** 0, 1, 2, …: the rows before a tree reorders them. */
  readonly allRows: Uint32Array;
  readonly workspace: GrowWorkspace;
  readonly monotone: Int32Array | null;
}

function startTraining(
  executor: Executor,
  options: CheckedBoostingOptions,
  loss: Loss,
  train: LabelledRows,
  monotone: Int32Array | null,
): Training {
  const { nRows, nCols } = train.x;
  const nGroups = loss.kind === 'softmax' ? loss.nClasses : 1;
  const growOptions: GrowOptions = options;
  const { cuts, binned } = cutAndBin(executor, train.x, options.maxBins);
  const base = baseScores(loss, train.labels, train.weights);
  const raw = executor.float64(nRows * nGroups);
  for (let row = 0; row < raw.length; row += nGroups) raw.set(base, row);
  const allRows = executor.uint32(nRows);
  for (let row = 0; row < nRows; row++) allRows[row] = row;
  return {
    options,
    growOptions,
    loss,
    nGroups,
    base,
    cuts,
    binned,
    labels: executor.place(train.labels),
    weights: train.weights === null ? null : executor.place(train.weights),
    x: options.rowShare < 1 ? { values: executor.place(train.x.values), nRows, nCols } : null,
    raw,
    pairs: executor.float32(nRows * 2 * nGroups),
    allRows,
    workspace: createGrowWorkspace(executor, nRows, nCols, growOptions),
    monotone: monotone === null ? null : executor.place(monotone),
  };
}

interface Watched {
  readonly x: Matrix;
  readonly labels: Float32Array;
  readonly weights: Float32Array | null;
  readonly raw: Float64Array;
}

function startWatching(executor: Executor, training: Training, { x, labels, weights }: LabelledRows): Watched {
  const raw = executor.float64(x.nRows * training.nGroups);
  for (let row = 0; row < raw.length; row += training.nGroups) raw.set(training.base, row);
  return { x: { ...x, values: executor.place(x.values) }, labels, weights, raw };
}

/** One round: a tree for each output column, added to the raw scores of the training rows. */
function boostOnce(executor: Executor, training: Training, random: Random): Tree[] {
  const { options, growOptions, loss, nGroups, binned, raw, pairs, workspace } = training;
  const { nRows, nCols } = binned;
  computeGradients(executor, loss, raw, training.labels, training.weights, pairs);
  const sampled = options.rowShare < 1 ? drawRows(nRows, options.rowShare, random) : training.allRows;
  const trees: Tree[] = [];
  for (let group = 0; group < nGroups; group++) {
    const tree = executor.scope(() => {
      workspace.lists.rows.set(sampled);
      const usable = executor.place(drawColumns(nCols, options.columnShare, random));
      const own = pairs.subarray(group * nRows * 2, (group + 1) * nRows * 2);
      const { cuts, monotone } = training;
      const data = { binned, cuts, pairs: own, nRowsUsed: sampled.length, usable, monotone };
      const grown = growTree(executor, data, growOptions, workspace);
      if (loss.kind === 'quantile') setQuantileLeaves(grown, training, loss.level);
      if (training.x === null) {
        const leaves = grown.leaves.map(({ node, begin, end }) => ({ begin, end, value: grown.tree.value[node] }));
        addLeafValues(executor, leaves, workspace.lists.rows, raw, nGroups, group);
      } else {
        addTreeValues(executor, packTrees([grown.tree], [group], 1), training.x, nGroups, raw);
      }
      return grown.tree;
    });
    trees.push(tree);
  }
  return trees;
}

function addRound(executor: Executor, trees: readonly Tree[], x: Matrix, nGroups: number, raw: Float64Array): void {
  const groups = trees.map((_, group) => group);
  addTreeValues(executor, packTrees(trees, groups, 1), x, nGroups, raw);
}

/** Gives each leaf the quantile of its rows' residuals (Friedman 2001, section 4.4), times the learning rate. */
function setQuantileLeaves({ tree, leaves }: GrownTree, training: Training, level: number): void {
  const { raw, labels, weights, workspace, options } = training;
  for (const { node, begin, end } of leaves) {
    if (begin === end) continue;
    const rows = workspace.lists.rows.subarray(begin, end);
    const residuals = Float64Array.from(rows, (row) => labels[row] - raw[row]);
    const own = weights === null ? null : Float64Array.from(rows, (row) => weights[row]);
    tree.value[node] = weightedQuantile(residuals, own, level) * options.learningRate;
  }
}

/** About `share` of the rows, at least one, ascending. */
function drawRows(nRows: number, share: number, random: Random): Uint32Array {
  const rows = new Uint32Array(nRows);
  let n = 0;
  for (let row = 0; row < nRows; row++) if (random.uint32() < share * 4294967296) rows[n++] = row;
  if (n === 0) rows[n++] = random.integer(nRows);
  return rows.subarray(0, n);
}

/** 1 for the columns that may split: a share of them, at least one. */
function drawColumns(nColumns: number, share: number, random: Random): Uint8Array {
  const usable = new Uint8Array(nColumns).fill(1);
  if (share === 1) return usable;
  const nWanted = Math.max(1, Math.round(nColumns * share));
  for (let nUsable = nColumns; nUsable > nWanted; ) {
    const column = random.integer(nColumns);
    nUsable -= usable[column];
    usable[column] = 0;
  }
  return usable;
}
