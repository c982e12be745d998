/** Options of the ablation, and what they mean in its own units. */
import { DELAY_OPTION, TARGET_OPTIONS, type Target, targetOf } from '../features/trades/targets.ts';
import { HOUR_MS, SECOND_MS } from '../run/clock.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import type { OptionValues } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';
import { MODEL_OPTIONS, type ModelSettings, modelSettings } from './model_options.ts';

export const ABLATION_OPTIONS = {
  ...TARGET_OPTIONS,
  ...MODEL_OPTIONS,
  ...inGroup('Ablation', {
    ablation: {
      ...option.flag('also evaluate the widespread recipe and switch its faults off one by one'),
      formerName: 'ladder',
    },
    'ablation-rows': {
      ...option.number(1_000_000, 'rows at most, whole markets', integerMin(1000)),
      onlyWith: { ablation: true },
      formerName: 'ladder-rows',
    },
    delay: { ...DELAY_OPTION, onlyWith: { ablation: true } },
  }),
};

export interface AblationSettings extends ModelSettings {
  readonly horizonMs: number;
  /** From a fill to the order of its follower, at the last step. */
  readonly delayMs: number;
  /** Rows at most; whole markets are left out, chosen by a hash, until about so many are left. */
  readonly rowsMax: number;
  /** The target of the first steps, and that of the later ones. */
  readonly roi: Target;
  readonly neutral: Target;
}

/** What the options say of the ablation. */
export function ablationSettings(options: OptionValues<typeof ABLATION_OPTIONS, never>): AblationSettings {
  return {
    ...modelSettings(options),
    horizonMs: options.horizon * HOUR_MS,
    delayMs: options.delay * SECOND_MS,
    rowsMax: options['ablation-rows'],
    roi: targetOf('roi', options),
    neutral: targetOf('neutral', options),
  };
}

/** How the ablation reads its options. */
export const ABLATION_SETTINGS = { options: ABLATION_OPTIONS, settings: ablationSettings };
