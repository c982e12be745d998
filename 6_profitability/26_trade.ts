/**
 * What should be bought or sold now?
 *
 * Reads   19_forecasts of 24 and the watch list of 23, each again when it is made anew; Kalshi's WebSocket (KALSHI_KEY_ID,
 *         KALSHI_PRIVATE_KEY_PATH), or with --replay a recording of 21
 * Writes  live/trader/<mode>/: intents before they are sent, the ledger (or DATABASE_URL), what the risk engine said, the outbox of its
 *         messages; a section of the report
 * Method  edge after fees on both sides, a quarter of Kelly (Kelly 1956), limits as worst-case losses (helpers/trade); each order is on disk
 *         before it is sent and is sent once; the account is compared with the ledger every minute. Paper unless two switches say otherwise
 */
import { openAlertService } from '../helpers/alerts/alert_service.ts';
import { configuredSinks } from '../helpers/alerts/sinks/configured_sinks.ts';
import { realPorts } from '../helpers/http/ports.ts';
import { defineStep, made, skipped } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { commandOf, leaveCommand } from '../helpers/trader/kill_switches.ts';
import { Messenger } from '../helpers/trader/messenger.ts';
import { replayTrader } from '../helpers/trader/replay_trader.ts';
import { runTrader } from '../helpers/trader/run_trader.ts';
import { messageFolder, TRADE_OPTIONS, traderFolder, traderSettings } from '../helpers/trader/trader_options.ts';
import { presentTrader, TRADER_SECTION } from '../helpers/trader/trader_report.ts';

await runStep(
  defineStep({
    id: 'trade',
    options: TRADE_OPTIONS,
    inputs: {},
    isIncremental: true,
    section: TRADER_SECTION,
    settings: traderSettings,
    compute: async (_, settings, ctx) => {
      ctx.startWork();
      const ports = realPorts();
      const folder = traderFolder(ctx.dataDir, settings.mode);
      const command = commandOf(settings.command, ports.nowMs());
      if (command !== null) {
        leaveCommand(folder, command);
        return skipped(`the command waits in ${folder} for the trader, which looks once a round`);
      }
      if (settings.replay !== undefined) return made({ facts: await replayTrader(ctx, settings, settings.replay) });
      const { log, status: watch } = ctx;
      const messages = messageFolder(folder);
      const sinks = configuredSinks(messages, log, { ports });
      const messenger = new Messenger(openAlertService({ folder: messages, log, ports, watch, sinks }), log.warn);
      try {
        return made({ facts: await runTrader(ctx, folder, settings, ports, messenger) });
      } finally {
        await messenger.close();
      }
    },
    present: presentTrader,
  }),
);
