/** The options of chapter 6 that decide how a model is trained and evaluated, and what they mean in its own units. */
import { HOUR_MS } from '../run/clock.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import type { OptionValues } from '../run/options.ts';
import { integerMin, SHARE } from '../run/ranges.ts';
import { type BoostingSettings, CALIBRATIONS } from './calibrated_boosting.ts';
import type { SplitOptions } from './trade_splits.ts';

const SPLIT = 'Splits';
const MODEL = 'Model';

export const MODEL_OPTIONS = {
  ...inGroup(SPLIT, {
    folds: option.number(3, 'test periods, one after the other', integerMin(1, 100)),
    'warmup-share': option.number(0.4, 'share of the rows that only train, 0..1', { ...SHARE, from: 0.01, to: 0.99 }),
    'validation-share': option.number(0.25, 'share of the training rows, the latest, that calibrate, 0..1', {
      ...SHARE,
      from: 0.01,
      to: 0.9,
    }),
    'event-parts': option.number(
      4,
      'parts into which events are drawn, each held out in turn, when purging by time leaves too little',
      integerMin(3, 20),
    ),
    embargo: option.number(6, 'kept free between training and test, hours', { from: 0, to: 24 * 365, unit: 'hours' }),
  }),
  ...inGroup(MODEL, {
    rounds: option.number(300, 'trees at most; validation stops earlier', integerMin(1, 10_000)),
    depth: option.number(5, 'splits between root and leaf at most', integerMin(1, 16)),
    calibration: option.choice(CALIBRATIONS, 'platt', 'curve from scores to probabilities'),
    'fit-rows': option.number(
      2_000_000,
      'rows to learn from at most, and to calibrate on; of more an even sample',
      integerMin(200),
    ),
  }),
} as const;

/** How a model is trained, but for its seed. */
export interface ModelSettings {
  readonly split: SplitOptions;
  readonly boosting: BoostingSettings;
  /** Rows to learn from at most, and to calibrate on; more are sampled. */
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
