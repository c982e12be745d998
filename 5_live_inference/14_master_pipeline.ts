/**
 * The whole graph in one command: what would anybody want to run first?
 *
 * Reads   a simulated market (default) or a folder of raw files
 * Writes  everything that the steps of helpers/pipeline.ts write; steps that are up to date are skipped; then renews the
 *         first section of reports/report.html
 */

import { describeReport } from '../helpers/charts/report.ts';
import { publishDataSection } from '../helpers/overview/data_section.ts';
import {
  describePlan,
  GRAPH_OPTIONS,
  GRAPH_WHAT,
  planGraph,
  runGraph,
  wordsForSteps,
} from '../helpers/run/pipeline_runner.ts';
import { runScript } from '../helpers/run/script.ts';

await runScript(
  'master_pipeline',
  {
    data: GRAPH_OPTIONS.data,
    trades: GRAPH_OPTIONS.trades,
    'as-of': {
      type: 'string',
      describe:
        'the moment T of the profiles and of all that is made of them, as for 01; 09 to 13 of chapters 3 and 6 look at all trades',
      defaultDescription: 'the end of the last day with trades',
      group: GRAPH_WHAT,
    },
    from: GRAPH_OPTIONS.from,
    only: GRAPH_OPTIONS.only,
    report: {
      type: 'boolean',
      default: false,
      describe: 'run no step, only renew the first section',
      excludes: ['from', 'only', 'plan'],
      group: GRAPH_WHAT,
    },
    plan: { type: 'boolean', default: false, describe: 'print what would run and do nothing', group: GRAPH_WHAT },
  },
  async (run, options) => {
    const graph = {
      dataDir: run.dataDir,
      nSimulatedTrades: options.trades,
      rawFolder: options.data === 'simulated' ? null : options.data,
      asOf: options['as-of'] ?? null,
      from: options.from ?? null,
      only: options.only ?? null,
      common: [...wordsForSteps(options), '--threads', String(options.threads)],
      log: run.log,
    };
    const planned = options.report ? [] : planGraph(graph);
    if (options.plan) {
      run.log.result(describePlan(planned, run.dataDir));
      return 'done';
    }
    if (!options.report) await runGraph(planned, graph);
    run.log.result(describeReport(await publishDataSection(run)));
    return 'done';
  },
);
