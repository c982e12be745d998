/**
 * Who traded in the last 24 hours, and what is known of each wallet?
 *
 * Reads   the public interfaces of Polymarket or Kalshi: markets and trades of the window, and the earlier trades of the wallets
 *         with the largest bets
 * Writes  live/<venue>/: the tables 10_raw_trades, 10_markets and 11_wallet_profiles of these trades, and in days/<day>/ the last
 *         profiles of the day and its leaderboard
 * Method  the fetch of 00-2, the import of 00-3 and the profiles of 01, unchanged; what was fetched before is not asked for again
 */
import { join } from 'node:path';
import { leaderboard, saveLeaderboard } from '../helpers/live/leaderboard.ts';
import { LIVE_OPTIONS, livePorts, liveSettings, liveWindow } from '../helpers/live/live_options.ts';
import { dayFolder, renewProfiles, whyNoProfiles } from '../helpers/live/live_profiles.ts';
import { LIVE_PROFILES_SECTION, presentLiveProfiles } from '../helpers/live/live_profiles_report.ts';
import { venueSource } from '../helpers/live/live_source.ts';
import { refreshLive, withLiveFolder } from '../helpers/live/refresh.ts';
import { defineStep, made, skipped } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';

await runStep(
  defineStep({
    id: 'live_profiles',
    options: LIVE_OPTIONS,
    inputs: {},
    isIncremental: true,
    section: LIVE_PROFILES_SECTION,
    settings: liveSettings,
    compute: async (_, settings, ctx) => {
      ctx.startWork();
      const ports = livePorts(settings);
      const window = liveWindow(settings, ports.nowMs());
      return await withLiveFolder(ctx, settings, async () => {
        const tables = await refreshLive(ctx, settings, window, venueSource(settings, ports));
        const { trades, markets, dataDir } = tables;
        const why = whyNoProfiles(tables);
        if (why !== null) return skipped(why);
        const profiles = await renewProfiles(ctx, tables, settings.keepDays);
        const leaders = await leaderboard(tables, profiles);
        saveLeaderboard(join(dayFolder(dataDir, window.untilMs - 1), 'leaderboard.json'), tables, leaders);
        return made({
          facts: {
            window,
            nFills: trades.manifest.rows,
            nMarkets: markets.manifest.rows,
            nWallets: profiles.height,
            nHistories: tables.historyWallets.size,
            nWithoutHistory: tables.nWithoutHistory,
            lookbackMs: tables.coveredFromMs - tables.historyFromMs,
            leaders,
            folder: dataDir,
          },
        });
      });
    },
    present: presentLiveProfiles,
  }),
);
