/**
 * Which training set has all fresh whales and as many of each other class?
 *
 * Reads   11_wallet_profiles, 13_labels
 * Writes  13_training_balanced
 * Method  seeded draw without replacement; the weight of a wallet is available / taken of its class
 */
import { TARGETS } from '../helpers/archetypes/archetypes.ts';
import { balancedSample } from '../helpers/archetypes/sampling.ts';
import { summarizeSample, targetsOf, trainingFrame, WHALE_OPTION } from '../helpers/archetypes/training_sets.ts';
import { presentTrainingSet } from '../helpers/archetypes/training_sets_report.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { integerMin } from '../helpers/run/ranges.ts';
import { defineStep, made, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { LABELS, TRAINING_BALANCED, WALLET_PROFILES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

await runStep(
  defineStep({
    id: 'balance_dataset',
    options: {
      whale: WHALE_OPTION,
      ...inGroup('Sample', { 'per-class': option.number(3000, 'wallets of each other class, at most', integerMin(1)) }),
    },
    inputs: { profiles: withWallets(WALLET_PROFILES), labels: LABELS },
    outputs: [TRAINING_BALANCED],
    settings: ({ whale, 'per-class': perClass }) => ({ whale, perClass }),
    compute: (inputs, { whale, perClass }, { seed }) => {
      const labels = readTable(inputs.labels);
      const targets = targetsOf(labels);
      const sample = balancedSample(targets, TARGETS[whale], perClass, seed);
      return made({
        tables: [[TRAINING_BALANCED, trainingFrame(readTable(inputs.profiles), labels, sample)]],
        facts: summarizeSample(targets, sample),
      });
    },
    present: presentTrainingSet,
  }),
);
