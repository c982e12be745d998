/** What is to be fetched: the words of the command line, and what they mean once their dates are resolved. */

import { z } from 'zod';
import { DAY_MS, isoTime, MINUTE_MS, SECOND_MS } from '../run/clock.ts';
import { envValue } from '../run/env.ts';
import { InputError } from '../run/errors.ts';
import { hashValue } from '../run/files.ts';
import { type OptionSpecs, type OptionValues, parseMoment } from '../run/options.ts';
import type { Window } from './source.ts';

const WHAT = 'What to fetch';
const WHERE = 'From where';

/** Rows may come late by so much; a window must have ended before. */
export const LATENESS_MS = 10 * MINUTE_MS;

/** Whose trades, and of when. */
export const FETCH_OPTIONS = {
  venue: {
    choices: ['polymarket', 'kalshi'] as const,
    default: 'polymarket' as 'polymarket' | 'kalshi',
    describe: 'whose trades and markets',
    group: WHAT,
  },
  since: {
    type: 'string',
    describe: 'first moment, UTC, as 2026-01-08 or 2026-01-08T12:00:00Z',
    defaultDescription: '24 hours before --until',
    group: WHAT,
  },
  until: {
    type: 'string',
    describe: 'first moment that is no longer wanted',
    defaultDescription: 'ten minutes ago: later rows may still be on their way',
    group: WHAT,
  },
} as const satisfies OptionSpecs;

export const ADDRESS_OPTIONS = {
  'gamma-url': {
    type: 'string',
    describe: 'address of Gamma',
    defaultDescription: 'GAMMA_URL or the public service',
    group: WHERE,
  },
  'data-url': {
    type: 'string',
    describe: 'address of the Data API',
    defaultDescription: 'DATA_URL or the public service',
    group: WHERE,
  },
  'subgraph-url': {
    type: 'string',
    describe: 'address of the order-book subgraph',
    defaultDescription: 'SUBGRAPH_URL or the public service',
    group: WHERE,
  },
  'kalshi-url': {
    type: 'string',
    describe: 'address of Kalshi',
    defaultDescription: 'KALSHI_URL or the public service',
    group: WHERE,
  },
} as const satisfies OptionSpecs;

export const FETCH_OWN_OPTIONS = {
  ...FETCH_OPTIONS,
  markets: {
    type: 'array',
    string: true,
    describe: 'these markets alone: condition ids (Polymarket) or tickers (Kalshi)',
    group: WHAT,
  },
  wallet: {
    type: 'array',
    string: true,
    describe: 'the trades of this wallet, or of these, alone (Polymarket)',
    excludes: ['markets'],
    group: WHAT,
  },
  ...ADDRESS_OPTIONS,
} as const satisfies OptionSpecs;

/** Addresses of the services; undefined is the public one. */
export interface FetchAddresses {
  readonly gamma: string | undefined;
  readonly dataApi: string | undefined;
  readonly subgraph: string | undefined;
  readonly kalshi: string | undefined;
}

/** What was asked for, without any date that the clock has given: a fetch that was stopped is found again by it. */
export const FETCH_WORDS = z.object({
  venue: z.enum(['polymarket', 'kalshi']),
  since: z.string().nullable(),
  until: z.string().nullable(),
  markets: z.array(z.string()).readonly(),
  wallets: z.array(z.string()).readonly(),
});
export type FetchWords = Readonly<z.infer<typeof FETCH_WORDS>>;

export interface FetchSettings {
  readonly words: FetchWords;
  readonly addresses: FetchAddresses;
}

const CONDITION_ID = /^0x([0-9a-f]{62}|[0-9a-f]{64})$/i;
const TICKER = /^[A-Z0-9][A-Z0-9._-]*$/;
const ADDRESS = /^0x[0-9a-f]{40}$/i;

/**
 * The settings of a command line.
 * @throws InputError 'bad-option'
 */
export function fetchSettings(options: OptionValues<typeof FETCH_OWN_OPTIONS>): FetchSettings {
  const { venue, since = null, until = null } = options;
  const words = (given: unknown): string[] => [...new Set(((given ?? []) as string[]).map(String))].sort();
  const markets = words(options.markets);
  const wallets = words(options.wallet).map((wallet) => wallet.toLowerCase());
  const pattern = venue === 'polymarket' ? CONDITION_ID : TICKER;
  const odd = markets.find((market) => !pattern.test(market));
  if (odd !== undefined)
    throw new InputError(
      'bad-option',
      `--markets ${odd} is no ${venue === 'polymarket' ? 'condition id' : 'ticker'}`,
      venue === 'polymarket' ? 'write 0x and 64 hexadecimal digits' : 'write it as in KXHIGHNY-26AUG13-B84.5',
    );
  if (wallets.length > 0 && venue === 'kalshi')
    throw new InputError('bad-option', '--wallet has no effect with Kalshi', 'Kalshi publishes no account id');
  const oddWallet = wallets.find((wallet) => !ADDRESS.test(wallet));
  if (oddWallet !== undefined)
    throw new InputError('bad-option', `--wallet ${oddWallet} is no address`, 'write 0x and 40 hexadecimal digits');
  return {
    words: { venue, since, until, markets, wallets },
    addresses: fetchAddresses(options),
  };
}

/** Addresses as options or the environment give them. */
export function fetchAddresses(options: Partial<OptionValues<typeof ADDRESS_OPTIONS>>): FetchAddresses {
  return {
    gamma: options['gamma-url'] ?? envValue('GAMMA_URL'),
    dataApi: options['data-url'] ?? envValue('DATA_URL'),
    subgraph: options['subgraph-url'] ?? envValue('SUBGRAPH_URL'),
    kalshi: options['kalshi-url'] ?? envValue('KALSHI_URL'),
  };
}

/**
 * The window that the words mean at `nowMs`, in whole seconds.
 * @throws InputError 'bad-option' when it is empty or rows of it may still come
 */
export function resolveWindow({ since, until }: FetchWords, nowMs: number): Window {
  const latestMs = Math.floor((nowMs - LATENESS_MS) / MINUTE_MS) * MINUTE_MS;
  const untilMs = until === null ? latestMs : parseMoment('until', until);
  const sinceMs = since === null ? untilMs - DAY_MS : parseMoment('since', since);
  if (untilMs > nowMs - LATENESS_MS)
    throw new InputError(
      'bad-option',
      `--until ${until} is later than ten minutes ago: rows may still be on their way`,
      `leave it out, or write --until ${isoTime(latestMs).slice(0, 19)}Z`,
    );
  const window = { sinceS: Math.floor(sinceMs / SECOND_MS), untilS: Math.floor(untilMs / SECOND_MS) };
  if (window.sinceS < window.untilS) return window;
  throw new InputError('bad-option', '--since is not before --until', 'give an earlier --since');
}

/** A short name for words, equal for equal words. */
export function nameOfWords(words: FetchWords): string {
  return hashValue(words).slice(0, 8);
}

/** `polymarket_20260108T000000Z_20260109T000000Z`, with a hash where markets or wallets were chosen. */
export function nameOfFetch(words: FetchWords, { sinceS, untilS }: Window): string {
  const text = (seconds: number): string =>
    `${isoTime(seconds * SECOND_MS)
      .slice(0, 19)
      .replaceAll(/[-:]/g, '')}Z`;
  const { venue, markets, wallets } = words;
  const scope = markets.length + wallets.length === 0 ? '' : `_${hashValue({ markets, wallets }).slice(0, 8)}`;
  return `${venue}_${text(sinceS)}_${text(untilS)}${scope}`;
}
