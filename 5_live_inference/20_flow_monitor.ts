/**
 * Where is trading unusual right now?
 *
 * Reads   the queue flow_trades, which 17 fills with --flow, or with --replay a recording of 21
 * Writes  the queue alerts, which 19 sends
 * Method  points that add up, each with its reason: size against the median of 24 hours, trades of the last minute against the hour,
 *         time to the close, cost; an alert from 85, or when two or more markets of one event, series or correlated group reach 60
 *         within five minutes (helpers/flow)
 */
import { FLOW_SETTINGS } from '../helpers/flow/flow_monitor.ts';
import { FLOW_SECTION, presentFlow } from '../helpers/flow/flow_report.ts';
import { watchFlow, watchRecording } from '../helpers/flow/watch_flow.ts';
import { defineStep, made } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { REPLAY_OPTION } from '../helpers/stream/replay_recording.ts';
import { BUS_OPTIONS, busUrl } from '../helpers/stream/service.ts';

await runStep(
  defineStep({
    id: 'flow_monitor',
    options: {
      lateness: {
        type: 'number',
        default: FLOW_SETTINGS.latenessMs,
        describe: 'a trade waits so many milliseconds for earlier ones that come after it',
        range: { from: 0, to: 60_000, unit: 'ms' },
        group: 'What is worth an alert',
      },
      ...REPLAY_OPTION,
      ...BUS_OPTIONS,
    },
    inputs: {},
    section: FLOW_SECTION,
    isIncremental: true,
    settings: (options) => ({
      ...FLOW_SETTINGS,
      latenessMs: options.lateness,
      busUrl: busUrl(options['data-dir'], options['bus-url']),
      replayed: options.replay,
    }),
    compute: async (_, { replayed, ...settings }, ctx) => {
      ctx.startWork();
      if (replayed !== undefined) return made({ facts: await watchRecording(ctx, settings, replayed) });
      return made({ facts: await watchFlow(ctx, settings) });
    },
    present: presentFlow,
  }),
);
