/**
 * What do the profiles of 01 look like when computed a second, simple way, which checks 01?
 *
 * Reads   10_raw_trades, 10_markets; with --compare 11_wallet_profiles
 * Writes  11_wallet_profiles_legacy (the columns of 11_wallet_profiles)
 * Method  the definitions one by one as Arquero verbs, in floating point, for 2,000,000 fills at most;
 *         01_build_features_polars.ts does the same for any number, written independently, and a test holds them equal
 */
import { AS_OF_OPTION, resolveAsOf } from '../helpers/features/wallets/as_of.ts';
import { compareProfiles } from '../helpers/features/wallets/compare_profiles.ts';
import { LEGACY_FILLS_MAX, readFills } from '../helpers/features/wallets/legacy_fills.ts';
import { legacyProfiles } from '../helpers/features/wallets/legacy_profiles.ts';
import { profilesFacts } from '../helpers/features/wallets/profiles_facts.ts';
import { presentDifferences, presentProfiles } from '../helpers/features/wallets/profiles_report.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { defineStep, made, unchanged } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { MARKETS, RAW_TRADES, WALLET_PROFILES, WALLET_PROFILES_LEGACY } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

const profiles = defineStep({
  id: 'legacy_features',
  options: { 'as-of': AS_OF_OPTION },
  inputs: { trades: RAW_TRADES, markets: MARKETS },
  outputs: [WALLET_PROFILES_LEGACY],
  settings: (options, { trades }, log) => ({ as_of_ms: resolveAsOf(trades, options['as-of'], log) }),
  compute: async ({ trades, markets: marketTable }, { as_of_ms: asOfMs }) => {
    const markets = readTable(marketTable);
    const fills = await readFills(trades, asOfMs, LEGACY_FILLS_MAX);
    const built = legacyProfiles(fills, markets, asOfMs);
    return made({
      tables: [[WALLET_PROFILES_LEGACY, built]],
      facts: profilesFacts(built, asOfMs, trades, markets),
    });
  },
  present: presentProfiles,
});

const comparison = defineStep({
  id: 'legacy_features',
  part: 'comparison',
  when: ({ compare }) => compare,
  options: inGroup('What to print', {
    compare: option.flag('print the largest difference of every column from 11_wallet_profiles'),
  }),
  inputs: { legacy: WALLET_PROFILES_LEGACY, streamed: WALLET_PROFILES },
  isIncremental: true,
  settings: () => ({}),
  compute: ({ legacy, streamed }) =>
    unchanged({ differences: compareProfiles(readTable(legacy), readTable(streamed)) }),
  present: presentDifferences,
});

await runStep(profiles, comparison);
