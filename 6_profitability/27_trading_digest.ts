/**
 * What did a day of trading bring?
 *
 * Reads   live/trader/<mode>/ of 26: the day as its trader has kept it, or the ledger (DATABASE_URL, or the folder), the intent log and what
 *         the risk engine said
 * Writes  a section of the report; with --send a message to Discord and Telegram, through the outbox of 26
 * Method  equity, gains and fees are differences of the ledger's accounts between two midnights UTC; orders are counted by how they stand now
 */
import { openAlertService } from '../helpers/alerts/alert_service.ts';
import { formatCounts } from '../helpers/alerts/dispatch.ts';
import { configuredSinks } from '../helpers/alerts/sinks/configured_sinks.ts';
import { realPorts } from '../helpers/http/ports.ts';
import { defineStep, made, skipped } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { DIGEST_OPTIONS, digestOf, digestSettings } from '../helpers/trader/digest.ts';
import { messageFolder, traderFolder } from '../helpers/trader/trader_options.ts';
import { dayMessage } from '../helpers/trader/trading_day_message.ts';
import { DIGEST_SECTION, presentDigest } from '../helpers/trader/trading_day_report.ts';

await runStep(
  defineStep({
    id: 'trading_digest',
    options: DIGEST_OPTIONS,
    inputs: {},
    isIncremental: true,
    section: DIGEST_SECTION,
    settings: digestSettings,
    compute: async (_, settings, ctx) => {
      ctx.startWork();
      const day = await digestOf(ctx.dataDir, settings);
      if (day === null)
        return skipped(`nothing was traded with --mode ${settings.mode} in this data folder; 26_trade.ts does`);
      if (!settings.isSent) return made({ facts: { day, sent: null } });
      const ports = realPorts();
      const folder = messageFolder(traderFolder(ctx.dataDir, settings.mode));
      const sinks = configuredSinks(folder, ctx.log, { ports });
      const alerts = openAlertService({ folder, log: ctx.log, ports, sinks });
      try {
        return made({ facts: { day, sent: formatCounts(await alerts.send([dayMessage(day, ports.nowMs())])) } });
      } finally {
        alerts.close();
      }
    },
    present: presentDigest,
  }),
);
