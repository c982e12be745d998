/**
 * A training set with all whales and as many of each other class?
 *
 * Reads   11_wallet_profiles, 13_labels
 * Writes  13_training_balanced
 * Method  seeded draw without replacement; the weight of a wallet is available / taken of its class
 */
import { balancedSample } from '../helpers/archetypes/sampling.ts';
import { buildTrainingSet, WHALE_OPTION } from '../helpers/archetypes/training_step.ts';
import { wholeFrom } from '../helpers/run/ranges.ts';
import { runScript } from '../helpers/run/script.ts';
import { TRAINING_BALANCED } from '../helpers/tables/schemas.ts';

await runScript(
  'balance_dataset',
  {
    whale: WHALE_OPTION,
    'per-class': {
      type: 'number',
      default: 3000,
      describe: 'wallets of each other class, at most',
      range: wholeFrom(1),
      group: 'Sample',
    },
  },
  async (run, options) =>
    buildTrainingSet(
      run,
      TRAINING_BALANCED,
      { whale: options.whale, per_class: options['per-class'] },
      (targets, kept) => balancedSample(targets, kept, options['per-class'], run.seed),
    ),
);
