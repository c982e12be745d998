/**
 * How much hangs on where the thresholds lie?
 *
 * Reads   11_wallet_profiles
 * Writes  12_threshold_shifts
 * Method  the waterfall with its counts at each step; then every threshold is moved by 20 % either way (for the percentile:
 *         the share above it) and the wallets that change archetype are counted.
 */

import { archetypeCounts } from '../helpers/archetypes/describe_archetypes.ts';
import { assignWaterfall } from '../helpers/archetypes/waterfall.ts';
import { thresholdsOf, WATERFALL_OPTIONS } from '../helpers/archetypes/waterfall_options.ts';
import { publishSection } from '../helpers/charts/report.ts';
import { isTableToldAgain } from '../helpers/charts/told_again.ts';
import { describeShifts, describeSteps } from '../helpers/discovery/describe_thresholds.ts';
import { THRESHOLDS_SECTION, thresholdsSection } from '../helpers/discovery/sections/thresholds_section.ts';
import { shiftsFrame, shiftThresholds } from '../helpers/discovery/threshold_shifts.ts';
import { createExecutor } from '../helpers/parallel/executor.ts';
import { runScript } from '../helpers/run/script.ts';
import { publishTable } from '../helpers/tables/derived_table.ts';
import { openProfiles } from '../helpers/tables/owned_tables.ts';
import { THRESHOLD_SHIFTS } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

await runScript('visualize_thresholds', WATERFALL_OPTIONS, async (run, options) => {
  const table = openProfiles(run);
  const thresholds = thresholdsOf(options);
  const recipe = { inputs: [table], options: { ...thresholds } };
  if (isTableToldAgain(run, THRESHOLD_SHIFTS, recipe, THRESHOLDS_SECTION)) return 'up to date';
  const profiles = readTable(table);
  const executor = createExecutor({ nThreads: options.threads });
  const before = assignWaterfall(profiles, thresholds, run.seed, executor);
  const shifts = await shiftThresholds(profiles, thresholds, before.archetypes, run.seed, executor);
  const lines = [describeSteps(before, thresholds), describeShifts(shifts)];
  await publishSection(run, thresholdsSection(profiles, before, thresholds, shifts));
  publishTable(run, THRESHOLD_SHIFTS, recipe, shiftsFrame(shifts), { counts: archetypeCounts(before), lines });
  for (const line of lines) run.log.result(line);
  return 'done';
});
