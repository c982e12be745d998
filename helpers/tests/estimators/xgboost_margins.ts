/** Evaluates a model in XGBoost's JSON as the documentation of the format says, node by node: an oracle of writer and reader. */

import type { Matrix } from '../../kernels/matrix.ts';

interface TreeJson {
  readonly left_children: readonly number[];
  readonly right_children: readonly number[];
  readonly split_indices: readonly number[];
  readonly split_conditions: readonly number[];
  readonly default_left: readonly (number | boolean)[];
}

interface ModelJson {
  readonly learner: {
    readonly gradient_booster: {
      readonly model: { readonly trees: readonly TreeJson[]; readonly tree_info: readonly number[] };
    };
    readonly learner_model_param: { readonly num_class: string; readonly num_target: string };
  };
}

function leafOf(tree: TreeJson, row: Float32Array): number {
  let node = 0;
  while (tree.left_children[node] !== -1) {
    const value = row[tree.split_indices[node]];
    const goesLeft = Number.isNaN(value)
      ? Boolean(tree.default_left[node])
      : value < Math.fround(tree.split_conditions[node]);
    node = goesLeft ? tree.left_children[node] : tree.right_children[node];
  }
  return tree.split_conditions[node];
}

/** Sums of leaves without the base score, row-major rows × outputs (classes, or targets). */
export function xgboostMargins(text: string, x: Matrix): Float64Array {
  const { gradient_booster, learner_model_param: shape } = (JSON.parse(text) as ModelJson).learner;
  const { trees, tree_info } = gradient_booster.model;
  const nOutputs = Math.max(1, Number(shape.num_class), Number(shape.num_target));
  const margins = new Float64Array(x.nRows * nOutputs);
  for (let row = 0; row < x.nRows; row++) {
    const values = x.values.subarray(row * x.nCols, (row + 1) * x.nCols);
    trees.forEach((tree, t) => {
      margins[row * nOutputs + tree_info[t]] += leafOf(tree, values);
    });
  }
  return margins;
}
