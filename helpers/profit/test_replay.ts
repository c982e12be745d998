/** The planned strategies and their controls, replayed on the test period. */
import type { RandomControls } from '../replay/controls.ts';
import { type Money, type ReplayResult, unlimitedMoney } from '../replay/model.ts';
import { filledSignals } from '../replay/orders.ts';
import type { Log } from '../run/console.ts';
import type { BacktestSettings } from './backtest_options.ts';
import { type EvaluationPeriod, replayPeriod } from './evaluation_period.ts';
import { drawControls, type PlannedStrategy } from './strategies.ts';
import { collectRows, type StrategyRow, strategyRows } from './strategy_rows.ts';
import { followEverything } from './thresholds.ts';

/** Random draws are replayed so often at most, to find picks that can be filled. */
const RANDOM_ROUNDS_MAX = 6;
/** Share of their picks that may stay unfilled. */
const UNFILLED_MAX = 0.005;

/** What is replayed, and how. */
export interface TestPlan {
  readonly planned: readonly PlannedStrategy[];
  readonly settings: BacktestSettings & { readonly money: Money; readonly nDraws: number };
  /** Sharpe ratios of one day of all that was tried before. */
  readonly trials: readonly number[];
  readonly seed: number;
}

/** The random controls, replayed until as many of their orders are filled as of the strategies, or nearly. */
async function replayRandom(
  period: EvaluationPeriod,
  random: RandomControls<PlannedStrategy>,
  { settings, trials, seed }: TestPlan,
  log: Log,
): Promise<StrategyRow[]> {
  for (let round = 1; ; round++) {
    const plans = random.plans();
    if (plans.length === 0) return [];
    const strategies = plans.map(({ strategy }) => strategy);
    const result = await replayPeriod(period, settings.rules, strategies, log);
    const isDone = round === RANDOM_ROUNDS_MAX || random.replaceUnfilled(filledSignals(result)) <= UNFILLED_MAX;
    if (isDone) return strategyRows(result, period.scored, plans, trials, seed);
  }
}

/**
 * The planned strategies, and then their random controls, on the test period.
 * @returns the replay of the planned strategies, and the rows of all
 */
export async function replayTest(
  period: EvaluationPeriod,
  plan: TestPlan,
  log: Log,
): Promise<{ result: ReplayResult; rows: StrategyRow[] }> {
  const { scored } = period;
  const { planned, settings, trials, seed } = plan;
  const { delaysMs, money, rules, nDraws } = settings;
  const single = followEverything(scored.nRows, delaysMs.slice(0, 1), unlimitedMoney(money.stakeUsd));
  const strategies = [...planned.map(({ strategy }) => strategy), ...single];
  const result = await replayPeriod(period, rules, strategies, log);
  const filled = filledSignals(result);
  const random = drawControls(scored, planned, filled, filled[planned.length], nDraws, seed);
  const rows = strategyRows(result, scored, planned, trials, seed);
  return { result, rows: collectRows([...rows, ...(await replayRandom(period, random, plan, log))]) };
}
