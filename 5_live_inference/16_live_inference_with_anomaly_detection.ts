/**
 * Which bets of the last 24 hours are worth an alert, and why?
 *
 * Reads   the public interfaces of Polymarket, as 15 does, or with --replay what an earlier run has fetched; the active model of 13
 * Writes  live/<venue>/ as 15 does; live/alerts/: every decision (outbox.jsonl) and what was sent (sent/); reports/alerts.html: case
 *         files of the wallets; messages to Discord (DISCORD_WEBHOOK_URL)
 * Method  the profiles and models of the batch chapters, then rules, filters and limits (5_live_inference/README.md); an alert is
 *         on disk before it is sent, so that a crash loses none
 */
import { openAlertService, previewAlerts, testAlertSinks } from '../helpers/alerts/alert_service.ts';
import { formatCounts } from '../helpers/alerts/dispatch.ts';
import { readDecisions } from '../helpers/alerts/outbox/outbox.ts';
import { configuredSinks } from '../helpers/alerts/sinks/configured_sinks.ts';
import { renewAlertCases } from '../helpers/live/alert_cases_report.ts';
import { ALERT_OPTIONS, alertFolder, NO_LOOK } from '../helpers/live/live_alerts.ts';
import { LIVE_ALERTS_SECTION, presentLiveAlerts } from '../helpers/live/live_alerts_report.ts';
import { LIVE_OPTIONS, livePorts, liveSettings, liveWindow } from '../helpers/live/live_options.ts';
import { venueSource } from '../helpers/live/live_source.ts';
import { decideLook } from '../helpers/live/look.ts';
import { addToLook } from '../helpers/live/looks.ts';
import { withLiveFolder } from '../helpers/live/refresh.ts';
import { replayLooks } from '../helpers/live/replay_looks.ts';
import { walletClusters } from '../helpers/live/wallet_clusters.ts';
import { loadLiveModels } from '../helpers/live/wallet_scores.ts';
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
      replayed: options.replay,
    }),
    compute: async (_, { live, isDryRun, isTest, replayed }, ctx) => {
      ctx.startWork();
      if (replayed !== undefined)
        return made({ facts: { ...NO_LOOK, replay: await replayLooks(ctx, live, replayed) } });
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
        const known = { models, clusters: walletClusters(ctx.dataDir), earlier: readDecisions(folder) };
        const decided = await decideLook(ctx, live, window, venueSource(live, ports), known);
        if (typeof decided === 'string') return skipped(decided);
        const { tables, profiles, records, nBets, decidedMs } = decided;
        ctx.status.count('scored', nBets);
        const casesPath = await renewAlertCases(ctx, tables, profiles, records);
        const facts = { ...NO_LOOK, window, nBets, nWallets: tables.historyWallets.size, records, casesPath };
        if (isDryRun) {
          await previewAlerts(records, ctx.log);
          return made({ facts });
        }
        addToLook(tables.dataDir, window.untilMs, { decidedMs });
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
  ['dry-run', 'test-alerts', 'replay'],
);
