/** The options of chapter 6 that decide how a model is trained and judged. */
import { HOUR_MS } from '../run/clock.ts';
import { checkRanges, SHARE, wholeFrom } from '../run/ranges.ts';
import { type BoostingFit, CALIBRATIONS, type CalibrationKind } from './calibrated_boosting.ts';
import type { SplitOptions } from './trade_splits.ts';

const SPLIT = 'Splits';
const MODEL = 'Model';

export const MODEL_OPTIONS = {
  folds: {
    type: 'number',
    default: 3,
    describe: 'test periods, one after the other',
    range: wholeFrom(1, 100),
    group: SPLIT,
  },
  'warmup-share': {
    type: 'number',
    default: 0.4,
    describe: 'share of the rows that only train, 0..1',
    range: { ...SHARE, from: 0.01, to: 0.99 },
    group: SPLIT,
  },
  'validation-share': {
    type: 'number',
    default: 0.25,
    describe: 'share of the training rows, the latest, that calibrate, 0..1',
    range: { ...SHARE, from: 0.01, to: 0.9 },
    group: SPLIT,
  },
  embargo: {
    type: 'number',
    default: 6,
    describe: 'kept free between training and test, hours',
    range: { from: 0, to: 24 * 365, unit: 'hours' },
    group: SPLIT,
  },
  rounds: {
    type: 'number',
    default: 300,
    describe: 'trees at most; validation stops earlier',
    range: wholeFrom(1, 10_000),
    group: MODEL,
  },
  depth: {
    type: 'number',
    default: 5,
    describe: 'splits between root and leaf at most',
    range: wholeFrom(1, 16),
    group: MODEL,
  },
  calibration: {
    choices: CALIBRATIONS,
    default: 'platt' as CalibrationKind,
    describe: 'curve from scores to chances',
    group: MODEL,
  },
  'fit-rows': {
    type: 'number',
    default: 2_000_000,
    describe: 'rows to learn from at most, drawn',
    range: wholeFrom(200),
    group: MODEL,
  },
} as const;

export interface ModelOptions {
  readonly folds: number;
  readonly 'warmup-share': number;
  readonly 'validation-share': number;
  readonly embargo: number;
  readonly rounds: number;
  readonly depth: number;
  readonly calibration: CalibrationKind;
  readonly 'fit-rows': number;
}

/**
 * The splits that the options ask for.
 * @throws InputError 'bad-option' naming the option
 */
export function splitOptionsOf(options: ModelOptions): SplitOptions {
  checkRanges(MODEL_OPTIONS, options);
  return {
    nFolds: options.folds,
    embargoMs: options.embargo * HOUR_MS,
    warmupFraction: options['warmup-share'],
    validationFraction: options['validation-share'],
  };
}

/**
 * How boosting is fitted.
 * @throws InputError 'bad-option' naming the option
 */
export function boostingFitOf(options: ModelOptions, seed: number): BoostingFit {
  checkRanges(MODEL_OPTIONS, options);
  return { nRounds: options.rounds, maxDepth: options.depth, calibration: options.calibration, seed };
}

/** The options that decide a model, for manifests. */
export function modelSettings(options: ModelOptions): Readonly<Record<string, number | string>> {
  return Object.fromEntries(
    (Object.keys(MODEL_OPTIONS) as (keyof ModelOptions)[]).map((name) => [name, options[name]]),
  );
}
