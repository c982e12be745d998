/**
 * Who is told of them?
 *
 * Reads   the queue alerts
 * Writes  live/stream/alerts/: every decision (outbox.jsonl) and what was sent (sent/); messages to Discord (DISCORD_WEBHOOK_URL, or
 *         DISCORD_BOT_TOKEN with DISCORD_CHANNEL_ID; one for each category, too) and Telegram (TELEGRAM_BOT_TOKEN, TELEGRAM_CHAT_ID),
 *         where it answers /status and /mute
 * Method  a decision is in the outbox before its message is acknowledged, so that a crash loses none; then limits, and each sink at
 *         its own pace
 */
import { testAlertSinks } from '../helpers/alerts/alert_service.ts';
import { configuredSinks } from '../helpers/alerts/sinks/configured_sinks.ts';
import { realPorts } from '../helpers/http/ports.ts';
import { defineStep, made } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { NOTHING_SENT, sendStreamAlerts } from '../helpers/stream/alert.ts';
import { SEND_OPTIONS, sendSettings } from '../helpers/stream/options.ts';
import { presentAlerts } from '../helpers/stream/stream_report.ts';

await runStep(
  defineStep({
    id: 'stream_alerter',
    options: SEND_OPTIONS,
    inputs: {},
    isIncremental: true,
    settings: sendSettings,
    compute: async (_, { folder, limits, busUrl, isTest }, ctx) => {
      ctx.startWork();
      const ports = realPorts();
      const { log, status: watch } = ctx;
      const service = { folder, log, ports, limits, watch, sinks: configuredSinks(folder, log, { ports }) };
      if (isTest) return made({ facts: { counts: NOTHING_SENT, testLines: await testAlertSinks(service) } });
      return made({ facts: { counts: await sendStreamAlerts(ctx, busUrl, service), testLines: [] } });
    },
    present: presentAlerts,
  }),
);
