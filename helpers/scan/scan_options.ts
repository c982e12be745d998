/** The options of 23: which markets are worth watching, and from where they are read. */
import { ADDRESS_OPTIONS, fetchAddresses } from '../fetch/request.ts';
import { DAY_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import type { OptionSpecs, OptionValues } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';
import { SERVICE_OPTIONS } from '../step/run_service.ts';

const WHAT = 'What is worth watching';

export const SCAN_OPTIONS = {
  'days-min': {
    type: 'number',
    default: 1,
    describe: 'markets that close in so many days or more',
    range: { from: 0, to: 3660, unit: 'days' },
    group: WHAT,
  },
  'days-max': {
    type: 'number',
    default: 30,
    describe: 'and in at most so many',
    range: { from: 0, to: 3660, isOpen: true, unit: 'days' },
    group: WHAT,
  },
  'volume-min': {
    type: 'number',
    default: 50,
    describe: 'contracts traded so far',
    range: { from: 0, to: 1e12, unit: 'contracts' },
    group: WHAT,
  },
  'spread-max': {
    type: 'number',
    default: 0.1,
    describe: 'USD between the best bid and the best ask',
    range: { from: 0, to: 1, isOpen: true, unit: 'USD', hint: '5 cents are 0.05' },
    group: WHAT,
  },
  categories: {
    type: 'array',
    string: true,
    describe: 'these categories alone, as Kalshi spells them: Economics "Climate and Weather"',
    defaultDescription: 'all',
    group: WHAT,
  },
  context: {
    type: 'number',
    default: 20,
    describe: 'markets, the ones with the most trading first, whose last trades are read too; a request each',
    range: integerMin(0, 1000),
    group: WHAT,
  },
  'kalshi-url': ADDRESS_OPTIONS['kalshi-url'],
  ...SERVICE_OPTIONS,
} as const satisfies OptionSpecs;

export interface ScanSettings {
  /** How far away the close may be, ms. */
  readonly closesAfterMs: number;
  readonly closesBeforeMs: number;
  readonly volumeMin: number;
  readonly spreadMax: number;
  /** Empty for all. */
  readonly categories: readonly string[];
  readonly nContext: number;
  /** Undefined is the public service. */
  readonly baseUrl: string | undefined;
}

/** @throws InputError 'bad-option' for days that exclude each other */
export function scanSettings(options: OptionValues<typeof SCAN_OPTIONS>): ScanSettings {
  const { 'days-min': from, 'days-max': to } = options;
  if (from >= to)
    throw new InputError(
      'bad-option',
      `--days-min ${from} is not below --days-max ${to}`,
      'no market could be watched',
    );
  return {
    closesAfterMs: from * DAY_MS,
    closesBeforeMs: to * DAY_MS,
    volumeMin: options['volume-min'],
    spreadMax: options['spread-max'],
    categories: (options.categories ?? []).map(String),
    nContext: options.context,
    baseUrl: fetchAddresses(options).kalshi,
  };
}
