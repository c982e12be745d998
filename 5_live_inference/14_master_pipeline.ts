/**
 * The whole graph in one command: what would anybody want to run first?
 *
 * Reads   a simulated market (default), a folder of raw files, or (--data live) what the venues tell, fetched first
 * Writes  everything that the steps of helpers/pipeline.ts write; steps that are up to date are skipped; then
 *         reports/wallets.html, and the first section of reports/report.html
 */
import { CASES_OPTION, renewCaseFiles } from '../helpers/cases/case_files_report.ts';
import { FETCH_OPTIONS } from '../helpers/fetch/request.ts';
import { IMPORT_OPTIONS } from '../helpers/import/import_options.ts';
import { DATA_SECTION, makeDataSection } from '../helpers/overview/overview_report.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { wordsFor } from '../helpers/run/options.ts';
import { explainSteps, runGraph } from '../helpers/run/pipeline_runner.ts';
import { formatPlan, GRAPH_OPTIONS, GRAPH_WHAT, graphOf, planGraph } from '../helpers/run/plan_graph.ts';
import { WORLD_OPTIONS } from '../helpers/simulate/world_options.ts';
import { defineStep, made } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';

const LIVE = { onlyWith: { data: 'live' }, group: GRAPH_WHAT } as const;

await runStep(
  defineStep({
    id: 'master_pipeline',
    options: {
      ...GRAPH_OPTIONS,
      data: {
        ...GRAPH_OPTIONS.data,
        describe: '`simulated`, a folder of raw files, or `live`: what the venues tell, fetched first',
      },
      venue: { ...FETCH_OPTIONS.venue, ...LIVE },
      since: { ...FETCH_OPTIONS.since, ...LIVE },
      until: { ...FETCH_OPTIONS.until, ...LIVE },
      ...WORLD_OPTIONS,
      ...IMPORT_OPTIONS,
      ...inGroup(GRAPH_WHAT, {
        report: {
          ...option.flag('run no step, only renew the case files and the first section'),
          excludes: ['from', 'only', 'plan', 'explain'],
        },
        plan: option.flag('print what would run and do nothing'),
        explain: {
          type: 'string',
          describe: 'say why this step (or `all`) is up to date or stale, and do nothing',
          excludes: ['from', 'only', 'plan', 'force'],
        },
      }),
      ...CASES_OPTION,
    },
    inputs: {},
    isIncremental: true,
    section: DATA_SECTION,
    settings: ({ cases, report, plan, explain, ...options }, _, log) => {
      const fetch = options.data === 'live' ? wordsFor(FETCH_OPTIONS, options) : undefined;
      const [imports, world] = [wordsFor(IMPORT_OPTIONS, options), wordsFor(WORLD_OPTIONS, options)];
      return { cases, report, plan, explain, graph: graphOf(options, log, imports, fetch, world) };
    },
    compute: async (_, { cases, graph, report, plan, explain }, ctx) => {
      ctx.startWork();
      if (explain !== undefined) await explainSteps(graph, explain);
      else if (!plan && !report) await runGraph(planGraph(graph), graph);
      const hasReport = !plan && explain === undefined;
      if (hasReport) await renewCaseFiles(ctx, cases);
      const lines = plan ? [formatPlan(planGraph(graph), ctx.dataDir)] : [];
      return made({ facts: { lines, hasReport } });
    },
    present: ({ lines, hasReport }, { dataDir }) => ({ lines, ...(hasReport ? makeDataSection(dataDir) : {}) }),
  }),
);
