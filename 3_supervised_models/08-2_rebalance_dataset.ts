/**
 * A training set as rare in whales as the market?
 *
 * Reads   11_wallet_profiles, 13_labels
 * Writes  13_training_rebalanced
 * Method  one whale to thirty others, the others in proportion to their classes; weights as in 08-1
 */
import { ratioSample } from '../helpers/archetypes/sampling.ts';
import { buildTrainingSet, WHALE_OPTION } from '../helpers/archetypes/training_step.ts';
import { runScript } from '../helpers/run/script.ts';
import { TRAINING_REBALANCED } from '../helpers/tables/schemas.ts';

await runScript(
  'rebalance_dataset',
  {
    whale: WHALE_OPTION,
    ratio: {
      type: 'number',
      default: 30,
      describe: 'other wallets for each whale',
      range: { from: 1, to: 1e6, unit: 'wallets', hint: 'it counts the others for each whale' },
      group: 'Sample',
    },
  },
  async (run, options) =>
    buildTrainingSet(run, TRAINING_REBALANCED, { whale: options.whale, ratio: options.ratio }, (targets, kept) =>
      ratioSample(targets, kept, options.ratio, run.seed),
    ),
);
