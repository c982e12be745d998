/** The options of chapter 6 that decide how a model is trained and evaluated, and what they mean in its own units. */
import { HOUR_MS } from '../run/clock.ts';
import type { OptionValues } from '../run/options.ts';
import { integerMin, SHARE } from '../run/ranges.ts';
import { type BoostingSettings, CALIBRATIONS, type CalibrationKind } from './calibrated_boosting.ts';
import type { SplitOptions } from './trade_splits.ts';

const SPLIT = 'Splits';
const MODEL = 'Model';

export const MODEL_OPTIONS = {
  folds: {
    type: 'number',
    default: 3,
    describe: 'test periods, one after the other',
    range: integerMin(1, 100),
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
  'event-parts': {
    type: 'number',
    default: 4,
    describe: 'parts into which events are drawn, each held out in turn, when purging by time leaves too little',
    range: integerMin(3, 20),
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
    range: integerMin(1, 10_000),
    group: MODEL,
  },
  depth: {
    type: 'number',
    default: 5,
    describe: 'splits between root and leaf at most',
    range: integerMin(1, 16),
    group: MODEL,
  },
  calibration: {
    choices: CALIBRATIONS,
    default: 'platt' as CalibrationKind,
    describe: 'curve from scores to probabilities',
    group: MODEL,
  },
  'fit-rows': {
    type: 'number',
    default: 2_000_000,
    describe: 'rows to learn from at most, sampled',
    range: integerMin(200),
    group: MODEL,
  },
} as const;

/** How a model is trained, but for its seed. */
export interface ModelSettings {
  readonly split: SplitOptions;
  readonly boosting: BoostingSettings;
  /** Rows to learn from at most; more are sampled. */
  readonly fitRowsMax: number;
}

/** What the options say of training. */
export function modelSettings(options: OptionValues<typeof MODEL_OPTIONS, never>): ModelSettings {
  return {
    split: {
      nFolds: options.folds,
      embargoMs: options.embargo * HOUR_MS,
      warmupFraction: options['warmup-share'],
      validationFraction: options['validation-share'],
      heldOutParts: options['event-parts'],
    },
    boosting: { nRounds: options.rounds, maxDepth: options.depth, calibration: options.calibration },
    fitRowsMax: options['fit-rows'],
  };
}
