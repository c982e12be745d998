/** The step that 12 is: every scored fill followed at every delay, then thresholds compared. */
import { join } from 'node:path';
import { describeReport, publishSection } from '../charts/report.ts';
import { formatCount } from '../run/console.ts';
import { writeJsonAtomic } from '../run/files.ts';
import type { Run, StepOutcome } from '../run/script.ts';
import { publishTable, upToDateManifest } from '../tables/derived_table.ts';
import { MARKETS, RAW_TRADES, THRESHOLDS, TRADE_PREDICTIONS } from '../tables/schemas.ts';
import { openTable, openTableIfThere, readTable } from '../tables/table_store.ts';
import {
  delaysOf,
  ORDER_OPTIONS,
  predictionTask,
  rulesOf,
  THRESHOLD_OPTIONS,
  thresholdsOf,
  unlimitedMoney,
} from './options.ts';
import { backtestMarkets, marketBook, type Part, readScoredFills } from './scored_fills.ts';
import { replayTrades } from './tape.ts';
import { calibrationErrors, thresholdSection } from './threshold_section.ts';
import { describeThresholds, hasPaid, thresholdsFrame, thresholdVerdict } from './threshold_table.ts';
import { analyseThresholds, countWithoutFees, followEverything, signalReturns } from './thresholds.ts';

export const THRESHOLD_STEP_OPTIONS = {
  ...THRESHOLD_OPTIONS,
  part: {
    choices: ['validation', 'test'] as const,
    default: 'validation' as Part,
    describe: 'scored fills to look at; choosing by what the test part shows spoils it',
    group: 'Thresholds',
  },
  ...ORDER_OPTIONS,
} as const;

type Options = Readonly<
  Record<
    keyof typeof THRESHOLD_OPTIONS | 'delay' | 'half-spread' | 'entry-window' | 'stale-after' | 'min-order' | 'stake',
    number
  >
> & { readonly exit: 'horizon' | 'resolution'; readonly part: Part };

/** Options that decide the result. */
function decisive(options: Options): Record<string, unknown> {
  return Object.fromEntries(Object.keys(THRESHOLD_STEP_OPTIONS).map((name) => [name, options[name as keyof Options]]));
}

/** Compares thresholds; says in one line what is missing when nothing was scored, and then leaves no table. */
export async function analyseThresholdStep(run: Run, options: Options): Promise<StepOutcome> {
  const thresholds = thresholdsOf(options);
  const predictions = openTableIfThere(run.dataDir, TRADE_PREDICTIONS);
  const skip = (reason: string): StepOutcome => {
    run.log.result(`Nothing to analyse, skipped: ${reason}.`);
    return 'done';
  };
  if (predictions === null) return skip(`there are no predictions; ${TRADE_PREDICTIONS.madeBy} makes them`);
  const trades = openTable(run.dataDir, RAW_TRADES);
  const markets = openTable(run.dataDir, MARKETS);
  const task = predictionTask(predictions);
  const rules = rulesOf(options, task.horizonMs);
  const recipe = { inputs: [predictions, trades, markets], options: decisive(options) };
  const current = upToDateManifest(run, THRESHOLDS, recipe);
  if (current !== null) {
    for (const line of current.metrics.lines as string[]) run.log.result(line);
    return 'up to date';
  }
  const book = marketBook();
  const scored = await readScoredFills(predictions, options.part, book);
  if (scored.nRows === 0) return skip(`no fill of the ${options.part} part was scored`);
  const facts = backtestMarkets(readTable(markets), book);
  const delays = delaysOf(options);
  const strategies = followEverything(scored.nRows, delays, unlimitedMoney(options));
  const job = { trades, book, markets: facts, signals: scored, rules, log: run.log };
  const followed = signalReturns(await replayTrades(job, strategies), strategies);
  const rows = analyseThresholds(scored, followed, thresholds, run.seed);
  const [delayMs] = delays;
  const verdict = thresholdVerdict(rows, delayMs);
  const nFree = countWithoutFees(scored, facts);
  const calibration = calibrationErrors(scored);
  const lines = [
    describeThresholds(rows, delayMs),
    `Mean distance of chances from what came true: model ${calibration.model.toFixed(3)}, price only ${calibration.priceOnly.toFixed(3)}.`,
    ...(nFree > 0
      ? [
          `${formatCount(nFree)} of ${formatCount(scored.nRows)} fills lie in markets without a fee schedule: no fee is charged there.`,
        ]
      : []),
    verdict,
  ];
  const isGood = rows.some((row) => row.source === 'model' && row.delayMs === delayMs && hasPaid(row));
  const exit = options.exit === 'horizon' ? `sold ${task.horizonMs / 3.6e6} h after the fill` : 'held to resolution';
  const costs = `Orders of $${options.stake} are filled by the next trade after the delay, ${exit}, with the venue's taker fee and ${options['half-spread']} cents of half spread each way.`;
  for (const line of lines) run.log.result(line);
  writeJsonAtomic(join(run.dataDir, 'reports', 'thresholds.json'), {
    part: options.part,
    ...task,
    options: decisive(options),
    calibration,
    n_without_fee_schedule: nFree,
    verdict,
    rows,
  });
  const section = thresholdSection(options.part, scored, rows, delays, { text: verdict, isGood }, costs);
  run.log.result(describeReport(await publishSection(run, section)));
  publishTable(run, THRESHOLDS, recipe, thresholdsFrame(options.part, rows), { lines, calibration });
  return 'done';
}
