/** The step that 13 is: a threshold chosen on validation, strategies judged once on the test period, the final model. */
import { join } from 'node:path';
import { describeReport, publishSection } from '../charts/report.ts';
import { isTableToldAgain } from '../charts/told_again.ts';
import { keptLine } from '../registry/compat.ts';
import type { RandomControls } from '../replay/controls.ts';
import type { ReplayResult, Strategy } from '../replay/model.ts';
import { filledSignals, ordersByStrategy } from '../replay/orders.ts';
import { formatCount } from '../run/console.ts';
import { writeJsonAtomic } from '../run/files.ts';
import type { Manifest } from '../run/manifest.ts';
import { checkRanges, wholeFrom } from '../run/ranges.ts';
import { type Run, type StepOutcome, tellSkipped } from '../run/script.ts';
import { publishTable, type Recipe, upToDateManifest } from '../tables/derived_table.ts';
import { STRATEGIES, STRATEGY_EQUITY, STRATEGY_TRADES } from '../tables/schemas.ts';
import { type BacktestInputs, openInputs, openScene, replayScene, type Scene } from './backtest_inputs.ts';
import {
  decisiveOptions,
  delaysOf,
  ORDER_OPTIONS,
  type OrderOptions,
  PORTFOLIO_OPTIONS,
  type PortfolioOptions,
  portfolioMoney,
  THRESHOLD_OPTIONS,
  type ThresholdOptions,
  thresholdsOf,
  unlimitedMoney,
} from './backtest_options.ts';
import { finalModelRecipe, isFinalModelKept, saveFinalModel } from './final_strategies.ts';
import {
  chooseThreshold,
  drawControls,
  type PlannedStrategy,
  planTest,
  planTrials,
  trialSharpes,
} from './strategies.ts';
import { collectRows, hasPaid, type StrategyRow, strategyRows } from './strategy_rows.ts';
import { STRATEGIES_SECTION, strategySection } from './strategy_section.ts';
import {
  describeStrategies,
  strategiesFrame,
  strategyEquityFrame,
  strategyTradesFrame,
  strategyVerdict,
} from './strategy_tables.ts';
import { calibrationErrors } from './threshold_section.ts';
import { NOTHING_TO_CHOOSE_ON, withoutFeesLines } from './threshold_step.ts';
import { percent } from './threshold_table.ts';
import { analyseThresholds, followEverything, signalReturns, type ThresholdRow } from './thresholds.ts';
import { TRADE_PROFIT } from './train_step.ts';

export const STRATEGY_STEP_OPTIONS = {
  ...THRESHOLD_OPTIONS,
  draws: {
    type: 'number',
    default: 20,
    describe: 'random controls per strategy',
    range: wholeFrom(2, 1000),
    group: 'Controls',
  },
  ...ORDER_OPTIONS,
  ...PORTFOLIO_OPTIONS,
} as const;

/** Random draws are replayed so often at most, to find picks that can be filled. */
const RANDOM_ROUNDS_MAX = 6;
/** Share of their picks that may stay unfilled. */
const UNFILLED_MAX = 0.005;

export type StrategyOptions = OrderOptions &
  ThresholdOptions &
  PortfolioOptions & { readonly draws: number; readonly threads: number };

interface Choice {
  readonly chosen: ThresholdRow | null;
  /** Sharpe ratios of one day of every portfolio tried. */
  readonly trials: readonly number[];
  readonly nTrials: number;
}

/** Tries every threshold at every delay on the validation fills. */
async function chooseOnValidation(
  run: Run,
  inputs: BacktestInputs,
  scene: Scene,
  options: StrategyOptions,
): Promise<Choice> {
  const thresholds = thresholdsOf(options);
  const delays = delaysOf(options);
  const money = portfolioMoney(options);
  const single: Strategy[] = followEverything(scene.scored.nRows, delays.slice(0, 1), unlimitedMoney(options));
  const portfolios = planTrials(scene.scored, thresholds, delays, money);
  const strategies = [...single, ...portfolios];
  const result = await replayScene(run, inputs, scene, strategies);
  const rows = analyseThresholds(scene.scored, signalReturns(result, strategies, 1), thresholds, run.seed);
  const trials = trialSharpes(result, money.bankrollUsd, single.length, portfolios.length);
  return { chosen: chooseThreshold(rows), trials, nTrials: portfolios.length };
}

function choiceLine({ chosen, nTrials, trials }: Choice): string {
  const tried = `${formatCount(nTrials)} portfolios were tried on validation (${formatCount(trials.length)} of them have a Sharpe ratio)`;
  if (chosen === null) return `${tried}; no threshold was seen in enough markets, so none is chosen.`;
  const { estimate, low, high } = chosen.returns;
  return `${tried}; threshold ${chosen.threshold!.toFixed(2)} is chosen: ${percent(estimate)} per trade there (95 %: ${percent(low)} to ${percent(high)}).`;
}

/** Rows of the filled orders of every strategy of a replay. */
function filledOf({ orders }: ReplayResult, nStrategies: number): Uint32Array[] {
  return ordersByStrategy(orders, nStrategies).map((list) => filledSignals(orders, list));
}

