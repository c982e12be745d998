/** Principal components over ml-pca, from the covariance matrix: time grows with the rows, memory does not. */
import { PCA } from 'ml-pca';
import { z } from 'zod';
import { type Matrix, rowsOf } from '../kernels/matrix.ts';
import { columnMeans, covariance } from '../kernels/statistics/covariance.ts';
import { InputError } from '../run/errors.ts';
import {
  checkFinite,
  checkInteger,
  checkNotEmpty,
  checkSameColumns,
  type Estimator,
  FLOAT32_MAX,
  featureNamesSchema,
  type ModelHeader,
  nameColumns,
  parseModel,
  requireFitted,
  withDefaults,
} from './contract.ts';

const FORMAT = 'spyhop-pca';
const VERSION = 1;

export interface PcaOptions {
  /** Components kept, 1..columns; default 2. */
  readonly nComponents?: number;
}

export interface PcaModel extends ModelHeader {
  readonly featureNames: readonly string[];
  readonly means: readonly number[];
  /** nComponents rows of nCols loadings, of length 1, by falling variance; the largest loading of each is positive. */
  readonly components: readonly (readonly number[])[];
  /** Variance (n − 1) along each component. */
  readonly explainedVariance: readonly number[];
  /** The same as a share of the variance of all columns; 0 when there is none. */
  readonly explainedVarianceRatio: readonly number[];
}

const schema: z.ZodType<PcaModel> = z
  .object({
    format: z.string(),
    version: z.number(),
    featureNames: featureNamesSchema,
    means: z.array(z.number().min(-FLOAT32_MAX).max(FLOAT32_MAX)),
    // Loadings are parts of a vector of length 1.
    components: z.array(z.array(z.number().min(-1.000001).max(1.000001))).min(1),
    explainedVariance: z.array(z.number().min(0)),
    explainedVarianceRatio: z.array(z.number().min(0).max(1.000001)),
  })
  .refine(({ featureNames, means, components, explainedVariance, explainedVarianceRatio }) => {
    const nCols = featureNames.length;
    const nComponents = components.length;
    return (
      means.length === nCols &&
      nComponents <= nCols &&
      components.every((loadings) => loadings.length === nCols) &&
      explainedVariance.length === nComponents &&
      explainedVarianceRatio.length === nComponents
    );
  }, 'the arrays do not fit together');

/** The sign of a component is arbitrary: make its largest loading positive. */
function withFixedSign(loadings: readonly number[]): number[] {
  const largest = loadings.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? loadings.map((value) => -value) : [...loadings];
}

/**
 * Principal components (Pearson 1901): `transform` takes nRows × nCols to nRows × nComponents, by falling variance.
 * The sign of a component, arbitrary in itself, is fixed by its largest loading.
 */
export class Pca implements Estimator<PcaModel> {
  #options: PcaOptions;
  #model: PcaModel | undefined;

  constructor(options: PcaOptions = {}) {
    this.#options = options;
  }

  get featureNames(): readonly string[] {
    return this.#model?.featureNames ?? [];
  }

  /**
   * Learns the axes of greatest variance. Columns are centred, not scaled: put a StandardScaler before where units differ.
   * @param x at least two rows, no NaN
   * @throws InputError bad-option, empty-input, bad-value
   */
  fit(x: Matrix, featureNames?: readonly string[]): this {
    checkNotEmpty(x);
    const { nComponents } = withDefaults(this.#options, { nComponents: Math.min(2, x.nCols) });
    checkInteger('nComponents', nComponents, 1, x.nCols);
    const names = nameColumns(x, featureNames);
    checkFinite(x, names, 'nan-is-rejected');
    if (x.nRows < 2) throw new InputError('bad-value', 'principal components need two rows', 'give more rows');
    const means = columnMeans(x);
    const matrix = covariance(x, means);
    const pca = new PCA(rowsOf(matrix, x.nCols), { isCovarianceMatrix: true });
    const axes = pca.getEigenvectors().transpose().to2DArray();
    // Rounding can leave an eigenvalue of a flat direction slightly below zero.
    const variances = pca.getEigenvalues().map((value) => Math.max(value, 0));
    const total = variances.reduce((sum, value) => sum + value, 0);
    this.#model = {
      format: FORMAT,
      version: VERSION,
      featureNames: names,
      means: Array.from(means),
      components: axes.slice(0, nComponents).map(withFixedSign),
      explainedVariance: variances.slice(0, nComponents),
      explainedVarianceRatio: variances.slice(0, nComponents).map((value) => (total > 0 ? value / total : 0)),
    };
    return this;
  }

  /** Coordinates along the components, nRows × nComponents. */
  transform(x: Matrix, featureNames?: readonly string[]): Matrix {
    const { means, components } = requireFitted(this.#model);
    checkSameColumns(this.featureNames, x, featureNames);
    checkFinite(x, this.featureNames, 'nan-is-rejected');
    const nComponents = components.length;
    const values = new Float32Array(x.nRows * nComponents);
    for (let row = 0; row < x.nRows; row++) {
      for (let c = 0; c < nComponents; c++) {
        const loadings = components[c];
        let sum = 0;
        for (let column = 0; column < x.nCols; column++) {
          sum += loadings[column] * (x.values[row * x.nCols + column] - means[column]);
        }
        values[row * nComponents + c] = sum;
      }
    }
    return { values, nRows: x.nRows, nCols: nComponents };
  }

  toModel(): PcaModel {
    return structuredClone(requireFitted(this.#model)) as PcaModel;
  }

  /** @throws InputError bad-model */
  static fromModel(json: unknown): Pca {
    const model = parseModel(json, FORMAT, VERSION, schema);
    const pca = new Pca({ nComponents: model.components.length });
    pca.#model = model;
    return pca;
  }
}
