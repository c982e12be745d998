/** Options of the back-test, shared by every script that replays, and what they mean in its own units. */
import { DELAY_OPTION, type TargetSettings } from '../features/trades/targets.ts';
import type { Money, Rules } from '../replay/model.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../run/clock.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import type { OptionValues } from '../run/options.ts';
import { checkRange, type Range, SHARE } from '../run/ranges.ts';
import type { Table } from '../tables/table_store.ts';
import { predictionSettings } from './prediction_settings.ts';

const COSTS = 'Orders and costs';
const MONEY = 'Money';
const CENT = 0.01;

/** Delays that every analysis looks at, ms. */
const DELAYS_MS: readonly number[] = [0, 30 * SECOND_MS, 5 * MINUTE_MS, HOUR_MS];

const usdFrom = (from: number): Range => ({ from, to: 1e12, unit: 'USD' });

/** How an order is filled and what it costs. */
export const ENTRY_OPTIONS = {
  ...inGroup(COSTS, {
    delay: DELAY_OPTION,
    'half-spread': option.number(0.5, 'paid at entry and exit, cents a share', { from: 0, to: 49, unit: 'cents' }),
    'entry-window': option.number(60, 'an order that finds no trade for so long is dropped, minutes', {
      from: 0,
      to: 1e5,
      unit: 'minutes',
    }),
    'min-order': option.number(1, 'smallest order, USD', { from: 0, to: 1e6, unit: 'USD' }),
  }),
  ...inGroup(MONEY, { stake: option.number(100, 'USD per order', usdFrom(0.01)) }),
} as const;

/** The same, and how a position ends. */
export const ORDER_OPTIONS = {
  ...ENTRY_OPTIONS,
  ...inGroup(COSTS, {
    exit: option.choice(['horizon', 'resolution'], 'horizon', 'sell one horizon after the fill, or hold to resolution'),
    'stale-after': option.number(6, 'without a trade for so long after the horizon we sell at the last price, hours', {
      from: 0,
      to: 1e4,
      unit: 'hours',
    }),
  }),
} as const;

/** What a portfolio may spend. */
export const PORTFOLIO_OPTIONS = inGroup(MONEY, {
  bankroll: option.number(10_000, 'money at the start, USD', usdFrom(0.01)),
  'market-limit': option.number(500, 'most in one market at once, USD', usdFrom(0)),
  participation: option.number(0.2, "our share of a trade's size at most, 0..1", { ...SHARE, from: 0.0001 }),
});

const PROBABILITY = { from: 0, to: 1, unit: 'a probability' } as const satisfies Range;

/** Thresholds of an analysis, rising. */
export const THRESHOLD_OPTIONS = inGroup('Thresholds', {
  'from-threshold': option.number(0.5, 'smallest threshold, 0..1', PROBABILITY),
  'to-threshold': option.number(0.9, 'largest threshold, 0..1', PROBABILITY),
  step: option.number(0.05, 'from one threshold to the next, 0..1', { ...PROBABILITY, from: 0.005 }),
});

type EntryOptions = OptionValues<typeof ENTRY_OPTIONS, never>;
type OrderOptions = OptionValues<typeof ORDER_OPTIONS, never>;
type ThresholdOptions = OptionValues<typeof THRESHOLD_OPTIONS, never>;
type PortfolioOptions = OptionValues<typeof PORTFOLIO_OPTIONS, never>;

/** What decides a back-test, in its own units. */
export interface BacktestSettings extends TargetSettings {
  readonly rules: Rules;
  /** The delay asked for and the usual ones, ms, the asked one first. */
  readonly delaysMs: readonly number[];
  /** Thresholds to compare, rising. */
  readonly thresholds: readonly number[];
  /** USD per order. */
  readonly stakeUsd: number;
}

/** The options as they were given: what manifests and files tell of settings that they alone decide. */
export interface GivenOptions {
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * What the options of entry say; positions are held to resolution.
 * @throws InputError 'bad-option' when an order would be smaller than the smallest
 */
export function entryRules(options: EntryOptions): Rules {
  const { stake, 'min-order': minOrderUsd } = options;
  checkRange('stake', stake, usdFrom(minOrderUsd), Math.max(ENTRY_OPTIONS.stake.default, minOrderUsd));
  return {
    horizonMs: Number.POSITIVE_INFINITY,
    entryWindowMs: options['entry-window'] * MINUTE_MS,
    staleMs: Number.POSITIVE_INFINITY,
    halfSpread: options['half-spread'] * CENT,
    minOrderUsd,
  };
}

/**
 * The settings of a back-test.
 * @param predictions 16_trade_predictions: their horizon and target are those of the back-test
 * @throws InputError 'bad-option' when two options contradict each other, and as predictionSettings does
 */
export function backtestSettings(options: OrderOptions & ThresholdOptions, predictions: Table): BacktestSettings {
  const { horizonMs, target } = predictionSettings(predictions);
  const delayMs = options.delay * SECOND_MS;
  return {
    horizonMs,
    target,
    rules: {
      ...entryRules(options),
      horizonMs: options.exit === 'horizon' ? horizonMs : Number.POSITIVE_INFINITY,
      staleMs: options['stale-after'] * HOUR_MS,
    },
    delaysMs: [delayMs, ...DELAYS_MS.filter((usual) => usual !== delayMs)],
    thresholds: thresholdsOf(options),
    stakeUsd: options.stake,
  };
}

/** What decides the result of a back-test: its options, and what its predictions are of. */
export function decisiveBacktest({ options, horizonMs, target }: BacktestSettings & GivenOptions): object {
  return { ...options, horizonMs, target };
}

/** The values of the options that `specs` names. */
export function pickOptions(options: object, specs: object): Record<string, unknown> {
  const values = options as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.keys(specs).map((name) => [name, values[name]]));
}

/**
 * Money of a portfolio.
 * @throws InputError 'bad-option' when it is less than an order
 */
export function portfolioMoney(options: EntryOptions & PortfolioOptions): Money {
  const { bankroll, 'market-limit': limit } = PORTFOLIO_OPTIONS;
  const { stake, 'min-order': minOrderUsd } = options;
  checkRange('bankroll', options.bankroll, usdFrom(stake), Math.max(bankroll.default, stake));
  checkRange('market-limit', options['market-limit'], usdFrom(minOrderUsd), Math.max(limit.default, minOrderUsd));
  return {
    bankrollUsd: options.bankroll,
    stakeUsd: stake,
    marketLimitUsd: options['market-limit'],
    participation: options.participation,
  };
}

/**
 * The thresholds asked for, at most 201.
 * @throws InputError 'bad-option' when they would fall
 */
function thresholdsOf({ 'from-threshold': from, 'to-threshold': to, step }: ThresholdOptions): number[] {
  checkRange('to-threshold', to, { from, to: 1 }, Math.max(THRESHOLD_OPTIONS['to-threshold'].default, from));
  const n = Math.floor((to - from) / step + 1e-9) + 1;
  return Array.from({ length: n }, (_, i) => Math.round((from + i * step) * 1e6) / 1e6);
}
