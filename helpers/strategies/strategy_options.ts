/** The options of 25 and what they mean together. */
import {
  ENTRY_OPTIONS,
  entryRules,
  PORTFOLIO_OPTIONS,
  pickOptions,
  portfolioMoney,
} from '../profit/backtest_options.ts';
import type { Money, Rules } from '../replay/model.ts';
import { SECOND_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import type { OptionValues } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';
import type { EdgeRule } from './edges.ts';
import { STRATEGY_KINDS, type StrategyKind } from './watchers.ts';

/** Strategies that need what no table of trades holds, and what that is. */
const NEEDS: Readonly<Record<string, string>> = {
  llm: 'forecasts that were recorded before the markets closed: a model asked today has read how they ended',
  weather: 'forecasts of the weather as they were published, with their times',
  speed: 'order books and news with the times at which this machine had them (21_record_feeds records books)',
};

export const BACKTEST_OPTIONS = {
  ...inGroup('Strategies', {
    strategy: option.text('all', `${STRATEGY_KINDS.join(', ')}, several of them with commas, or all`),
    'min-events': option.number(30, 'events that an edge must have been seen in before it is believed', integerMin(2)),
    'min-z': option.number(1.64, 'standard errors that an edge must lie above 0', { from: 0, to: 10 }),
    draws: option.number(20, 'random controls per strategy', integerMin(2, 1000)),
  }),
  ...ENTRY_OPTIONS,
  ...PORTFOLIO_OPTIONS,
} as const;

export interface StrategySettings {
  readonly kinds: readonly StrategyKind[];
  readonly edgeRule: EdgeRule;
  readonly nDraws: number;
  readonly delayMs: number;
  readonly rules: Rules;
  readonly money: Money;
  readonly options: Readonly<Record<string, unknown>>;
}

/** @throws InputError 'bad-option' for a strategy that there is not, or that trades alone cannot test */
export function parseKinds(text: string): StrategyKind[] {
  if (text === 'all') return [...STRATEGY_KINDS];
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  for (const name of names) {
    if (STRATEGY_KINDS.some((kind) => kind === name)) continue;
    if (Object.hasOwn(NEEDS, name))
      throw new InputError(
        'bad-option',
        `--strategy ${name} cannot be tested on trades alone`,
        `it needs ${NEEDS[name]}`,
      );
    throw new InputError(
      'bad-option',
      `--strategy ${name}: there is no such strategy`,
      `there are ${STRATEGY_KINDS.join(', ')}`,
    );
  }
  return names as StrategyKind[];
}

/** @throws InputError 'bad-option' */
export function strategySettings(options: OptionValues<typeof BACKTEST_OPTIONS>): StrategySettings {
  return {
    kinds: parseKinds(options.strategy),
    edgeRule: { nEventsMin: options['min-events'], z: options['min-z'] },
    nDraws: options.draws,
    delayMs: options.delay * SECOND_MS,
    rules: entryRules(options),
    money: portfolioMoney(options),
    options: pickOptions(options, BACKTEST_OPTIONS),
  };
}
