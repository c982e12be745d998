/**
 * Which bets of the last 24 hours are worth an alert, and why?
 *
 * Reads   the public interfaces of Polymarket, as 15 does; the active model of 13 in the models folder
 * Writes  live/<venue>/ as 15 does; live/alerts/: every decision (outbox.jsonl) and what was sent (sent/); reports/alerts.html: case
 *         files of the wallets; messages to Discord (DISCORD_WEBHOOK_URL)
 * Method  the profiles and models of the batch chapters, then rules, filters and limits (5_live_inference/README.md); an alert is
 *         on disk before it is sent, so that a crash loses none
 */
import { openAlertService, previewAlerts, testAlertSinks } from '../helpers/alerts/alert_service.ts';
import { formatCounts } from '../helpers/alerts/dispatch.ts';
import { configuredSinks } from '../helpers/alerts/sinks/configured_sinks.ts';
import { renewAlertCases } from '../helpers/live/alert_cases_report.ts';
import { decideWindow } from '../helpers/live/decide_window.ts';
import { ALERT_OPTIONS, alertFolder, NO_LOOK } from '../helpers/live/live_alerts.ts';
import { LIVE_ALERTS_SECTION, presentLiveAlerts } from '../helpers/live/live_alerts_report.ts';
import { LIVE_OPTIONS, livePorts, liveSettings, liveWindow } from '../helpers/live/live_options.ts';
import { renewProfiles, whyNoProfiles } from '../helpers/live/live_profiles.ts';
import { refreshLive, withLiveFolder } from '../helpers/live/refresh.ts';
import { takerFills } from '../helpers/live/taker_fills.ts';
import { walletClusters } from '../helpers/live/wallet_clusters.ts';
import { loadLiveModels, scoreLiveWallets } from '../helpers/live/wallet_scores.ts';
import { washRings } from '../helpers/live/wash_rings.ts';
import { defineStep, made, skipped } from '../helpers/step/contract.ts';
import { runService, SERVICE_OPTIONS } from '../helpers/step/run_service.ts';

await runService(
  defineStep({
    id: 'live_alerts',
    options: { ...LIVE_OPTIONS, ...SERVICE_OPTIONS, ...ALERT_OPTIONS },
    inputs: {},
    isIncremental: true,
    section: LIVE_ALERTS_SECTION,
    settings: (options) => ({
      live: liveSettings(options),
      isDryRun: options['dry-run'],
      isTest: options['test-alerts'],
    }),
    compute: async (_, { live, isDryRun, isTest }, ctx) => {
      ctx.startWork();
      const ports = livePorts(live);
      const folder = alertFolder(ctx.dataDir);
      const service = {
        folder,
        log: ctx.log,
        ports,
        watch: ctx.status,
        sinks: configuredSinks(folder, ctx.log, { ports }),
      };
      if (isTest) return made({ facts: { ...NO_LOOK, testLines: await testAlertSinks(service) } });
      const models = await loadLiveModels(ctx.modelsDir, ctx.executor);
      const window = liveWindow(live, ports.nowMs());
      return await withLiveFolder(ctx, live, async () => {
        const tables = await refreshLive(ctx, live, window, ports);
        const why = whyNoProfiles(tables);
        if (why !== null) return skipped(why);
        const profiles = await renewProfiles(ctx, tables, live.keepDays);
        const takers = await takerFills(ctx, tables, live, ports);
        const scores = await scoreLiveWallets(ctx, models, tables, profiles, takers);
        const known = { scores, takers, clusters: walletClusters(ctx.dataDir) };
        const findRings = (wallets: ReadonlySet<string>) => washRings(ctx, tables, wallets);
        const { records, nBets } = await decideWindow(ctx, tables, known, findRings, ports.nowMs());
        ctx.status.count('scored', nBets);
        const casesPath = await renewAlertCases(ctx, tables, profiles, records);
        const facts = { ...NO_LOOK, window, nBets, nWallets: tables.historyWallets.size, records, casesPath };
        if (isDryRun) {
          await previewAlerts(records, ctx.log);
          return made({ facts });
        }
        const alerts = openAlertService(service);
        try {
          return made({ facts: { ...facts, delivered: formatCounts(await alerts.send(records)) } });
        } finally {
          alerts.close();
        }
      });
    },
    present: presentLiveAlerts,
  }),
  ['dry-run', 'test-alerts'],
);
