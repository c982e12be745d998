/** Trees added up into raw scores: what boosting and forests share once they are trained. */
import { z } from 'zod';
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { addTreeValues, type PackedTrees } from '../kernels/trees/predict_trees.ts';
import { type Tree, treeDepth } from '../kernels/trees/tree.ts';
import { rejectModel as reject } from './contract.ts';

/** Deeper trees are no trees of ours: prediction takes as many steps as the depth. */
const DEPTH_MAX = 512;
const N_ROWS_PER_BATCH = 1_000_000;

export interface TreeEnsemble {
  readonly trees: readonly Tree[];
  /** Output column (class) of each tree. */
  readonly groups: readonly number[];
  /** Raw score of each output column before any tree. */
  readonly base: readonly number[];
  /** Factor on tree values: 1 for boosting, 1 / number of trees for a forest. */
  readonly scale: number;
}

/** Raw scores, row-major nRows x base.length, of finite or NaN values. */
export function sumTrees(executor: Executor, packed: PackedTrees, base: readonly number[], x: Matrix): Float64Array {
  const nGroups = base.length;
  const result = new Float64Array(x.nRows * nGroups);
  for (let row = 0; row < result.length; row += nGroups) result.set(base, row);
  for (let first = 0; first < x.nRows; first += N_ROWS_PER_BATCH) {
    const nRows = Math.min(N_ROWS_PER_BATCH, x.nRows - first);
    executor.scope(() => {
      const values = executor.place(x.values.subarray(first * x.nCols, (first + nRows) * x.nCols));
      const part = result.subarray(first * nGroups, (first + nRows) * nGroups);
      const out = executor.place(part);
      addTreeValues(executor, packed, { values, nRows, nCols: x.nCols }, nGroups, out);
      part.set(out);
    });
  }
  return result;
}

/** Total gain of the splits on each column, as shares of 1 (all 0 when nothing was split). */
export function gainImportances(ensemble: TreeEnsemble, nColumns: number): Float64Array {
  const importances = new Float64Array(nColumns);
  let total = 0;
  for (const { column, gain } of ensemble.trees) {
    for (let node = 0; node < column.length; node++) {
      if (column[node] < 0) continue;
      importances[column[node]] += gain[node];
      total += gain[node];
    }
  }
  return total > 0 ? importances.map((gain) => gain / total) : importances;
}

/**
 * A saved tree: its arrays as base64 of little-endian bytes. A full forest has millions of nodes, whose decimal digits
 * would exceed the longest string there can be.
 */
const treeSchema = z.object({
  nNodes: z.number().int().min(1),
  column: z.string(),
  threshold: z.string(),
  left: z.string(),
  right: z.string(),
  missingLeft: z.string(),
  value: z.string(),
  gain: z.string(),
  cover: z.string(),
});

/** Shape of a saved ensemble; `ensembleFromJson` checks what a shape cannot say. */
export const ensembleSchema = z.object({
  trees: z.array(treeSchema),
  groups: z.array(z.number().int()),
  base: z.array(z.number()),
  scale: z.number(),
});

export type EnsembleJson = z.infer<typeof ensembleSchema>;

/** The ensemble as strings and plain arrays, without loss. */
export function ensembleToJson(ensemble: TreeEnsemble): EnsembleJson {
  return {
    trees: ensemble.trees.map(({ column, threshold, left, right, missingLeft, value, gain, cover }) => ({
      nNodes: column.length,
      ...{ column: encode(column), threshold: encode(threshold), left: encode(left), right: encode(right) },
      ...{ missingLeft: encode(missingLeft), value: encode(value), gain: encode(gain), cover: encode(cover) },
    })),
    groups: [...ensemble.groups],
    base: [...ensemble.base],
    scale: ensemble.scale,
  };
}

function encode(array: Int32Array | Float32Array | Uint8Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
}

/**
 * The bytes of `text` in a buffer of their own, so that any typed array can lie over them. Node skips what is no base64
 * in silence, so text is only taken when the bytes give the same text again.
 */
