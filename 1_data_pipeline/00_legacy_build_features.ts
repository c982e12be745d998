/**
 * What do the profiles look like when computed plainly, in memory? (the oracle of 01)
 *
 * Reads   10_raw_trades, 10_markets; with --compare 11_wallet_profiles
 * Writes  11_wallet_profiles_legacy (the columns of 11_wallet_profiles)
 * Method  the definitions one by one as Arquero verbs, in floating point, for 2,000,000 fills at most;
 *         01_build_features_polars.ts does the same for any number, written independently, and a test holds them equal
 */
import { momentOf } from '../helpers/features/wallets/build_profiles.ts';
import { compareProfiles, describeDifferences } from '../helpers/features/wallets/compare_profiles.ts';
import { describeProfiles, topProfiles } from '../helpers/features/wallets/describe_profiles.ts';
import { LEGACY_FILLS_MAX, readFills } from '../helpers/features/wallets/legacy_fills.ts';
import { legacyProfiles } from '../helpers/features/wallets/legacy_profiles.ts';
import { formatCount } from '../helpers/run/console.ts';
import { withLock } from '../helpers/run/lock.ts';
import { runScript } from '../helpers/run/script.ts';
import { publishTable, upToDateManifest } from '../helpers/tables/derived_table.ts';
import { MARKETS, RAW_TRADES, WALLET_PROFILES, WALLET_PROFILES_LEGACY } from '../helpers/tables/schemas.ts';
import { openTable, readTable, tableFolder } from '../helpers/tables/table_store.ts';
import { walletlessLines } from '../helpers/tables/walletless_fills.ts';

await runScript(
  'legacy_features',
  {
    'as-of': {
      type: 'string',
      describe:
        'the moment T, UTC (2026-01-09, 2026-01-09T12:00:00Z or ms since 1970); fills at or after it are not seen',
      defaultDescription: 'the end of the last day with trades',
      group: 'When',
    },
    compare: {
      type: 'boolean',
      default: false,
      describe: 'print the largest difference of every column from 11_wallet_profiles',
      group: 'What to print',
    },
  },
  async (run, options) => {
    const trades = openTable(run.dataDir, RAW_TRADES);
    const markets = openTable(run.dataDir, MARKETS);
    const asOfMs = momentOf(trades, options['as-of'], run.log);
    const recipe = { inputs: [trades, markets], options: { as_of_ms: asOfMs } };
    const where = tableFolder(run.dataDir, WALLET_PROFILES_LEGACY);
    const current = upToDateManifest(run, WALLET_PROFILES_LEGACY, recipe);
    if (current !== null) run.log.result(`Up to date: ${formatCount(current.rows)} wallets in ${where}.`);
    else {
      const fills = readFills(trades, asOfMs, LEGACY_FILLS_MAX);
      const profiles = await withLock(run.dataDir, WALLET_PROFILES_LEGACY.folder, () => {
        const built = legacyProfiles(fills, readTable(markets), asOfMs);
        publishTable(run, WALLET_PROFILES_LEGACY, recipe, built, { wallets: built.height });
        return built;
      });
      const lines = [...topProfiles(profiles), ...describeProfiles(profiles, asOfMs, where)];
      for (const line of [...lines, ...walletlessLines(trades, readTable(markets))]) run.log.result(line);
    }
    const outcome = current === null ? 'done' : 'up to date';
    if (!options.compare) return outcome;
    const legacy = readTable(openTable(run.dataDir, WALLET_PROFILES_LEGACY));
    const streamed = readTable(openTable(run.dataDir, WALLET_PROFILES));
    run.log.result(describeDifferences(compareProfiles(legacy, streamed)));
    return outcome;
  },
);
