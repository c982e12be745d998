/** The options of 13, its tables, and what they mean together. */
import type { Money } from '../replay/model.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import type { OptionValues } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';
import { type OpenInputs, orSkip } from '../step/contract.ts';
import { MARKETS, RAW_TRADES, TRADE_FEATURES, TRADE_PREDICTIONS } from '../tables/schemas.ts';
import {
  type BacktestSettings,
  backtestSettings,
  decisiveBacktest,
  type GivenOptions,
  ORDER_OPTIONS,
  PORTFOLIO_OPTIONS,
  pickOptions,
  portfolioMoney,
  THRESHOLD_OPTIONS,
} from './backtest_options.ts';
import { finalTraining } from './final_model.ts';
import type { ModelSettings } from './model_options.ts';

export const STRATEGY_OPTIONS = {
  ...THRESHOLD_OPTIONS,
  ...inGroup('Controls', { draws: option.number(20, 'random controls per strategy', integerMin(2, 1000)) }),
  ...ORDER_OPTIONS,
  ...PORTFOLIO_OPTIONS,
} as const;

export const STRATEGY_INPUTS = {
  predictions: orSkip(TRADE_PREDICTIONS),
  features: TRADE_FEATURES,
  trades: RAW_TRADES,
  markets: MARKETS,
};

export interface StrategySettings extends BacktestSettings, GivenOptions {
  readonly money: Money;
  /** Random controls per strategy. */
  readonly nDraws: number;
  /** How the final model is trained; null where a model made elsewhere was scored. */
  readonly training: ModelSettings | null;
}

/** @throws InputError as backtestSettings, portfolioMoney and finalTraining do */
export function strategySettings(
  options: OptionValues<typeof STRATEGY_OPTIONS>,
  { predictions, features }: OpenInputs<typeof STRATEGY_INPUTS>,
): StrategySettings {
  return {
    ...backtestSettings(options, predictions),
    money: portfolioMoney(options),
    nDraws: options.draws,
    training: finalTraining(predictions, features),
    options: pickOptions(options, STRATEGY_OPTIONS),
  };
}

/** What decides the result. */
export function decisiveStrategies(settings: StrategySettings): object {
  return { ...decisiveBacktest(settings), training: settings.training };
}
