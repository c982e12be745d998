/**
 * Would following the alerts have paid, or the near misses, or what was suppressed?
 *
 * Reads   live/alerts/outbox.jsonl of 16 and live/stream/alerts/outbox.jsonl of 19; the public interface of Polymarket for the trades
 *         of those markets since then
 * Writes  live/scores/: those trades; a section of the report
 * Method  each decision is followed with the same stake a minute later and sold after 1 h, after 24 h or paid at settlement, after
 *         costs, beside 20 times as many random trades at the same prices; by rule, with intervals over whole markets
 */
import { followDecisions } from '../helpers/alerts/score/follow.ts';
import { scoreDecisions } from '../helpers/alerts/score/scorecard.ts';
import { fetchOutcomes, numberMarkets, readPool, recentDecisions } from '../helpers/live/alert_scores.ts';
import { ALERT_SCORES_SECTION, presentAlertScores } from '../helpers/live/alert_scores_report.ts';
import { livePorts, liveSettings, liveWindow, SCORE_OPTIONS } from '../helpers/live/live_options.ts';
import { withLiveFolder } from '../helpers/live/refresh.ts';
import { replayTrades } from '../helpers/replay/tape.ts';
import { defineStep, made, skipped } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';

await runStep(
  defineStep({
    id: 'score_alerts',
    options: SCORE_OPTIONS,
    inputs: {},
    isIncremental: true,
    section: ALERT_SCORES_SECTION,
    settings: ({ days, ...options }) => ({ days, live: liveSettings(options) }),
    compute: async (_, { days, live }, ctx) => {
      ctx.startWork();
      const ports = livePorts(live);
      const { untilMs } = liveWindow(live, ports.nowMs());
      return await withLiveFolder(ctx, live, async () => {
        const records = recentDecisions(ctx, untilMs, days);
        if (records.length === 0) return skipped('there is no decision yet; 16 makes them');
        const { trades, markets: table } = await fetchOutcomes(ctx, records, live, untilMs, ports);
        const known = numberMarkets(table);
        const pool = await readPool(trades, records, known);
        const followed = followDecisions(records, pool, known.numberOf);
        const { codes: marketCodes, markets } = known;
        const scores = await scoreDecisions(followed, (signals, strategies, rules) =>
          replayTrades({ trades, marketCodes, markets, signals, rules, log: ctx.log }, strategies),
        );
        return made({ facts: { scores, nDecisions: records.length, nLeftOut: followed.nLeftOut } });
      });
    },
    present: presentAlertScores,
  }),
);
