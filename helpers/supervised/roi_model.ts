/** What 10 keeps: a regressor of all rows, what it looks at, and a card that says what it is worth. */
import type { GradientBoosting } from '../estimators/gradient_boosting.ts';
import { modelOnnx } from '../estimators/onnx/model_onnx.ts';
import type { Executor } from '../kernels/executor.ts';
import type { ModelEntry } from '../registry/registry.ts';
import { isoTime } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { formatInterval, PRESENT_COLUMNS } from './circularity.ts';
import { type PartialDependence, partialDependence } from './partial_dependence.ts';
import type { RoiClaims } from './roi_claims.ts';
import type { RoiResult } from './roi_comparison.ts';
import type { RoiRows } from './roi_rows.ts';
import type { RoiSettings } from './roi_task.ts';
import { type Bounds, fitBounds, fitRegressor, winsorise } from './roi_trial.ts';

const N_IMPORTANCE_REPEATS = 3;
const N_PARTIAL_COLUMNS = 4;

interface FeatureImportance {
  readonly feature: string;
  /** Rise of the squared error when the column is shuffled. */
  readonly importance: number;
}

export interface FinalRegressor {
  readonly regressor: GradientBoosting;
  /** Outcomes beyond them were winsorised, per cent. */
  readonly bounds: Bounds;
  readonly importances: readonly FeatureImportance[];
  /** Of the most important features. */
  readonly partial: readonly PartialDependence[];
}

export interface RoiFacts extends Pick<FinalRegressor, 'importances' | 'partial'> {
  /** End of the last window. */
  readonly asOfMs: number;
  readonly nWindows: number;
  readonly nRows: number;
  readonly results: readonly RoiResult[];
  readonly claims: RoiClaims;
}

/** Fits on all rows and looks at what the model uses. */
export function fitFinalRegressor({ x, roiPct }: RoiRows, seed: number, executor: Executor): FinalRegressor {
  const bounds = fitBounds(roiPct);
  const y = winsorise(roiPct, bounds);
  const regressor = fitRegressor(x, y, PRESENT_COLUMNS, seed, executor);
  const importances = Array.from(
    regressor.importancesByPermutation(x, y, N_IMPORTANCE_REPEATS, seed),
    (importance, k) => ({ feature: PRESENT_COLUMNS[k], importance }),
  ).sort((a, b) => b.importance - a.importance);
  const partial = importances.slice(0, N_PARTIAL_COLUMNS).map(({ feature }) => ({
    feature,
    points: partialDependence(regressor, x, PRESENT_COLUMNS.indexOf(feature)),
  }));
  return { regressor, bounds, importances, partial };
}

function claimLines({ filtering, freshWhales }: RoiClaims): string[] {
  const { change } = filtering;
  return [
    ...(change === null ? [] : [`filtering casuals changes Spearman by ${formatInterval(change, 3)}`]),
    ...(freshWhales.roi === null
      ? []
      : [`fresh whales earn ${formatInterval(freshWhales.roi.difference, 1)} percentage points more than all wallets`]),
  ];
}

export function roiEntry({ regressor, bounds }: FinalRegressor, facts: RoiFacts, settings: RoiSettings): ModelEntry {
  const { horizonDays, nFolds } = settings;
  return {
    model: { regressor: regressor.toModel(), bounds },
    nRows: facts.nRows,
    published: { 'roi_regressor.onnx': modelOnnx(regressor) },
    card: {
      purpose: `Expected ROI, per cent, of what a wallet buys in the next ${horizonDays} days.`,
      data: `fills before ${isoTime(facts.asOfMs)}, ${facts.nWindows} windows of ${horizonDays} days, ${formatCount(facts.nRows)} outcomes`,
      features: PRESENT_COLUMNS,
      split: `${nFolds} folds of wallets; the newer half of the windows tests, the older half trains; windows do not overlap`,
      metrics: [
        ...facts.results.map(
          ({ outcome, model, trial }) =>
            `${outcome}, ${model}: R² ${formatInterval(trial.r2)}, Spearman ${formatInterval(trial.spearman)}, top tenth ${formatInterval(trial.topRoi)} %`,
        ),
        ...claimLines(facts.claims),
      ],
      limits: [
        'Positions open at the end of a window are valued at the last price. Fees and delay are not counted: chapter 6 does.',
        'Outcomes are winsorised at the 1st and 99th percentile of the training rows for fitting and R², not for the ROI of the top tenth.',
        'The saved model learnt from all rows; importances are those of rows it has seen.',
        'A profile holds no mean price paid: "price alone" is the share of BUYs below .40.',
      ],
    },
  };
}
