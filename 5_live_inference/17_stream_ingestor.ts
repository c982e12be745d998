/**
 * What is traded now: every trade of a venue as it happens, and what is known of its market.
 *
 * Reads   Kalshi's WebSocket and REST interface (a key: KALSHI_KEY_ID, KALSHI_PRIVATE_KEY_PATH), or Polymarket's Data API
 * Writes  the queue raw_trades (BUS_URL, or live/stream/bus/); live/stream/<venue>_bookmark.json, how far it has come
 * Method  the feed as it comes; what a disconnect, a missing number or a restart may have left out is fetched by REST, with overlap;
 *         while the queue takes nothing, trades wait in memory up to a limit and are fetched again beyond it: nothing is lost
 */
import { defineStep, made } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { ingestStream } from '../helpers/stream/ingest.ts';
import { INGEST_OPTIONS, ingestSettings } from '../helpers/stream/options.ts';
import { presentIngest } from '../helpers/stream/stream_report.ts';

await runStep(
  defineStep({
    id: 'stream_ingestor',
    options: INGEST_OPTIONS,
    inputs: {},
    isIncremental: true,
    settings: ingestSettings,
    compute: async (_, settings, ctx) => {
      ctx.startWork();
      return made({ facts: await ingestStream(ctx, settings) });
    },
    present: presentIngest,
  }),
);
