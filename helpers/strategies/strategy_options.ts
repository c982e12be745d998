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
import { RECORDED_KINDS, type RecordedKind, STRATEGY_KINDS, type StrategyKind, type TestedKind } from './watchers.ts';

const isTape = (name: string): name is StrategyKind => STRATEGY_KINDS.some((kind) => kind === name);
const isRecorded = (name: string): name is RecordedKind => RECORDED_KINDS.some((kind) => kind === name);

export const BACKTEST_OPTIONS = {
  ...inGroup('Strategies', {
    strategy: option.text(
      'all',
      `${STRATEGY_KINDS.join(', ')}, several of them with commas, or all; or ${RECORDED_KINDS.join(', ')}, as 24 recorded them`,
    ),
    'min-events': option.number(30, 'events that an edge must have been seen in before it is believed', integerMin(2)),
    'min-z': option.number(1.64, 'standard errors that an edge must lie above 0', { from: 0, to: 10 }),
    draws: option.number(20, 'random controls per strategy', integerMin(2, 1000)),
  }),
  ...inGroup('Strategies', {
    books: {
      type: 'string',
      describe: 'folder of a recording of 21, whose order books answers of llm and weather are traded at',
      defaultDescription: 'live/frames/kalshi of the data folder, or trades where there is none',
    },
  }),
  ...ENTRY_OPTIONS,
  ...PORTFOLIO_OPTIONS,
} as const;

export interface StrategySettings {
  /** Of the tape; empty where recorded answers are tested. */
  readonly kinds: readonly StrategyKind[];
  /** Of recorded answers; empty where the tape is tested. */
  readonly recorded: readonly RecordedKind[];
  /** Undefined is the recording of the data folder. */
  readonly books: string | undefined;
  readonly edgeRule: EdgeRule;
  readonly nDraws: number;
  readonly delayMs: number;
  readonly rules: Rules;
  readonly money: Money;
  readonly options: Readonly<Record<string, unknown>>;
}

/** @throws InputError 'bad-option' for a strategy that there is not, that nothing here can test, or beside others that are tested otherwise */
export function parseKinds(text: string): TestedKind[] {
  if (text === 'all') return [...STRATEGY_KINDS];
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  for (const name of names) {
    if (isTape(name) || isRecorded(name)) continue;
    if (name === 'speed')
      throw new InputError(
        'bad-option',
        '--strategy speed cannot be tested on what is recorded here',
        'it needs news with the times at which this machine had them, and nothing records news',
      );
    throw new InputError(
      'bad-option',
      `--strategy ${name}: there is no such strategy`,
      `there are ${[...STRATEGY_KINDS, ...RECORDED_KINDS].join(', ')}`,
    );
  }
  if (names.some(isTape) && names.some(isRecorded))
    throw new InputError(
      'bad-option',
      `--strategy ${text}: what trades tell and what was recorded are tested at other prices`,
      'run them apart',
    );
  return names as TestedKind[];
}

/** @throws InputError 'bad-option' */
export function strategySettings(options: OptionValues<typeof BACKTEST_OPTIONS>): StrategySettings {
  const names = parseKinds(options.strategy);
  return {
    kinds: names.filter(isTape),
    recorded: names.filter(isRecorded),
    books: options.books,
    edgeRule: { nEventsMin: options['min-events'], z: options['min-z'] },
    nDraws: options.draws,
    delayMs: options.delay * SECOND_MS,
    rules: entryRules(options),
    money: portfolioMoney(options),
    options: pickOptions(options, BACKTEST_OPTIONS),
  };
}
