/** What the live scripts have in common: of which time, how far back, from where. */
import { ADDRESS_OPTIONS, FETCH_OPTIONS, type FetchAddresses, fetchAddresses, LATENESS_MS } from '../fetch/request.ts';
import { type HttpPorts, realPorts } from '../http/ports.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { type OptionSpecs, type OptionValues, parseMoment } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';

const WHAT = 'What to look at';

export const LIVE_OPTIONS = {
  venue: { ...FETCH_OPTIONS.venue, group: WHAT },
  hours: {
    type: 'number',
    default: 24,
    describe: 'look at so many hours, and at the rest of the UTC day that they begin in',
    range: { from: 1, to: 168, unit: 'hours' },
    group: WHAT,
  },
  since: {
    type: 'string',
    describe: 'look at what happened from this moment on, UTC, as 2026-01-08',
    defaultDescription: '--hours before the end',
    excludes: ['hours'],
    group: WHAT,
  },
  until: {
    type: 'string',
    describe:
      'end of the time that is looked at, for days that are over, UTC, as 2026-01-09; this moment itself is left out',
    defaultDescription: 'ten minutes ago: later trades may still be on their way',
    group: WHAT,
  },
  lookback: {
    type: 'number',
    default: 30,
    describe: 'days before that for which the trades of wallets with large bets are fetched; 0 for none',
    range: integerMin(0, 365),
    group: WHAT,
  },
  'history-wallets': {
    type: 'number',
    default: 500,
    describe: 'wallets, those with the largest bets first, whose earlier trades are fetched; about two requests each',
    range: integerMin(0, 20_000),
    group: WHAT,
  },
  'keep-days': {
    type: 'number',
    default: 8,
    describe: 'days after which fetched trades and dated outputs are removed',
    range: integerMin(2, 365),
    group: WHAT,
  },
  ...ADDRESS_OPTIONS,
} as const satisfies OptionSpecs;

/** The options of 22: of which decisions, by when. */
export const SCORE_OPTIONS = {
  days: {
    type: 'number',
    default: 30,
    describe: 'follow the decisions of the last so many days',
    range: integerMin(1, 90),
    group: WHAT,
  },
  until: LIVE_OPTIONS.until,
  ...ADDRESS_OPTIONS,
} as const satisfies OptionSpecs;

export interface LiveSettings {
  readonly venue: 'polymarket' | 'kalshi';
  /** Begin of what is looked at, or how long before the end it lies. */
  readonly span: { readonly sinceMs: number } | { readonly hours: number };
  /** End of what is looked at; null for as late as can be. */
  readonly untilMs: number | null;
  readonly lookbackDays: number;
  readonly nHistoryWallets: number;
  readonly keepDays: number;
  readonly addresses: FetchAddresses;
}

/** The settings of a command line. @throws InputError 'bad-option' */
export function liveSettings(options: Partial<OptionValues<typeof LIVE_OPTIONS>>): LiveSettings {
  const { venue = 'polymarket', hours = 24, since, until, lookback = 0 } = options;
  const untilMs = until === undefined ? null : wholeMinute(parseMoment('until', until));
  const sinceMs = since === undefined ? null : wholeMinute(parseMoment('since', since));
  if (sinceMs !== null && sinceMs >= (untilMs ?? Number.POSITIVE_INFINITY))
    throw new InputError('bad-option', '--since is not before --until', 'give an earlier --since');
  return {
    venue,
    span: sinceMs === null ? { hours } : { sinceMs },
    untilMs,
    lookbackDays: lookback,
    nHistoryWallets: options['history-wallets'] ?? 0,
    keepDays: options['keep-days'] ?? 8,
    addresses: fetchAddresses(options),
  };
}

function wholeMinute(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}

/** The real world, but for the clock where a day that is over is looked at: it starts ten minutes after `untilMs`. */
export function livePorts({ untilMs }: LiveSettings): HttpPorts {
  const ports = realPorts();
  if (untilMs === null) return ports;
  const startedMs = ports.nowMs();
  return { ...ports, nowMs: () => untilMs + LATENESS_MS + ports.nowMs() - startedMs };
}

export interface LiveWindow {
  readonly sinceMs: number;
  /** Exclusive. */
  readonly untilMs: number;
}

/** What is looked at when it is `nowMs`. @throws InputError 'bad-option' when that is nothing */
export function liveWindow({ span }: LiveSettings, nowMs: number): LiveWindow {
  const untilMs = wholeMinute(nowMs - LATENESS_MS);
  const sinceMs = 'sinceMs' in span ? span.sinceMs : Math.floor((untilMs - span.hours * HOUR_MS) / DAY_MS) * DAY_MS;
  if (sinceMs < untilMs) return { sinceMs, untilMs };
  throw new InputError('bad-option', '--since lies less than ten minutes back', 'give an earlier --since');
}
