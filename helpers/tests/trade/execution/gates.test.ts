import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EXCHANGES, type Permit, permitTrading, type TradingRequest } from '../../../trade/execution/gates.ts';
import { createKalshiExecutor } from '../../../trade/execution/kalshi_executor.ts';
import { kalshiKey } from '../../../venues/kalshi/api/signing.ts';
import { refusal } from '../../refusal.ts';
import { intentOf } from './intents.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY = kalshiKey('account-1', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const ON = { LIVE_TRADING: 'true' };
const LIVE: TradingRequest = {
  mode: 'live',
  baseUrl: EXCHANGES.live,
  accountId: 'account-1',
  understood: 'account-1',
  source: 'live',
};
const DEMO: TradingRequest = { ...LIVE, mode: 'demo', baseUrl: EXCHANGES.demo, understood: undefined };

function asked(request: TradingRequest, env: Record<string, string>): string {
  return refusal(() => permitTrading(request, (name) => env[name]));
}

const WAYS: [string, Partial<TradingRequest>, Record<string, string>, RegExp][] = [
  ['neither switch', { understood: undefined }, {}, /first is off/],
  ['the first switch alone', { understood: undefined }, ON, /second is off/],
  ['the second switch alone', {}, {}, /first is off/],
  ['the first switch spelt 1', {}, { LIVE_TRADING: '1' }, /first is off/],
  ['the first switch spelt TRUE', {}, { LIVE_TRADING: 'TRUE' }, /first is off/],
  ['the first switch spelt yes', {}, { LIVE_TRADING: 'yes' }, /first is off/],
  ['the first switch with a space', {}, { LIVE_TRADING: 'true ' }, /first is off/],
  ['the id of another account', { understood: 'account-2' }, ON, /names another account/],
  ['an empty id', { understood: '' }, ON, /second is off/],
  ['the word yes for the id', { understood: 'yes' }, ON, /second is off/],
  ['no key', { accountId: '', understood: '' }, ON, /needs a key/],
  ['the demo exchange', { baseUrl: EXCHANGES.demo }, ON, /does not send orders to/],
  ['a double on this machine', { baseUrl: 'http://127.0.0.1:8080/trade-api/v2' }, ON, /does not send orders to/],
  ['an address that begins alike', { baseUrl: `${EXCHANGES.live}.example.com` }, ON, /does not send orders to/],
  ['a host that ends alike', { baseUrl: 'https://x-external-api.kalshi.com/trade-api/v2' }, ON, /does not send/],
  ['a host behind a name', { baseUrl: 'https://external-api.kalshi.com@x.example/trade-api/v2' }, ON, /does not send/],
  ['no encryption', { baseUrl: EXCHANGES.live.replace('https', 'http') }, ON, /does not send orders to/],
  ['another port', { baseUrl: 'https://external-api.kalshi.com:444/trade-api/v2' }, ON, /does not send orders to/],
  ['the old host', { baseUrl: 'https://api.elections.kalshi.com/trade-api/v2' }, ON, /does not send orders to/],
  ['recorded data', { source: 'replay' }, ON, /does not trade on recorded data/],
];

describe('orders with real money', () => {
  it.each(WAYS)('are not sent with %s', (_, change, env, why) => {
    expect(asked({ ...LIVE, ...change }, env)).toMatch(why);
  });

  it('are permitted with both switches, the account, the address and live data', () => {
    expect(asked(LIVE, ON)).toBe('accepted');
  });

  it('are not sent with a permit that somebody has made by hand, or copied', () => {
    const permit = permitTrading(LIVE, (name) => ON[name as keyof typeof ON]);
    const options = { key: KEY, heardMs: () => 0, nowMs: () => 0, staleMs: 1000 };
    for (const forged of [{ mode: 'live', baseUrl: EXCHANGES.live }, { ...permit }] as Permit[])
      expect(() => createKalshiExecutor(forged, options)).toThrow('orders without a permit');
    expect(() => Object.assign(permit, { baseUrl: 'https://x.example' })).toThrow();
  });

  it.each([
    ['nothing was heard of the market', null],
    ['what was heard is old', 1_000],
  ])('are refused without being sent when %s', async (_, heardMs) => {
    const permit = permitTrading(DEMO, () => undefined);
    let nSent = 0;
    const ports = {
      nowMs: () => 100_000,
      sleep: async () => undefined,
      random: { uniform: () => 0.5 } as never,
      fetch: (async () => {
        nSent++;
        return new Response('{}');
      }) as typeof fetch,
    };
    const executor = createKalshiExecutor(permit, {
      key: KEY,
      heardMs: () => heardMs,
      nowMs: ports.nowMs,
      staleMs: 5_000,
      ports,
    });
    const refused = { kind: 'refused', why: expect.stringMatching(/^stale data/) };
    expect(await executor.place(intentOf({}))).toMatchObject(refused);
    expect(await executor.amend('order-1', intentOf({}), 500_000, 100)).toMatchObject(refused);
    expect(nSent).toBe(0);
  });
});

describe('orders to the demo exchange', () => {
  it.each([
    ['with the live address', { baseUrl: EXCHANGES.live }],
    ['on recorded data', { source: 'replay' as const }],
    ['without a key', { accountId: '' }],
    ['to another machine', { baseUrl: 'http://192.168.0.1:80/trade-api/v2' }],
  ])('are not sent %s', (_, change) => {
    expect(asked({ ...DEMO, ...change }, ON)).toMatch(/^bad-option/);
  });

  it('are permitted at its own address and at a double on this machine', () => {
    expect(asked(DEMO, {})).toBe('accepted');
    expect(asked({ ...DEMO, baseUrl: 'http://127.0.0.1:1/trade-api/v2', source: 'replay' }, {})).toBe('accepted');
  });
});
