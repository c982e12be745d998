/**
 * Which trades are unlike all others, as they happen?
 *
 * Reads   the queue raw_trades, or with --replay a recording of 21; the active models of 13-2 in the models folder, also those that are activated while it runs
 * Writes  the queue alerts; baselines of markets and categories (STATE_URL, or live/stream/baselines.sqlite); live/stream/analyzer.sqlite:
 *         ids seen, trades that wait for their turn, what is known of markets
 * Method  a fold over the log: in order of time, each trade scored before it enters its market's baseline, against its category where
 *         its market has none yet; a message is acknowledged once all that follows from it is on disk
 */
import { defineStep, made } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { analyzeRecording, analyzeStream } from '../helpers/stream/analyze.ts';
import { ANALYZE_OPTIONS, analyzeSettings } from '../helpers/stream/options.ts';
import { REPLAY_OPTION } from '../helpers/stream/replay_recording.ts';
import { presentAnalysis } from '../helpers/stream/stream_report.ts';

await runStep(
  defineStep({
    id: 'stream_analyzer',
    options: { ...ANALYZE_OPTIONS, ...REPLAY_OPTION },
    inputs: {},
    isIncremental: true,
    settings: (options) => ({ ...analyzeSettings(options), replayed: options.replay }),
    compute: async (_, { replayed, ...settings }, ctx) => {
      ctx.startWork();
      if (replayed !== undefined) return made({ facts: await analyzeRecording(ctx, settings, replayed) });
      return made({ facts: await analyzeStream(ctx, settings) });
    },
    present: presentAnalysis,
  }),
);