function decode(text: string, nBytes: number, name: string): ArrayBuffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== nBytes) reject(`${name} has ${bytes.length} bytes instead of ${nBytes}`);
  if (bytes.toString('base64') !== text) reject(`${name} is no clean base64`);
  return new Uint8Array(bytes).buffer;
}

/**
 * An ensemble from its saved form.
 * @throws InputError bad-model when a tree is no tree over `nColumns` columns, or the parts do not fit together
 */
export function ensembleFromJson(json: EnsembleJson, nColumns: number): TreeEnsemble {
  const { groups, base, scale } = json;
  if (groups.length !== json.trees.length) reject(`${json.trees.length} trees but ${groups.length} groups`);
  if (base.length === 0) reject('no base scores');
  for (const score of base) if (!Number.isFinite(Math.fround(score))) reject(`base score ${score}`);
  if (!(scale > 0 && scale <= 1)) reject(`scale ${scale}`);
  for (const group of groups) if (group < 0 || group >= base.length) reject(`group ${group} of ${base.length}`);
  const trees = json.trees.map((tree, t) => {
    const words = (key: 'column' | 'threshold' | 'left' | 'right' | 'value' | 'gain' | 'cover'): ArrayBuffer =>
      decode(tree[key], tree.nNodes * 4, `tree ${t}: ${key}`);
    const checked: Tree = {
      column: new Int32Array(words('column')),
      threshold: new Float32Array(words('threshold')),
      left: new Int32Array(words('left')),
      right: new Int32Array(words('right')),
      missingLeft: new Uint8Array(decode(tree.missingLeft, tree.nNodes, `tree ${t}: missingLeft`)),
      value: new Float32Array(words('value')),
      gain: new Float32Array(words('gain')),
      cover: new Float32Array(words('cover')),
    };
    checkTree(checked, nColumns, `tree ${t}`);
    return checked;
  });
  return { trees, groups, base, scale };
}

/**
 * Rejects arrays that are no tree: other lengths, children that are not later nodes with exactly one parent, leaves with
 * children, columns that do not exist, numbers that are not finite as float32.
 */
export function checkTree(tree: Tree, nColumns: number, name: string): void {
  const nNodes = tree.column.length;
  for (const [key, array] of Object.entries(tree) as [string, ArrayLike<number>][]) {
    if (array.length !== nNodes) reject(`${name}: ${key} has ${array.length} entries, column ${nNodes}`);
  }
  if (nNodes === 0) reject(`${name} has no nodes`);
  const nParents = new Uint8Array(nNodes);
  for (let node = 0; node < nNodes; node++) {
    const { column, threshold, value, gain, cover } = tree;
    for (const number of [threshold[node], value[node], gain[node], cover[node]]) {
      if (!Number.isFinite(number)) reject(`${name}: node ${node} holds a number beyond float32`);
    }
    if (tree.missingLeft[node] > 1) reject(`${name}: node ${node} has missingLeft ${tree.missingLeft[node]}`);
    if (column[node] === -1) {
      // Nobody here follows a leaf's children, but other formats get them written out.
      const [left, right] = [tree.left[node], tree.right[node]];
      if (left !== -1 || right !== -1) reject(`${name}: leaf ${node} has children ${left} and ${right}`);
      continue;
    }
    if (column[node] < 0 || column[node] >= nColumns) reject(`${name}: node ${node} tests column ${column[node]}`);
    for (const child of [tree.left[node], tree.right[node]]) {
      if (child <= node || child >= nNodes || nParents[child] > 0) reject(`${name}: node ${node} has child ${child}`);
      nParents[child] = 1;
    }
  }
  for (let node = 1; node < nNodes; node++) if (nParents[node] === 0) reject(`${name}: node ${node} has no parent`);
  if (treeDepth(tree) > DEPTH_MAX) reject(`${name} is deeper than ${DEPTH_MAX}`);
}
