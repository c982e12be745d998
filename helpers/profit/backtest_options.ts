/** Options of the back-test, shared by every script that replays, and what they mean in its own units. */
import { z } from 'zod';
import { DELAY_OPTION } from '../features/trades/targets.ts';
import type { Money, Rules } from '../replay/model.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { checkRange, checkRanges, type Range, SHARE } from '../run/ranges.ts';
import { TRADE_PREDICTIONS } from '../tables/schemas.ts';
import type { Table } from '../tables/table_store.ts';

const COSTS = 'Orders and costs';
const MONEY = 'Money';
const CENT = 0.01;

/** Delays that every analysis looks at, ms. */
const DELAYS_MS: readonly number[] = [0, 30 * SECOND_MS, 5 * MINUTE_MS, HOUR_MS];

const usdFrom = (from: number): Range => ({ from, to: 1e12, unit: 'USD' });

/** How an order is filled and what it costs. */
export const ORDER_OPTIONS = {
  delay: { ...DELAY_OPTION, group: COSTS },
  'half-spread': {
    type: 'number',
    default: 0.5,
    describe: 'paid at entry and exit, cents a share',
    range: { from: 0, to: 49, unit: 'cents' },
    group: COSTS,
  },
  exit: {
    choices: ['horizon', 'resolution'] as const,
    default: 'horizon' as 'horizon' | 'resolution',
    describe: 'sell one horizon after the fill, or hold to resolution',
    group: COSTS,
  },
  'entry-window': {
    type: 'number',
    default: 60,
    describe: 'an order that finds no trade for so long is dropped, minutes',
    range: { from: 0, to: 1e5, unit: 'minutes' },
    group: COSTS,
  },
  'stale-after': {
    type: 'number',
    default: 6,
    describe: 'without a trade for so long after the horizon we sell at the last price, hours',
    range: { from: 0, to: 1e4, unit: 'hours' },
    group: COSTS,
  },
  'min-order': {
    type: 'number',
    default: 1,
    describe: 'smallest order, USD',
    range: { from: 0, to: 1e6, unit: 'USD' },
    group: COSTS,
  },
  stake: { type: 'number', default: 100, describe: 'USD per order', range: usdFrom(0.01), group: MONEY },
} as const;

/** What a portfolio may spend. */
export const PORTFOLIO_OPTIONS = {
  bankroll: {
    type: 'number',
    default: 10_000,
    describe: 'money at the start, USD',
    range: usdFrom(0.01),
    group: MONEY,
  },
  'market-limit': {
    type: 'number',
    default: 500,
    describe: 'most in one market at once, USD',
    range: usdFrom(0),
    group: MONEY,
  },
  participation: {
    type: 'number',
    default: 0.2,
    describe: "our share of a trade's size at most, 0..1",
    range: { ...SHARE, from: 0.0001 },
    group: MONEY,
  },
} as const;

export type OrderOptions = Readonly<
  Record<'delay' | 'half-spread' | 'entry-window' | 'stale-after' | 'min-order' | 'stake', number>
> & { readonly exit: 'horizon' | 'resolution' };
export type PortfolioOptions = Readonly<Record<keyof typeof PORTFOLIO_OPTIONS, number>>;

const producerSchema = z.object({ horizon: z.number().positive(), target: z.string() });

/**
 * Horizon and target that the predictions were made for.
 * @throws InputError 'bad-schema' when their manifest does not tell
 */
export function predictionTask(predictions: Table): { horizonMs: number; target: string } {
  const parsed = producerSchema.safeParse(predictions.manifest.options);
  if (!parsed.success)
    throw new InputError(
      'bad-schema',
      `the manifest of table ${TRADE_PREDICTIONS.folder} does not tell its horizon and target`,
      `make it again: ${TRADE_PREDICTIONS.madeBy}`,
    );
  return { horizonMs: parsed.data.horizon * HOUR_MS, target: parsed.data.target };
}

/**
 * The rules that options and horizon make.
 * @throws InputError 'bad-option'
 */
export function rulesOf(options: OrderOptions, horizonMs: number): Rules {
  checkRanges(ORDER_OPTIONS, options);
  checkRange(
    'stake',
    options.stake,
    usdFrom(options['min-order']),
    Math.max(ORDER_OPTIONS.stake.default, options['min-order']),
  );
  return {
    horizonMs: options.exit === 'horizon' ? horizonMs : Number.POSITIVE_INFINITY,
    entryWindowMs: options['entry-window'] * MINUTE_MS,
    staleMs: options['stale-after'] * HOUR_MS,
    halfSpread: options['half-spread'] * CENT,
    minOrderUsd: options['min-order'],
  };
}

/** The delay asked for and the usual ones, ms, the asked one first. */
export function delaysOf(options: OrderOptions): number[] {
  const asked = options.delay * SECOND_MS;
  return [asked, ...DELAYS_MS.filter((delay) => delay !== asked)];
}

/** Money of a strategy that judges every order by itself. */
export function unlimitedMoney(options: OrderOptions): Money {
  const limit = Number.POSITIVE_INFINITY;
  return { bankrollUsd: limit, stakeUsd: options.stake, marketLimitUsd: limit, participation: limit };
}

/**
 * Money of a portfolio.
 * @throws InputError 'bad-option'
 */
export function portfolioMoney(options: OrderOptions & PortfolioOptions): Money {
  checkRanges(PORTFOLIO_OPTIONS, options);
  const { bankroll, 'market-limit': limit } = PORTFOLIO_OPTIONS;
  checkRange('bankroll', options.bankroll, usdFrom(options.stake), Math.max(bankroll.default, options.stake));
  const least = options['min-order'];
  checkRange('market-limit', options['market-limit'], usdFrom(least), Math.max(limit.default, least));
  return {
    bankrollUsd: options.bankroll,
    stakeUsd: options.stake,
    marketLimitUsd: options['market-limit'],
    participation: options.participation,
  };
}

const CHANCE = { from: 0, to: 1, unit: 'a chance' } as const satisfies Range;

/** Thresholds of an analysis, rising. */
export const THRESHOLD_OPTIONS = {
  'from-threshold': {
    type: 'number',
    default: 0.5,
    describe: 'smallest threshold, 0..1',
    range: CHANCE,
    group: 'Thresholds',
  },
  'to-threshold': {
    type: 'number',
    default: 0.9,
    describe: 'largest threshold, 0..1',
    range: CHANCE,
    group: 'Thresholds',
  },
  step: {
    type: 'number',
    default: 0.05,
    describe: 'from one threshold to the next, 0..1',
    range: { ...CHANCE, from: 0.005 },
    group: 'Thresholds',
  },
} as const;

export type ThresholdOptions = Readonly<Record<keyof typeof THRESHOLD_OPTIONS, number>>;

/**
 * The thresholds asked for, at most 201.
 * @throws InputError 'bad-option'
 */
export function thresholdsOf(options: ThresholdOptions): number[] {
  const { 'from-threshold': from, 'to-threshold': to, step } = options;
  checkRanges(THRESHOLD_OPTIONS, options);
  checkRange('to-threshold', to, { from, to: 1 }, Math.max(THRESHOLD_OPTIONS['to-threshold'].default, from));
  const n = Math.floor((to - from) / step + 1e-9) + 1;
  return Array.from({ length: n }, (_, i) => Math.round((from + i * step) * 1e6) / 1e6);
}

/** The values of the options that `specs` names: those that decide a step's result. */
export function decisiveOptions(options: object, specs: object): Record<string, unknown> {
  const values = options as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.keys(specs).map((name) => [name, values[name]]));
}
