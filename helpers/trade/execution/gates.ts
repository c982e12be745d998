/**
 * What must hold before an order may leave this machine. Trading with real money has two switches, which are asked for one after the other,
 * and only the exchange's own address is let pass: nobody sends such an order by accident.
 */
import { envValue } from '../../run/env.ts';
import { assert, InputError } from '../../run/errors.ts';
import type { Mode } from './executor.ts';

/** Addresses of the two exchanges, and the only ones that each mode may use. */
export const EXCHANGES = {
  demo: 'https://external-api.demo.kalshi.co/trade-api/v2',
  live: 'https://external-api.kalshi.com/trade-api/v2',
} as const satisfies Record<Exclude<Mode, 'paper'>, string>;

/** Where the prices of each exchange are told as they change. */
export const FEEDS = {
  demo: 'wss://external-api-ws.demo.kalshi.co/trade-api/ws/v2',
  live: 'wss://external-api-ws.kalshi.com/trade-api/ws/v2',
} as const satisfies Record<Exclude<Mode, 'paper'>, string>;

/** The first switch, in the environment. */
const LIVE_SWITCH = 'LIVE_TRADING';

/** A double on this machine, which stands for the demo exchange in tests and demonstrations. */
const DOUBLE = /^http:\/\/127\.0\.0\.1:\d{1,5}\/trade-api\/v2$/;

export interface TradingRequest {
  readonly mode: Exclude<Mode, 'paper'>;
  readonly baseUrl: string;
  /** Id of the key that would sign: what the account is known by here. */
  readonly accountId: string;
  /** The second switch: the account's id, word for word. */
  readonly understood: string | undefined;
  /** Where prices come from; what was recorded is no reason for an order. */
  readonly source: 'live' | 'replay';
}

const permits = new WeakSet<Permit>();

/** Says that an order may be sent; only `permitTrading` makes one that counts. */
export interface Permit {
  readonly mode: Exclude<Mode, 'paper'>;
  readonly baseUrl: string;
}

function refuse(what: string, hint: string): never {
  throw new InputError('bad-option', what, hint);
}

/**
 * A permit to send orders.
 * @param env value of a variable of the environment
 * @throws InputError 'bad-option' naming the first thing that is not as it must be; nothing is sent then
 */
export function permitTrading(
  { mode, baseUrl, accountId, understood, source }: TradingRequest,
  env: (name: string) => string | undefined = envValue,
): Permit {
  const isDouble = mode === 'demo' && DOUBLE.test(baseUrl);
  if (baseUrl !== EXCHANGES[mode] && !isDouble)
    refuse(`--mode ${mode} does not send orders to ${baseUrl}`, `its only address is ${EXCHANGES[mode]}`);
  if (accountId === '') refuse(`--mode ${mode} needs a key`, 'set KALSHI_KEY_ID and KALSHI_PRIVATE_KEY_PATH');
  if (source === 'replay' && !isDouble)
    refuse(`--mode ${mode} does not trade on recorded data`, 'use --mode paper for replays');
  if (mode === 'live') {
    if (env(LIVE_SWITCH) !== 'true')
      refuse('--mode live needs two switches, and the first is off', `set ${LIVE_SWITCH}=true in the environment`);
    if (understood !== accountId)
      refuse(
        '--mode live needs two switches, and the second is off or names another account',
        "give --i-understand with the id of the account's key, word for word",
      );
  }
  const permit: Permit = Object.freeze({ mode, baseUrl });
  permits.add(permit);
  return permit;
}

/** @throws Error for a permit that `permitTrading` has not made: a fault of this program */
export function assertPermit(permit: Permit): void {
  assert(permits.has(permit), 'orders without a permit');
}

/** Why no order may be sent on these prices, or null. @param heardMs when the market was last heard of; null for never */
export function whyStale(heardMs: number | null, nowMs: number, maxAgeMs: number): string | null {
  if (heardMs === null) return 'nothing has been heard of the market yet';
  const ageMs = nowMs - heardMs;
  return ageMs <= maxAgeMs ? null : `the last word of the market is ${Math.round(ageMs / 1000)} s old`;
}
