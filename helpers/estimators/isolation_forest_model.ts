/** The saved form of an isolation forest, and the check that a file holds one. */
import { z } from 'zod';
import { depthLimit, type IsolationTrees } from '../kernels/isolation/isolation_trees.ts';
import { featureNamesSchema, float32Schema, type ModelHeader, parseModel, rejectModel } from './contract.ts';

export const ISOLATION_FORMAT = 'spyhop-isolation-forest';
export const ISOLATION_VERSION = 1;
/** Packed for scoring a tree takes 16 bytes per slot: 2^26 slots are 1 GiB. */
export const N_SLOTS_MAX = 2 ** 26;
export const N_SAMPLES_MAX = 65_536;

export interface IsolationForestModel extends ModelHeader {
  readonly featureNames: string[];
  /** What stands for NaN, per column. */
  readonly fills: number[];
  readonly nSamplesPerTree: number;
  readonly treeStarts: number[];
  readonly features: number[];
  readonly thresholds: number[];
  readonly leftChildren: number[];
  readonly nodeSamples: number[];
}

const count = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31);
const schema: z.ZodType<IsolationForestModel> = z.object({
  format: z.string(),
  version: z.number(),
  featureNames: featureNamesSchema,
  fills: z.array(float32Schema),
  nSamplesPerTree: z.number().int().min(1).max(N_SAMPLES_MAX),
  treeStarts: z.array(count).min(2),
  features: z.array(z.number().int().min(-1)),
  thresholds: z.array(float32Schema),
  leftChildren: z.array(count),
  nodeSamples: z.array(z.number().int().min(1)),
});

/** What is wrong with tree `tree` of the model, or undefined: it must be one whole binary tree whose counts add up. */
function faultOfTree(model: IsolationForestModel, tree: number): string | undefined {
  const { features, thresholds, leftChildren, nodeSamples, nSamplesPerTree } = model;
  const start = model.treeStarts[tree];
  const end = model.treeStarts[tree + 1];
  const limit = depthLimit(nSamplesPerTree);
  // Depth + 1 of the nodes that a parent has claimed; 0 while unclaimed.
  const levels = new Uint8Array(end - start);
  levels[0] = 1;
  if (nodeSamples[start] !== nSamplesPerTree) return `node ${start} is a root without nSamplesPerTree rows`;
  for (let node = start; node < end; node++) {
    if (levels[node - start] === 0) return `node ${node} has no parent before it`;
    if (features[node] < 0) {
      if (leftChildren[node] !== 0 || thresholds[node] !== 0) return `leaf ${node} has a split`;
      continue;
    }
    const left = leftChildren[node];
    if (features[node] >= model.featureNames.length) return `node ${node} splits an unknown column`;
    if (left <= node || left + 1 >= end) return `node ${node} has children outside its tree`;
    if (levels[left - start] !== 0 || levels[left + 1 - start] !== 0) return `node ${node} shares a child`;
    if (levels[node - start] > limit) return `node ${node} lies deeper than ${limit} levels`;
    if (nodeSamples[left] + nodeSamples[left + 1] !== nodeSamples[node]) return `node ${node}: rows do not add up`;
    levels[left - start] = levels[node - start] + 1;
    levels[left + 1 - start] = levels[node - start] + 1;
  }
  return undefined;
}

function faultOfModel(model: IsolationForestModel): string | undefined {
  const { treeStarts, features, thresholds, leftChildren, nodeSamples, featureNames, fills } = model;
  if (fills.length !== featureNames.length) return 'fills has not one value per feature name';
  const nNodes = features.length;
  const lengths = [thresholds.length, leftChildren.length, nodeSamples.length, treeStarts[treeStarts.length - 1]];
  if (lengths.some((n) => n !== nNodes) || treeStarts[0] !== 0) return 'the node arrays differ in length';
  const nTrees = treeStarts.length - 1;
  if (nTrees * 2 ** depthLimit(model.nSamplesPerTree) > N_SLOTS_MAX) return 'the forest is too large';
  for (let tree = 0; tree < nTrees; tree++) {
    if (treeStarts[tree + 1] <= treeStarts[tree]) return `tree ${tree} is empty`;
    const fault = faultOfTree(model, tree);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * The model in `json`, its trees known to be whole.
 * @throws InputError bad-model
 */
export function parseIsolationForest(json: unknown): IsolationForestModel {
  const model = parseModel(json, ISOLATION_FORMAT, ISOLATION_VERSION, schema);
  const fault = faultOfModel(model);
  if (fault !== undefined) rejectModel(fault);
  return model;
}

/** The trees of a checked model as the kernels want them. */
export function treesOfModel(model: IsolationForestModel): IsolationTrees {
  return {
    nSamplesPerTree: model.nSamplesPerTree,
    treeStarts: Uint32Array.from(model.treeStarts),
    features: Int32Array.from(model.features),
    thresholds: Float32Array.from(model.thresholds),
    leftChildren: Uint32Array.from(model.leftChildren),
    nodeSamples: Uint32Array.from(model.nodeSamples),
  };
}
