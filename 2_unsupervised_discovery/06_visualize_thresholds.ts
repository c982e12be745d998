/**
 * How much does the result depend on the thresholds?
 *
 * Reads   11_wallet_profiles
 * Writes  12_threshold_shifts
 * Method  the waterfall with its counts at each step; then every threshold is moved by 20 % either way (for the percentile:
 *         the share above it) and the wallets that change archetype are counted.
 */
import { assignWaterfall, summarizeWaterfall } from '../helpers/archetypes/waterfall.ts';
import { thresholdsOf, WATERFALL_OPTIONS } from '../helpers/archetypes/waterfall_options.ts';
import { shiftsFrame, shiftThresholds } from '../helpers/discovery/threshold_shifts.ts';
import { presentThresholds, THRESHOLDS_SECTION } from '../helpers/discovery/threshold_shifts_report.ts';
import { defineStep, made, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { THRESHOLD_SHIFTS, WALLET_PROFILES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

await runStep(
  defineStep({
    id: 'visualize_thresholds',
    options: WATERFALL_OPTIONS,
    inputs: { profiles: withWallets(WALLET_PROFILES) },
    outputs: [THRESHOLD_SHIFTS],
    section: THRESHOLDS_SECTION,
    settings: thresholdsOf,
    compute: async (inputs, thresholds, { seed, executor }) => {
      const profiles = readTable(inputs.profiles);
      const before = assignWaterfall(profiles, thresholds, seed, executor);
      const shifts = await shiftThresholds(profiles, thresholds, before.archetypes, seed, executor);
      return made({
        tables: [[THRESHOLD_SHIFTS, shiftsFrame(shifts)]],
        facts: summarizeWaterfall(before),
      });
    },
    present: presentThresholds,
  }),
);
