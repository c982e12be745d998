/** A threshold is chosen on validation: every threshold is tried at every delay, with and without a limit on money. */
import { type Money, type ReplayResult, type Strategy, unlimitedMoney } from '../replay/model.ts';
import { dailyReturns, dailySharpe } from '../replay/performance.ts';
import type { Log } from '../run/console.ts';
import type { BacktestSettings } from './backtest_options.ts';
import { type EvaluationPeriod, replayPeriod } from './evaluation_period.ts';
import type { ScoredFills } from './scored_fills.ts';
import {
  analyseThresholds,
  followEverything,
  MARKETS_MIN,
  picksAbove,
  signalReturns,
  type ThresholdRow,
} from './thresholds.ts';

export interface Choice {
  /** Null when no threshold was seen in MARKETS_MIN markets. */
  readonly chosen: ThresholdRow | null;
  /** Sharpe ratios of one day of every portfolio that was tried and has one. */
  readonly trials: readonly number[];
  readonly nTrials: number;
}

/** A portfolio for each threshold and delay: the trials among which one is chosen. */
export function planTrials(
  scored: ScoredFills,
  thresholds: readonly number[],
  delaysMs: readonly number[],
  money: Money,
): Strategy[] {
  return thresholds.flatMap((threshold) => {
    const picks = picksAbove(scored.probabilities, threshold);
    return delaysMs.map((delayMs) => ({ name: `${threshold} ${delayMs}`, picks, isReversed: false, delayMs, money }));
  });
}

/**
 * The threshold whose mean return per trade is highest at the lower end of its interval.
 * @param rows thresholds on validation at the delay asked for
 * @returns null when no threshold was seen in MARKETS_MIN markets
 */
export function chooseThreshold(rows: readonly ThresholdRow[]): ThresholdRow | null {
  const usable = rows.filter(
    (row) => row.source === 'model' && row.nFilledMarkets >= MARKETS_MIN && Number.isFinite(row.returns.low),
  );
  return usable.reduce<ThresholdRow | null>(
    (best, row) => (best === null || row.returns.low > best.returns.low ? row : best),
    null,
  );
}

/** Sharpe ratios of one day of trials; those that never traded, or only once, have none and are left out. */
function trialSharpes({ equity }: ReplayResult, bankrollUsd: number, first: number): number[] {
  return equity
    .slice(first)
    .map((own) => dailySharpe(dailyReturns(bankrollUsd, own)))
    .filter((sharpe) => Number.isFinite(sharpe));
}

/** Tries every threshold at every delay on the validation fills. */
export async function chooseOnValidation(
  period: EvaluationPeriod,
  settings: BacktestSettings & { readonly money: Money },
  { seed, log }: { readonly seed: number; readonly log: Log },
): Promise<Choice> {
  const { scored } = period;
  const { thresholds, delaysMs, rules, money } = settings;
  const single = followEverything(scored.nRows, delaysMs.slice(0, 1), unlimitedMoney(money.stakeUsd));
  const portfolios = planTrials(scored, thresholds, delaysMs, money);
  const strategies = [...single, ...portfolios];
  const result = await replayPeriod(period, rules, strategies, log);
  const rows = analyseThresholds(scored, signalReturns(result), thresholds, seed);
  return {
    chosen: chooseThreshold(rows),
    trials: trialSharpes(result, money.bankrollUsd, single.length),
    nTrials: portfolios.length,
  };
}
