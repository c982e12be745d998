/** What boosting and random forests share once they are trained: outputs, importances and contributions. */
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { type PackedTrees, packTrees } from '../kernels/trees/predict_trees.ts';
import { explainTrees } from '../kernels/trees/tree_shap.ts';
import { createExecutor } from '../parallel/executor.ts';
import { checkFinite, checkSameColumns, requireFitted } from './contract.ts';
import { gainImportances, sumTrees, type TreeEnsemble } from './tree_ensemble.ts';

export interface FittedTrees {
  readonly featureNames: readonly string[];
  readonly ensemble: TreeEnsemble;
}

export class TreeModel<Fitted extends FittedTrees> {
  #executor: Executor | undefined;
  #fitted: Fitted | undefined;
  #packed: PackedTrees | undefined;

  /** @param executor threads and memory to work with; by default one thread of its own */
  constructor(executor?: Executor) {
    this.#executor = executor;
  }

  /** Made when first needed: each reserves address space. */
  protected get executor(): Executor {
    this.#executor ??= createExecutor();
    return this.#executor;
  }

  protected keep(fitted: Fitted): this {
    this.#fitted = fitted;
    this.#packed = undefined;
    return this;
  }

  get featureNames(): readonly string[] {
    return this.#fitted?.featureNames ?? [];
  }

  /** The trained parts, for writers of other formats. */
  get model(): Fitted {
    return requireFitted(this.#fitted);
  }

  /** Outputs before any link (log odds, mean, quantile, or shares of classes): row-major nRows x outputs. */
  predictRaw(x: Matrix, featureNames?: readonly string[]): Float64Array {
    const { trees, groups, scale, base } = this.#checked(x, featureNames);
    this.#packed ??= packTrees(trees, groups, scale);
    return sumTrees(this.executor, this.#packed, base, x);
  }

  /** Share of the total gain that the splits on each column brought. */
  importancesByGain(): Float64Array {
    const { ensemble, featureNames } = this.model;
    return gainImportances(ensemble, featureNames.length);
  }

  /**
   * Contribution of every column to every output (TreeSHAP, Lundberg et al. 2018, path-dependent): row-major nRows x
   * outputs x (columns + 1), the last being the expected output; each group of columns + 1 adds up to `predictRaw`.
   */
  explain(x: Matrix, featureNames?: readonly string[]): Float64Array {
    const { trees, groups, base, scale } = this.#checked(x, featureNames);
    return explainTrees(trees, groups, base, scale, x);
  }

  #checked(x: Matrix, featureNames: readonly string[] | undefined): TreeEnsemble {
    const { featureNames: fitted, ensemble } = this.model;
    checkSameColumns(fitted, x, featureNames);
    checkFinite(x, fitted, 'nan-is-missing');
    return ensemble;
  }
}

/** Per row the number of the highest of its `nClasses` scores (row-major), ties to the lower one. */
export function likeliestClasses(scores: Float64Array, nClasses: number): Float64Array {
  return Float64Array.from({ length: scores.length / nClasses }, (_, row) => {
    const own = scores.subarray(row * nClasses, (row + 1) * nClasses);
    return own.reduce((best, score, k) => (score > own[best] ? k : best), 0);
  });
}
