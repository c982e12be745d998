/** The options of 26, and what they mean. */
import { join } from 'node:path';
import { ADDRESS_OPTIONS, fetchAddresses } from '../fetch/request.ts';
import { HOUR_MS, MINUTE_MS } from '../run/clock.ts';
import { envValue } from '../run/env.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import type { OptionSpecs, OptionValues } from '../run/options.ts';
import { OPEN_SHARE } from '../run/ranges.ts';
import { STATUS_OPTIONS } from '../status/server.ts';
import { parseInterval } from '../step/run_service.ts';
import type { Mode } from '../trade/execution/executor.ts';
import { EXCHANGES, FEEDS } from '../trade/execution/gates.ts';
import { MICROS_PER_USD } from '../trade/money.ts';
import { RISK_LIMITS, type RiskLimits } from '../trade/risk/limits.ts';
import { SIZING_RULES } from '../trade/sizing/size_bet.ts';
import type { TraderRules } from './trader_parts.ts';

const USD = { from: 0, to: 1e6, isOpen: true, unit: 'USD' } as const;
const usdOf = (micros: number): number => micros / MICROS_PER_USD;

export const TRADE_OPTIONS = {
  ...inGroup('With what money', {
    mode: option.choice(
      ['paper', 'demo', 'live'],
      'paper',
      'paper sends nothing; demo is the exchange without money; live needs LIVE_TRADING=true and --i-understand',
    ),
    'i-understand': {
      type: 'string',
      describe: "id of the key of the account whose money may be lost (KALSHI_KEY_ID's), word for word",
      onlyWith: { mode: 'live' },
    },
    bankroll: option.number(50, 'stakes are shares of so many USD; paper begins with it', USD),
    reinvest: option.flag('stakes are shares of the equity of the moment instead'),
    deposit: {
      type: 'number',
      describe: 'USD brought in since the last run (below 0: taken out): books a difference in cash of exactly that',
      range: { from: -1e6, to: 1e6, unit: 'USD' },
    },
  }),
  ...inGroup('What is bought', {
    'min-edge': option.number(SIZING_RULES.edgeMin, 'expected gain of a contract after fees, USD', OPEN_SHARE),
    'forecast-age': option.number(24, 'a forecast that is older is not used', {
      from: 0,
      to: 8784,
      isOpen: true,
      unit: 'hours',
    }),
    'max-position': option.number(usdOf(RISK_LIMITS.perPositionMicros), 'USD that an event may lose', USD),
    'max-category': option.number(usdOf(RISK_LIMITS.perCategoryMicros), 'USD that a category may lose', USD),
    'max-total': option.number(usdOf(RISK_LIMITS.totalMicros), 'USD that everything may lose at once', USD),
    'max-day': option.number(usdOf(RISK_LIMITS.perDayMicros), 'USD that a UTC day may lose', USD),
  }),
  ...inGroup('How often', {
    every: option.text('10s', 'a round so often: 5s, 1m'),
    once: option.flag('one round, and end'),
  }),
  ...inGroup('Commands to a trader that runs', {
    halt: {
      type: 'string',
      describe: 'stop it, for this reason, until --resume command',
      excludes: ['resume', 'replay'],
    },
    resume: {
      type: 'string',
      describe: 'take this stop away: command, drawdown, reconciliation, …; or pauses',
      excludes: ['replay'],
    },
  }),
  ...inGroup('From where', {
    replay: {
      type: 'string',
      describe: 'trade on paper on a recording of 21 (a folder as data/live/frames/kalshi), from nothing, and end',
      excludes: ['once'],
    },
    'feed-url': {
      type: 'string',
      describe: "address of Kalshi's WebSocket",
      defaultDescription: 'KALSHI_FEED_URL or the public service',
    },
    'kalshi-url': ADDRESS_OPTIONS['kalshi-url'],
    'trading-url': {
      type: 'string',
      describe: 'address that orders go to; another than the exchange of --mode is refused',
      defaultDescription: 'KALSHI_TRADING_URL or the exchange of --mode',
    },
  }),
  ...STATUS_OPTIONS,
} as const satisfies OptionSpecs;

export interface TraderSettings {
  readonly mode: Mode;
  readonly understood: string | undefined;
  readonly rules: TraderRules;
  readonly limits: RiskLimits;
  readonly forecastAgeMs: number;
  readonly everyMs: number;
  readonly isOnce: boolean;
  readonly replay: string | undefined;
  /** Money brought in at the venue since the last run; null for none. */
  readonly depositMicros: number | null;
  readonly command: { readonly halt: string | undefined; readonly resume: string | undefined };
  readonly feedUrl: string;
  readonly kalshiUrl: string | undefined;
  readonly tradingUrl: string | undefined;
}

/** Where a trader keeps what it knows. */
export function traderFolder(dataDir: string, mode: Mode): string {
  return join(dataDir, 'live', 'trader', mode);
}

/** Where its messages wait and are kept. */
export function messageFolder(folder: string): string {
  return join(folder, 'messages');
}

/** The settings of a command line. @throws InputError 'bad-option' */
export function traderSettings(options: OptionValues<typeof TRADE_OPTIONS>): TraderSettings {
  const { mode, bankroll, reinvest } = options;
  const microsOf = (usd: number): number => Math.round(usd * MICROS_PER_USD);
  const bankrollMicros = microsOf(bankroll);
  return {
    mode,
    understood: options['i-understand'],
    rules: {
      // What 24 says has been blended with the price already.
      sizing: { ...SIZING_RULES, marketWeight: 0, edgeMin: options['min-edge'] },
      bankrollMicros,
      isReinvested: reinvest,
      reconcileMs: MINUTE_MS,
    },
    limits: {
      ...RISK_LIMITS,
      perPositionMicros: microsOf(options['max-position']),
      perCategoryMicros: microsOf(options['max-category']),
      totalMicros: microsOf(options['max-total']),
      perDayMicros: microsOf(options['max-day']),
    },
    forecastAgeMs: options['forecast-age'] * HOUR_MS,
    everyMs: parseInterval(options.every),
    isOnce: options.once,
    replay: options.replay,
    depositMicros: options.deposit === undefined ? null : microsOf(options.deposit),
    command: { halt: options.halt, resume: options.resume },
    feedUrl: options['feed-url'] ?? envValue('KALSHI_FEED_URL') ?? FEEDS[mode === 'demo' ? 'demo' : 'live'],
    kalshiUrl: fetchAddresses(options).kalshi,
    tradingUrl:
      options['trading-url'] ?? envValue('KALSHI_TRADING_URL') ?? (mode === 'paper' ? undefined : EXCHANGES[mode]),
  };
}
