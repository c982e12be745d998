/**
 * A training set as rare in whales as the market?
 *
 * Reads   11_wallet_profiles, 13_labels
 * Writes  13_training_rebalanced
 * Method  one whale to thirty others, the others in proportion to their classes; weights as in 08-1
 */
import { ratioSample } from '../helpers/labels/sampling.ts';
import { buildTrainingSet } from '../helpers/labels/training_step.ts';
import { runScript } from '../helpers/run/script.ts';
import { TRAINING_REBALANCED } from '../helpers/tables/schemas.ts';

await runScript(
  'rebalance_dataset',
  {
    whale: {
      type: 'number',
      default: 3,
      describe: 'class kept whole: 3 fresh whale, 2 insider-like, 1 grinder, 0 casual',
      group: 'Sample',
    },
    ratio: { type: 'number', default: 30, describe: 'other wallets for each whale', group: 'Sample' },
  },
  async (run, options) =>
    buildTrainingSet(run, TRAINING_REBALANCED, { whale: options.whale, ratio: options.ratio }, (targets) =>
      ratioSample(targets, options.whale, options.ratio, run.seed),
    ),
);
