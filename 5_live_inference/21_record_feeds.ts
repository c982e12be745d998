/**
 * Which trades and changes of order books do the venues send, as they come?
 *
 * Reads   the WebSocket of Polymarket, or of Kalshi (needs a key: KALSHI_KEY_ID, KALSHI_PRIVATE_KEY_PATH)
 * Writes  live/frames/<venue>/: a file for each UTC hour, a line of JSON for each frame with its receive time
 * Method  frames are kept as text, in order; what may be missing between them is a line too, and is counted; nobody publishes
 *         Kalshi's order books of the past, so who wants to replay them must record them
 */
import { realPorts } from '../helpers/http/ports.ts';
import { recordFeeds } from '../helpers/record/record_feeds.ts';
import { presentRecord } from '../helpers/record/record_feeds_report.ts';
import { RECORD_OPTIONS, recordSettings } from '../helpers/record/record_options.ts';
import { defineStep, made } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';

await runStep(
  defineStep({
    id: 'record_feeds',
    options: RECORD_OPTIONS,
    inputs: {},
    isIncremental: true,
    settings: recordSettings,
    compute: async (_, settings, ctx) => {
      ctx.startWork();
      return made({ facts: await recordFeeds(ctx, settings, realPorts()) });
    },
    present: presentRecord,
  }),
);
