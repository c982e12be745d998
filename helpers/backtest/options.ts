/** Options of the back-test, shared by every script that replays, and what they mean in its own units. */
import { z } from 'zod';
import { InputError } from '../run/errors.ts';
import { TRADE_PREDICTIONS } from '../tables/schemas.ts';
import type { Table } from '../tables/table_store.ts';
import type { Money, Rules } from './model.ts';

const COSTS = 'Orders and costs';
const MONEY = 'Money';
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const CENT = 0.01;

/** Delays that every analysis looks at, ms. */
const DELAYS_MS: readonly number[] = [0, 30 * SECOND_MS, 5 * MINUTE_MS, HOUR_MS];

/** How an order is filled and what it costs. */
export const ORDER_OPTIONS = {
  delay: { type: 'number', default: 30, describe: 'from a fill to our order, seconds', group: COSTS },
  'half-spread': { type: 'number', default: 0.5, describe: 'paid at entry and exit, cents a share', group: COSTS },
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
    group: COSTS,
  },
  'stale-after': {
    type: 'number',
    default: 6,
    describe: 'without a trade for so long after the horizon we sell at the last price, hours',
    group: COSTS,
  },
  'min-order': { type: 'number', default: 1, describe: 'smallest order, USD', group: COSTS },
  stake: { type: 'number', default: 100, describe: 'USD per order', group: MONEY },
} as const;

/** What a portfolio may spend. */
export const PORTFOLIO_OPTIONS = {
  bankroll: { type: 'number', default: 10_000, describe: 'money at the start, USD', group: MONEY },
  'market-limit': { type: 'number', default: 500, describe: 'most in one market at once, USD', group: MONEY },
  participation: {
    type: 'number',
    default: 20,
    describe: "our share of a trade's size at most, per cent",
    group: MONEY,
  },
} as const;

export type OrderOptions = Readonly<
  Record<'delay' | 'half-spread' | 'entry-window' | 'stale-after' | 'min-order' | 'stake', number>
> & { readonly exit: 'horizon' | 'resolution' };
export type PortfolioOptions = Readonly<Record<keyof typeof PORTFOLIO_OPTIONS, number>>;

function checkRange(option: string, value: number, low: number, high: number, unit: string): void {
  if (!(value >= low && value <= high))
    throw new InputError(
      'bad-option',
      `--${option} ${value} must lie between ${low} and ${high} ${unit}`,
      `for example --${option} ${low === 0 ? high / 2 : low}`,
    );
}

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
  checkRange('delay', options.delay, 0, 86_400, 'seconds');
  checkRange('half-spread', options['half-spread'], 0, 49, 'cents');
  checkRange('entry-window', options['entry-window'], 0, 1e5, 'minutes');
  checkRange('stale-after', options['stale-after'], 0, 1e4, 'hours');
  checkRange('min-order', options['min-order'], 0, 1e6, 'USD');
  checkRange('stake', options.stake, Math.max(options['min-order'], 0.01), 1e9, 'USD');
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
  checkRange('bankroll', options.bankroll, options.stake, 1e12, 'USD');
  checkRange('market-limit', options['market-limit'], options['min-order'], 1e12, 'USD');
  checkRange('participation', options.participation, 0.01, 100, 'per cent');
  return {
    bankrollUsd: options.bankroll,
    stakeUsd: options.stake,
    marketLimitUsd: options['market-limit'],
    participation: options.participation / 100,
  };
}

/** Thresholds of an analysis, rising. */
export const THRESHOLD_OPTIONS = {
  'from-threshold': { type: 'number', default: 0.5, describe: 'smallest threshold, 0..1', group: 'Thresholds' },
  'to-threshold': { type: 'number', default: 0.9, describe: 'largest threshold, 0..1', group: 'Thresholds' },
  step: { type: 'number', default: 0.05, describe: 'from one threshold to the next, 0..1', group: 'Thresholds' },
} as const;

export type ThresholdOptions = Readonly<Record<keyof typeof THRESHOLD_OPTIONS, number>>;

/**
 * The thresholds asked for, at most 201.
 * @throws InputError 'bad-option'
 */
export function thresholdsOf(options: ThresholdOptions): number[] {
  const { 'from-threshold': from, 'to-threshold': to, step } = options;
  checkRange('from-threshold', from, 0, 1, '');
  checkRange('to-threshold', to, from, 1, '');
  checkRange('step', step, 0.005, 1, '');
  const n = Math.floor((to - from) / step + 1e-9) + 1;
  return Array.from({ length: n }, (_, i) => Math.round((from + i * step) * 1e6) / 1e6);
}

/** The values of the options that `specs` names: those that decide a step's result. */
export function decisiveOptions(options: object, specs: object): Record<string, unknown> {
  const values = options as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.keys(specs).map((name) => [name, values[name]]));
}

/** @throws InputError 'bad-option' */
export function checkDraws(draws: number): void {
  if (!Number.isInteger(draws) || draws < 2 || draws > 1000)
    throw new InputError(
      'bad-option',
      `--draws ${draws} must be a whole number from 2 to 1000`,
      'for example --draws 20',
    );
}
