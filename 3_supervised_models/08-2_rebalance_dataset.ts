/**
 * Which training set is as rare in fresh whales as the market?
 *
 * Reads   11_wallet_profiles, 13_labels
 * Writes  13_training_rebalanced
 * Method  one whale to thirty others, the others in proportion to their classes; weights as in 08-1
 */
import { TARGETS } from '../helpers/archetypes/archetypes.ts';
import { ratioSample } from '../helpers/archetypes/sampling.ts';
import { summarizeSample, targetsOf, trainingFrame, WHALE_OPTION } from '../helpers/archetypes/training_sets.ts';
import { presentTrainingSet } from '../helpers/archetypes/training_sets_report.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { defineStep, made, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { LABELS, TRAINING_REBALANCED, WALLET_PROFILES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

await runStep(
  defineStep({
    id: 'rebalance_dataset',
    options: {
      whale: WHALE_OPTION,
      ...inGroup('Sample', {
        ratio: option.number(30, 'other wallets for each whale', {
          from: 1,
          to: 1e6,
          unit: 'wallets',
          hint: 'it counts the others for each whale',
        }),
      }),
    },
    inputs: { profiles: withWallets(WALLET_PROFILES), labels: LABELS },
    outputs: [TRAINING_REBALANCED],
    settings: ({ whale, ratio }) => ({ whale, ratio }),
    compute: (inputs, { whale, ratio }, { seed }) => {
      const labels = readTable(inputs.labels);
      const targets = targetsOf(labels);
      const sample = ratioSample(targets, TARGETS[whale], ratio, seed);
      return made({
        tables: [[TRAINING_REBALANCED, trainingFrame(readTable(inputs.profiles), labels, sample)]],
        facts: summarizeSample(targets, sample),
      });
    },
    present: presentTrainingSet,
  }),
);
