/** The options of the market simulator, their defaults and their checks. */
import { InputError } from '../run/errors.ts';
import { checkRange, integerMin, SHARE } from '../run/ranges.ts';
import { MODEL } from './model.ts';

/** Whom the market consists of: wallets with the published marginals of active traders, or these and all who come by once. */
export const POPULATIONS = ['active', 'whole'] as const;
export type PopulationKind = (typeof POPULATIONS)[number];

export interface SimulateOptions {
  /** Rows of `orderFilled` to write: N resting orders matched at once give N+1 rows. */
  readonly nTrades: number;
  readonly nWallets: number;
  readonly nMarkets: number;
  readonly nDays: number;
  readonly population: PopulationKind;
  /** How close insiders look to casual wallets: 0 (easy) to 1 (hard). */
  readonly difficulty: number;
  /** Share of wallets that are planted insiders; 0 makes a market without informed flow. */
  readonly insiderShare: number;
  readonly seed: number;
  readonly format: 'csv' | 'parquet';
  /** The first timestamp after the simulated period, `YYYY-MM-DD`, UTC. */
  readonly endDate: string;
}

/** What a caller may leave out or give by name. */
export type SimulateRequest = Partial<Omit<SimulateOptions, 'difficulty'>> & { readonly difficulty?: number | string };

/** Before 2026-04-28, when the venue left the contracts whose rows the v1 layout describes. */
const DEFAULT_END_DATE = '2026-03-01';
const DEFAULT_N_TRADES = 200_000;
const FILLS_PER_WALLET_DEFAULT = 100;
/** In the whole market wallets come the seldomer anew the longer it lasts: 8,000 make 200,000 fills, a million 120 M. */
const WHOLE_WALLETS = { atTrades: 200_000, nWallets: 8000, exponent: 0.75 };
const FILLS_PER_MARKET_DEFAULT = 500;

const INSIDER_SHARE_MAX = 0.5;

const DIFFICULTIES: Readonly<Record<string, number>> = { easy: 0, medium: 0.5, hard: 1 };

/** Option, range and example of every whole number. */
const LIMITS = {
  nTrades: ['trades', integerMin(2, 4e9), DEFAULT_N_TRADES],
  nWallets: ['wallets', integerMin(30, 8_000_000), 2000],
  nMarkets: ['markets', integerMin(10, 2_000_000), 400],
  nDays: ['days', integerMin(1, 3650), 60],
  seed: ['seed', integerMin(0), 1],
} as const;

function defaultWallets(nTrades: number, population: PopulationKind): number {
  const { atTrades, nWallets, exponent } = WHOLE_WALLETS;
  const n = population === 'active' ? nTrades / FILLS_PER_WALLET_DEFAULT : nWallets * (nTrades / atTrades) ** exponent;
  return Math.max(300, Math.round(n));
}

/**
 * Complete and checked options. Wallets and markets follow the number of fills (an active wallet a hundred fills, a market
 * five hundred) unless given.
 *
 * @throws InputError `bad-option`, naming the option
 */
export function resolveSimulateOptions(request: SimulateRequest): SimulateOptions {
  const nTrades = checkInteger('nTrades', request.nTrades ?? DEFAULT_N_TRADES);
  const population = request.population ?? 'whole';
  if (!POPULATIONS.includes(population)) {
    const hint = 'use --population whole or --population active';
    throw new InputError('bad-option', `--population is "${String(population)}"`, hint);
  }
  const nMarketsDefault = Math.max(60, Math.round(nTrades / FILLS_PER_MARKET_DEFAULT));
  if (request.nMarkets !== undefined && request.nMarkets > nTrades)
    throw new InputError(
      'bad-option',
      `--markets ${request.nMarkets} are more than the ${nTrades} fills of --trades`,
      'give fewer markets or more fills, or leave --markets out',
    );
  const format = request.format ?? 'csv';
  if (format !== 'csv' && format !== 'parquet') {
    throw new InputError('bad-option', `--format is "${String(format)}"`, 'use --format csv or --format parquet');
  }
  const endDate = request.endDate ?? DEFAULT_END_DATE;
  if (!/^20[1-8]\d-\d\d-\d\d$/.test(endDate) || Number.isNaN(Date.parse(endDate))) {
    throw new InputError('bad-option', `--end-date is "${endDate}"`, 'use a day from 2010 to 2089, as in 2026-03-01');
  }
  return {
    nTrades,
    nWallets: checkInteger('nWallets', request.nWallets ?? defaultWallets(nTrades, population)),
    nMarkets: checkInteger('nMarkets', request.nMarkets ?? nMarketsDefault),
    nDays: checkInteger('nDays', request.nDays ?? 60),
    population,
    difficulty: resolveDifficulty(request.difficulty ?? 'medium'),
    insiderShare: checkInsiderShare(request.insiderShare ?? MODEL.typeShares.insider),
    seed: checkInteger('seed', request.seed ?? 1),
    format,
    endDate,
  };
}

/** The simulated period [startS, endS) in unix seconds. */
export function simulatedPeriod(options: SimulateOptions): { startS: number; endS: number } {
  const endS = Math.floor(Date.parse(options.endDate) / 1000);
  return { startS: endS - options.nDays * 86_400, endS };
}

function checkInteger(key: keyof typeof LIMITS, value: number): number {
  const [option, range, example] = LIMITS[key];
  checkRange(option, value, range, example);
  return value;
}

function checkInsiderShare(value: number): number {
  checkRange('insiders', value, { ...SHARE, to: INSIDER_SHARE_MAX }, MODEL.typeShares.insider);
  return value;
}

/**
 * How close insiders look to casuals, 0..1, by name or as a number.
 * @throws InputError 'bad-option' naming the option
 */
export function resolveDifficulty(value: number | string, option = 'difficulty'): number {
  const number = typeof value === 'string' && value in DIFFICULTIES ? DIFFICULTIES[value] : Number(value);
  if (number >= 0 && number <= 1 && value !== '') return number;
  throw new InputError(
    'bad-option',
    `--${option} "${value}": it must be easy, medium, hard or a number from 0 to 1`,
    `for example --${option} medium`,
  );
}
