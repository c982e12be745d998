/** Options of 17, 18 and 19, and what they mean. */
import { join } from 'node:path';
import { ALERT_LIMITS, type AlertLimits } from '../alerts/limits.ts';
import { ADDRESS_OPTIONS, FETCH_OPTIONS, fetchAddresses } from '../fetch/request.ts';
import { HOUR_MS, SECOND_MS } from '../run/clock.ts';
import { envValue } from '../run/env.ts';
import type { OptionSpecs, OptionValues } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';
import { parseInterval } from '../step/run_service.ts';
import type { AnalyzeSettings } from './analyze.ts';
import type { IngestSettings } from './ingest.ts';
import { BUS_OPTIONS, busUrl, STATE_OPTIONS, stateUrl, streamFolder } from './service.ts';
import { ALERT_SETTINGS } from './trade_alerts.ts';

const WHAT = 'What to ingest';
const WHERE = 'From where';
const HOW = 'What is worth an alert';
const LIMITS = 'How many alerts';

export const INGEST_OPTIONS = {
  venue: {
    ...FETCH_OPTIONS.venue,
    default: 'kalshi' as 'polymarket' | 'kalshi',
    describe: 'whose trades',
    group: WHAT,
  },
  poll: { type: 'string', default: '2s', describe: 'ask Polymarket so often: 2s, 1m', group: WHAT },
  flow: { type: 'boolean', default: false, describe: 'give the log to 20_flow_monitor, too', group: WHAT },
  'feed-url': {
    type: 'string',
    describe: "address of the venue's WebSocket",
    defaultDescription: 'POLYMARKET_FEED_URL, KALSHI_FEED_URL or the public service',
    group: WHERE,
  },
  'data-url': ADDRESS_OPTIONS['data-url'],
  'gamma-url': ADDRESS_OPTIONS['gamma-url'],
  'kalshi-url': ADDRESS_OPTIONS['kalshi-url'],
  ...BUS_OPTIONS,
} as const satisfies OptionSpecs;

/** The settings of a command line. @throws InputError 'bad-option' */
export function ingestSettings(options: OptionValues<typeof INGEST_OPTIONS>): IngestSettings {
  const { venue } = options;
  return {
    venue,
    busUrl: busUrl(options['data-dir'], options['bus-url']),
    addresses: fetchAddresses(options),
    feedUrl: options['feed-url'] ?? envValue(`${venue.toUpperCase()}_FEED_URL`),
    pollMs: parseInterval(options.poll),
    hasFlow: options.flow,
  };
}

export const ANALYZE_OPTIONS = {
  lateness: {
    type: 'number',
    default: 10,
    describe: 'a trade waits so many milliseconds for earlier ones that come after it',
    range: { from: 0, to: 60_000, unit: 'ms' },
    group: HOW,
  },
  bar: {
    type: 'number',
    default: ALERT_SETTINGS.bar,
    describe: 'anomaly score from which a trade is looked at',
    range: { from: 0, to: 1 },
    group: HOW,
  },
  'false-alerts': {
    type: 'number',
    default: ALERT_SETTINGS.falseAlertsPerDay,
    describe: 'false alerts a day that p-values may let through',
    range: { from: 0, to: 1e6, isOpen: true },
    group: HOW,
  },
  'min-usd': {
    type: 'number',
    default: ALERT_SETTINGS.usdMin,
    describe: 'USD paid below which a trade is nobody’s alert',
    range: { from: 0, to: 1e9 },
    group: HOW,
  },
  'max-age-hours': {
    type: 'number',
    default: ALERT_SETTINGS.ageMs / HOUR_MS,
    describe: 'a trade that becomes known so many hours later is old news',
    range: { from: 0, to: 1e6, isOpen: true, unit: 'hours' },
    group: HOW,
  },
  ...BUS_OPTIONS,
  ...STATE_OPTIONS,
} as const satisfies OptionSpecs;

/** Ids that are remembered against duplicates: 16 to 32 million, up to 0.5 GiB. */
const N_IDS = 16_000_000;

export function analyzeSettings(options: OptionValues<typeof ANALYZE_OPTIONS>): AnalyzeSettings {
  const dataDir = options['data-dir'];
  return {
    busUrl: busUrl(dataDir, options['bus-url']),
    stateUrl: stateUrl(dataDir, options['state-url']),
    latenessMs: options.lateness,
    nIds: N_IDS,
    alerts: {
      bar: options.bar,
      falseAlertsPerDay: options['false-alerts'],
      usdMin: options['min-usd'],
      ageMs: options['max-age-hours'] * HOUR_MS,
    },
  };
}

export const SEND_OPTIONS = {
  'alerts-per-day': {
    type: 'number',
    default: ALERT_LIMITS.nPerDay,
    describe: 'alerts that a sink gets a UTC day',
    range: integerMin(1, 1_000_000),
    group: LIMITS,
  },
  'market-pause': {
    type: 'number',
    default: ALERT_LIMITS.marketPauseMs / SECOND_MS,
    describe: 'seconds between two alerts about one market',
    range: { from: 0, to: 86_400, unit: 'seconds' },
    group: LIMITS,
  },
  'test-alerts': {
    type: 'boolean',
    default: false,
    describe: 'send one message that says it is a test to each sink, and end',
    group: LIMITS,
  },
  ...BUS_OPTIONS,
} as const satisfies OptionSpecs;

export function sendSettings(options: OptionValues<typeof SEND_OPTIONS>) {
  const dataDir = options['data-dir'];
  const limits: AlertLimits = {
    ...ALERT_LIMITS,
    nPerDay: options['alerts-per-day'],
    marketPauseMs: options['market-pause'] * SECOND_MS,
  };
  return {
    folder: join(streamFolder(dataDir), 'alerts'),
    busUrl: busUrl(dataDir, options['bus-url']),
    isTest: options['test-alerts'],
    limits,
  };
}
