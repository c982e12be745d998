/** The step that 12 is: every scored fill followed at every delay, then thresholds compared. */
import { join } from 'node:path';
import { describeReport, publishSection } from '../charts/report.ts';
import { isTableToldAgain } from '../charts/told_again.ts';
import { formatCount } from '../run/console.ts';
import { writeJsonAtomic } from '../run/files.ts';
import { type Run, type StepOutcome, tellSkipped } from '../run/script.ts';
import { publishTable } from '../tables/derived_table.ts';
import { THRESHOLDS } from '../tables/schemas.ts';
import { openInputs, openScene, replayScene } from './backtest_inputs.ts';
import {
  decisiveOptions,
  delaysOf,
  ORDER_OPTIONS,
  type OrderOptions,
  THRESHOLD_OPTIONS,
  type ThresholdOptions,
  thresholdsOf,
  unlimitedMoney,
} from './backtest_options.ts';
import type { Part } from './scored_fills.ts';
import { calibrationErrors, PERIODS, TRADE_THRESHOLDS_SECTION, thresholdSection } from './threshold_section.ts';
import { describeThresholds, hasPaid, thresholdsFrame, thresholdVerdict } from './threshold_table.ts';
import { analyseThresholds, countWithoutFees, followEverything, signalReturns } from './thresholds.ts';

export const THRESHOLD_STEP_OPTIONS = {
  ...THRESHOLD_OPTIONS,
  part: {
    choices: ['validation', 'test'] as const,
    default: 'validation' as Part,
    describe:
      'scored fills to look at; validation: those known when the test began. Choosing by the test part spoils it',
    group: 'Thresholds',
  },
  ...ORDER_OPTIONS,
} as const;

/** Why validation has nothing to show. */
export const NOTHING_TO_CHOOSE_ON = 'no validation fill had its result before the first test fill';

type Options = OrderOptions & ThresholdOptions & { readonly part: Part };

/** Compares thresholds; says in one line what is missing when nothing was scored, and then leaves no table. */
export async function analyseThresholdStep(run: Run, options: Options): Promise<StepOutcome> {
  const thresholds = thresholdsOf(options);
  const skip = (reason: string): StepOutcome => tellSkipped(run, `Nothing to analyse, skipped: ${reason}.`);
  const inputs = openInputs(run, options);
  if (typeof inputs === 'string') return skip(inputs);
  const decisive = decisiveOptions(options, THRESHOLD_STEP_OPTIONS);
  const recipe = { inputs: [inputs.predictions, inputs.trades, inputs.markets], options: decisive };
  if (isTableToldAgain(run, THRESHOLDS, recipe, TRADE_THRESHOLDS_SECTION)) return 'up to date';
  const scene = await openScene(inputs, options.part);
  const { scored } = scene;
  if (scored.nRows === 0)
    return skip(options.part === 'test' ? 'no fill of the test part was scored' : NOTHING_TO_CHOOSE_ON);
  const delays = delaysOf(options);
  const strategies = followEverything(scored.nRows, delays, unlimitedMoney(options));
  const followed = signalReturns(await replayScene(run, inputs, scene, strategies), strategies, delays.length);
  const rows = analyseThresholds(scored, followed, thresholds, run.seed);
  const [delayMs] = delays;
  const verdict = thresholdVerdict(rows, delayMs);
  const nWithoutFees = countWithoutFees(scored, scene.markets);
  const calibration = calibrationErrors(scored);
  const lines = [
    `Followed: ${formatCount(scored.nRows)} fills of the ${PERIODS[options.part]}.`,
    describeThresholds(rows, delayMs),
    `Mean distance of chances from what came true: model ${calibration.model.toFixed(3)}, price only ${calibration.priceOnly.toFixed(3)}.`,
    ...withoutFeesLines(nWithoutFees, scored.nRows),
    verdict,
  ];
  const isGood = rows.some((row) => row.source === 'model' && row.delayMs === delayMs && hasPaid(row));
  const section = thresholdSection(options.part, scored, rows, delays, { text: verdict, isGood }, inputs.costs);
  for (const line of lines) run.log.result(line);
  const head = { part: options.part, ...inputs.task, options: decisive, calibration, nWithoutFees, verdict };
  writeJsonAtomic(join(run.dataDir, 'reports', 'thresholds.json'), { ...head, rows });
  run.log.result(describeReport(await publishSection(run, section)));
  publishTable(run, THRESHOLDS, recipe, thresholdsFrame(options.part, rows), { lines, calibration });
  return 'done';
}

/** What to say when some fills lie in markets that tell no fees; nothing when none do. */
export function withoutFeesLines(nWithoutFees: number, n: number): string[] {
  if (nWithoutFees === 0) return [];
  const counts = `${formatCount(nWithoutFees)} of ${formatCount(n)} fills`;
  return [`${counts} lie in markets without a fee schedule: no fee is charged there.`];
}
