/** Boosting whose scores are turned into probabilities on rows that it did not learn from. */
import { z } from 'zod';
import { type ModelHeader, parseModel } from '../estimators/contract.ts';
import { GradientBoosting } from '../estimators/gradient_boosting.ts';
import { applyIsotonic, fitIsotonic, type IsotonicCurve } from '../evaluate/isotonic.ts';
import { applyPlatt, fitPlatt, type PlattCurve } from '../evaluate/platt.ts';
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';

export const CALIBRATIONS = ['platt', 'isotonic'] as const;
export type CalibrationKind = (typeof CALIBRATIONS)[number];

export type Calibration =
  | { readonly kind: 'platt'; readonly curve: PlattCurve }
  | { readonly kind: 'isotonic'; readonly curve: IsotonicCurve };

export interface CalibratedBoosting {
  readonly booster: GradientBoosting;
  readonly calibration: Calibration;
}

export interface BoostingSettings {
  readonly nRounds: number;
  readonly maxDepth: number;
  readonly calibration: CalibrationKind;
}

export interface BoostingFit extends BoostingSettings {
  readonly seed: number;
}

/** Rows with their labels, 0 or 1. */
export interface LabelledFills {
  /** Columns `featureNames`. */
  readonly x: Matrix;
  readonly labels: Float32Array;
}

/** What a model is made of. */
export interface BoostingData {
  readonly featureNames: readonly string[];
  /** Rows that trees are grown on. */
  readonly fit: LabelledFills;
  /** Rows that stop the growing and calibrate. */
  readonly validation: LabelledFills;
}

const FORMAT = 'spyhop-calibrated-boosting';
const VERSION = 1;
const EARLY_STOPPING_ROUNDS = 30;

/** A curve from raw scores to probabilities. */
export function fitCalibration(
  kind: CalibrationKind,
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): Calibration {
  return kind === 'platt' ? { kind, curve: fitPlatt(scores, labels) } : { kind, curve: fitIsotonic(scores, labels) };
}

/** Probabilities of label 1. */
export function calibrated({ kind, curve }: Calibration, scores: ArrayLike<number>): Float64Array {
  return kind === 'platt' ? applyPlatt(curve, scores) : applyIsotonic(curve, scores);
}

/** Learns from the fit rows, stops and calibrates on the validation rows. */
export function fitCalibratedBoosting(
  { featureNames, fit, validation }: BoostingData,
  options: BoostingFit,
  executor: Executor,
): CalibratedBoosting {
  const booster = new GradientBoosting(
    {
      nRounds: options.nRounds,
      maxDepth: options.maxDepth,
      learningRate: 0.1,
      minChildWeight: 5,
      rowShare: 0.8,
      earlyStoppingRounds: EARLY_STOPPING_ROUNDS,
      seed: options.seed,
    },
    executor,
  ).fit(fit.x, fit.labels, { featureNames, validation: { x: validation.x, y: validation.labels } });
  const scores = booster.predictRaw(validation.x);
  return { booster, calibration: fitCalibration(options.calibration, scores, validation.labels) };
}

/** Calibrated probabilities of the rows of `x`. */
export function predictCalibrated({ booster, calibration }: CalibratedBoosting, x: Matrix): Float64Array {
  return calibrated(calibration, booster.predictRaw(x));
}

export interface CalibratedBoostingModel extends ModelHeader {
  readonly booster: unknown;
  readonly calibration: Calibration;
}

const numbers = z.array(z.number());
const modelSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  booster: z.unknown(),
  calibration: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('platt'), curve: z.object({ slope: z.number(), offset: z.number() }) }),
    z.object({ kind: z.literal('isotonic'), curve: z.object({ scores: numbers.min(1), values: numbers.min(1) }) }),
  ]),
});

/** The model as plain JSON. */
export function calibratedToModel({ booster, calibration }: CalibratedBoosting): CalibratedBoostingModel {
  return { format: FORMAT, version: VERSION, booster: booster.toModel(), calibration };
}

/**
 * A model from what calibratedToModel gave; it predicts the same bits.
 * @public a saved model can be loaded; the live steps do so
 * @throws InputError bad-model when it is damaged or of another kind
 */
export function calibratedFromModel(json: unknown, executor?: Executor): CalibratedBoosting {
  const { booster, calibration } = parseModel(json, FORMAT, VERSION, modelSchema);
  return { booster: GradientBoosting.fromModel(booster, executor), calibration };
}
