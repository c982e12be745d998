/**
 * The whole graph in one command: what would anybody want to run first?
 *
 * Reads   a simulated market (default) or a folder of raw files
 * Writes  everything that the steps of helpers/pipeline.ts write; steps that are up to date are skipped; then renews the
 *         first section of reports/report.html
 */
import { publishDataSection } from '../helpers/charts/data_section.ts';
import { describeReport } from '../helpers/charts/report.ts';
import { describePlan, planGraph, runGraph } from '../helpers/run/pipeline_runner.ts';
import { wholeFrom } from '../helpers/run/ranges.ts';
import { runScript } from '../helpers/run/script.ts';

const WHAT = 'What to run';

await runScript(
  'master_pipeline',
  {
    data: { type: 'string', default: 'simulated', describe: '`simulated`, or a folder of raw files', group: WHAT },
    trades: {
      type: 'number',
      default: 200_000,
      describe: 'fills to simulate when --data is simulated',
      onlyWith: { data: 'simulated' },
      range: wholeFrom(2),
      group: WHAT,
    },
    'as-of': {
      type: 'string',
      describe:
        'the moment T of the profiles and of all that is made of them, as for 01; 09 to 13 of chapters 3 and 6 look at all trades',
      defaultDescription: 'the end of the last day with trades',
      group: WHAT,
    },
    from: { type: 'string', describe: 'start at this step (id or number, for example 01)', group: WHAT },
    only: { type: 'string', describe: 'run this step alone', group: WHAT },
    report: {
      type: 'boolean',
      default: false,
      describe: 'run no step, only renew the first section',
      excludes: ['from', 'only', 'plan'],
      group: WHAT,
    },
    plan: { type: 'boolean', default: false, describe: 'print what would run and do nothing', group: WHAT },
  },
  async (run, options) => {
    const graph = {
      dataDir: run.dataDir,
      nSimulatedTrades: options.trades,
      rawFolder: options.data === 'simulated' ? null : options.data,
      asOf: options['as-of'] ?? null,
      from: options.from ?? null,
      only: options.only ?? null,
      common: [
        '--data-dir',
        run.dataDir,
        '--models-dir',
        run.modelsDir,
        '--seed',
        String(run.seed),
        '--threads',
        String(options.threads),
        ...(run.force ? ['--force'] : []),
        ...(options.quiet ? ['--quiet'] : []),
      ],
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