/** The random controls, replayed until as many of their orders are filled as of the strategies, or nearly. */
async function replayRandom(
  run: Run,
  inputs: BacktestInputs,
  scene: Scene,
  random: RandomControls<PlannedStrategy>,
  trials: readonly number[],
): Promise<StrategyRow[]> {
  for (let round = 1; ; round++) {
    const plans = random.plans();
    if (plans.length === 0) return [];
    const strategies = plans.map(({ strategy }) => strategy);
    const result = await replayScene(run, inputs, scene, strategies);
    const isDone =
      round === RANDOM_ROUNDS_MAX || random.replaceUnfilled(filledOf(result, plans.length)) <= UNFILLED_MAX;
    if (isDone) return strategyRows(result, scene.scored, plans, trials, run.seed);
  }
}

/** The planned strategies, and then their random controls, replayed on the test period. */
async function replayTest(
  run: Run,
  inputs: BacktestInputs,
  scene: Scene,
  planned: readonly PlannedStrategy[],
  trials: readonly number[],
  options: StrategyOptions,
): Promise<{ result: ReplayResult; rows: StrategyRow[] }> {
  const { scored } = scene;
  const single = followEverything(scored.nRows, delaysOf(options).slice(0, 1), unlimitedMoney(options));
  const strategies = [...planned.map(({ strategy }) => strategy), ...single];
  const result = await replayScene(run, inputs, scene, strategies);
  const filled = filledOf(result, strategies.length);
  const fillable = filled[planned.length];
  const random = drawControls(scored, planned, filled, fillable, options.draws, run.seed);
  const rows = strategyRows(result, scored, planned, trials, run.seed);
  return { result, rows: collectRows([...rows, ...(await replayRandom(run, inputs, scene, random, trials))]) };
}

/** Judges and publishes; says in one line what is missing when nothing can be judged, and then leaves no table. */
export async function finalizeStrategies(run: Run, options: StrategyOptions): Promise<StepOutcome> {
  const delays = delaysOf(options);
  const money = portfolioMoney(options);
  thresholdsOf(options);
  checkRanges(STRATEGY_STEP_OPTIONS, options);
  const skip = (reason: string): StepOutcome =>
    tellSkipped(run, `Nothing to finalize, skipped: ${reason}.${keptLine(run, TRADE_PROFIT, [])}`);
  const inputs = openInputs(run, options);
  if (typeof inputs === 'string') return skip(inputs);
  const decisive = decisiveOptions(options, STRATEGY_STEP_OPTIONS);
  const modelRecipe = finalModelRecipe(run, inputs.predictions);
  const recipe: Recipe = {
    inputs: [
      ...(modelRecipe === null ? [] : [modelRecipe.features]),
      inputs.predictions,
      inputs.trades,
      inputs.markets,
    ],
    options: decisive,
  };
  const hasOthers = [STRATEGY_TRADES, STRATEGY_EQUITY].every(
    (schema) => upToDateManifest(run, schema, recipe) !== null,
  );
  const isModelKept = ({ metrics }: Manifest): boolean => isFinalModelKept(run, metrics.model);
  if (hasOthers && isTableToldAgain(run, STRATEGIES, recipe, STRATEGIES_SECTION, isModelKept)) return 'up to date';
  const validation = await openScene(inputs, 'validation');
  const test = await openScene(inputs, 'test');
  if (test.scored.nRows === 0) return skip('no fill of the test part was scored');
  if (validation.scored.nRows === 0) return skip(`${NOTHING_TO_CHOOSE_ON}, so nothing can be chosen`);
  const choice = await chooseOnValidation(run, inputs, validation, options);
  const threshold = choice.chosen?.threshold ?? null;
  const planned = planTest(test.scored, threshold, delays, money, run.seed);
  const { result, rows } = await replayTest(run, inputs, test, planned, choice.trials, options);
  const names = ['chosen', 'sniper', 'god_mode'] as const;
  const verdicts = names
    .filter((name) => rows.some((row) => row.name === name))
    .map((name) => ({ text: strategyVerdict(rows, name), isGood: hasPaid(rows, name) }));
  const calibration = calibrationErrors(test.scored);
  const nFilled = rows.filter((row) => row.variant !== 'random').reduce((sum, row) => sum + row.nFilled, 0);
  const lines = [
    choiceLine(choice),
    describeStrategies(rows),
    `Mean distance of chances from what came true: model ${calibration.model.toFixed(3)}, price only ${calibration.priceOnly.toFixed(3)}.`,
    ...withoutFeesLines(result.nWithoutFees, nFilled),
    ...verdicts.map(({ text }) => text),
  ];
  for (const line of lines) run.log.result(line);
  const section = strategySection(result, test.scored, planned, rows, verdicts, inputs.costs, choiceLine(choice));
  const head = { ...inputs.task, options: decisive, chosen: threshold, nTrials: choice.nTrials, calibration };
  const figures = { ...head, trialSharpes: choice.trials, verdicts: verdicts.map(({ text }) => text), rows };
  const model = await saveFinalModel(run, inputs, modelRecipe, options.threads, threshold, figures, verdicts);
  run.log.result(model.line);
  writeJsonAtomic(join(run.dataDir, 'reports', 'strategies.json'), figures);
  run.log.result(describeReport(await publishSection(run, section)));
  publishTable(run, STRATEGY_TRADES, recipe, strategyTradesFrame(result, test.scored, test.markets, planned), {});
  publishTable(run, STRATEGY_EQUITY, recipe, strategyEquityFrame(result, planned), {});
  publishTable(run, STRATEGIES, recipe, strategiesFrame(rows), { lines: [...lines, model.line], model: model.runName });
  return 'done';
}
