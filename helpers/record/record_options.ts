/** What is to be recorded, of which markets, for how long, and from where. */
import { readFileSync } from 'node:fs';
import { FETCH_OPTIONS, FETCH_OWN_OPTIONS, fetchSettings } from '../fetch/request.ts';
import { envValue } from '../run/env.ts';
import { InputError } from '../run/errors.ts';
import { withSystemErrors } from '../run/files.ts';
import type { OptionSpecs, OptionValues } from '../run/options.ts';
import { type KalshiKey, kalshiKey } from '../venues/kalshi/api/signing.ts';

const WHAT = 'What to record';
const WHERE = 'From where';
const GIB = 2 ** 30;
/** Polymarket's are looked up one by one. */
const MARKETS_MAX = 1000;

export const RECORD_OPTIONS = {
  venue: { ...FETCH_OPTIONS.venue, describe: 'whose trades and order books', group: WHAT },
  markets: {
    ...FETCH_OWN_OPTIONS.markets,
    describe: 'of these markets: condition ids (Polymarket) or tickers (Kalshi)',
    group: WHAT,
  },
  hours: {
    type: 'number',
    describe: 'record so many hours',
    defaultDescription: 'until it is stopped',
    range: { from: 0, to: 8784, isOpen: true, unit: 'hours', hint: 'a minute is 0.017' },
    group: WHAT,
  },
  'max-gib': {
    type: 'number',
    default: 50,
    describe: 'end when the files of the venue take so much disk, GiB',
    range: { from: 0, to: 1e6, isOpen: true, unit: 'GiB' },
    group: WHAT,
  },
  'feed-url': {
    type: 'string',
    describe: "address of the venue's WebSocket",
    defaultDescription: 'POLYMARKET_FEED_URL, KALSHI_FEED_URL or the public service',
    group: WHERE,
  },
  'clob-url': {
    type: 'string',
    describe: "address of Polymarket's order books",
    defaultDescription: 'POLYMARKET_CLOB_URL or the public service',
    group: WHERE,
  },
} as const satisfies OptionSpecs;

export interface RecordSettings {
  readonly venue: 'polymarket' | 'kalshi';
  readonly markets: readonly string[];
  /** Null for until it is stopped. */
  readonly hours: number | null;
  readonly bytesMax: number;
  /** Undefined is the public service. */
  readonly feedUrl: string | undefined;
  readonly clobUrl: string | undefined;
}

/** The settings of a command line. @throws InputError 'bad-option' */
export function recordSettings(options: OptionValues<typeof RECORD_OPTIONS>): RecordSettings {
  const { venue, hours = null } = options;
  const { markets } = fetchSettings({ venue, markets: options.markets } as Parameters<typeof fetchSettings>[0]).words;
  if (markets.length === 0 || markets.length > MARKETS_MAX)
    throw new InputError(
      'bad-option',
      `--markets names ${markets.length} markets: it must name 1 to ${MARKETS_MAX}`,
      'for example --venue kalshi --markets KXHIGHNY-26AUG13-B84.5',
    );
  return {
    venue,
    markets,
    hours,
    bytesMax: options['max-gib'] * GIB,
    feedUrl: options['feed-url'] ?? envValue(`${venue.toUpperCase()}_FEED_URL`),
    clobUrl: options['clob-url'] ?? envValue('POLYMARKET_CLOB_URL'),
  };
}

/** Kalshi's key as the environment names it; it is in no settings and in no file. @throws InputError 'missing-input' */
export function kalshiKeyOfEnv(): KalshiKey {
  const [id, path] = [envValue('KALSHI_KEY_ID'), envValue('KALSHI_PRIVATE_KEY_PATH')];
  if (id === undefined || path === undefined)
    throw new InputError(
      'missing-input',
      `Kalshi's feed needs a key, and ${id === undefined ? 'KALSHI_KEY_ID' : 'KALSHI_PRIVATE_KEY_PATH'} is not set`,
      'make an API key in your Kalshi account; set KALSHI_KEY_ID to its id and KALSHI_PRIVATE_KEY_PATH to its PEM file',
    );
  return kalshiKey(
    id,
    withSystemErrors(path, () => readFileSync(path, 'utf8')),
  );
}
