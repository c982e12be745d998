/** The options of the production anomaly model, and what they decide. */
import { FDR_OPTION } from '../evaluate/conformal_flags.ts';
import { RED_FLAG_OPTIONS } from '../red_flags/red_flags.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import type { OptionValues } from '../run/options.ts';
import { DETECTORS } from './detectors.ts';
import { POWER_OPTIONS } from './power/compare.ts';
import type { FlagRule } from './wallet_model.ts';

const PERCENTILE = { from: 0, to: 100, isOpen: true, unit: 'a percentile' };

export const WALLET_MODEL_OPTIONS = {
  ...inGroup('The model', { detector: option.choice(DETECTORS, 'kmeans', 'what measures how anomalous a wallet is') }),
  ...inGroup(FDR_OPTION.group, {
    flag: option.choice(
      ['fdr', 'percentile'],
      'fdr',
      'flag at a false discovery rate, or above a percentile of the calibration scores',
    ),
    fdr: FDR_OPTION,
    percentile: {
      ...option.number(95, 'with --flag percentile: percentile, 0..100', PERCENTILE),
      onlyWith: { flag: 'percentile' },
    },
  }),
  ...RED_FLAG_OPTIONS,
  compare: POWER_OPTIONS.compare,
};

export function walletModelSettings(options: OptionValues<typeof WALLET_MODEL_OPTIONS, never>) {
  const flagRule: FlagRule =
    options.flag === 'fdr' ? { kind: 'fdr', rate: options.fdr } : { kind: 'percentile', percent: options.percentile };
  return { detector: options.detector, flagRule, floorUsd: options['floor-usd'], budget: options.budget };
}
