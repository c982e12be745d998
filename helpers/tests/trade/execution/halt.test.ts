import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KalshiExchange } from '../../../doubles/kalshi_exchange/exchange.ts';
import { type ExchangeDouble, startExchangeDouble } from '../../../doubles/kalshi_exchange/server.ts';
import type { Executor } from '../../../trade/execution/executor.ts';
import { type Permit, permitTrading } from '../../../trade/execution/gates.ts';
import {
  createKalshiExecutor,
  createOrderGroups,
  type KalshiExecutorOptions,
} from '../../../trade/execution/kalshi_executor.ts';
import { kalshiKey } from '../../../venues/kalshi/api/signing.ts';
import { quote, smallExchange } from '../../doubles/kalshi_exchange/small_exchange.ts';
import { intentOf } from './intents.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = kalshiKey('key-1', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const OPTIONS: KalshiExecutorOptions = { key, heardMs: () => 0, nowMs: () => 0, staleMs: 1000 };

let exchange: KalshiExchange;
let double: ExchangeDouble;
let permit: Permit;
let executor: Executor;
let byShard: ReadonlyMap<number, string>;
const shardOf = (ticker: string): number => (ticker === 'KXC' ? 2 : 0);

beforeEach(async () => {
  exchange = smallExchange({ cash: { 0: 100_000_000, 2: 100_000_000 } });
  double = await startExchangeDouble(exchange, { publicKey, lagMs: 0 });
  const request = { mode: 'demo', accountId: key.id, understood: undefined, source: 'live' } as const;
  permit = permitTrading({ ...request, baseUrl: double.baseUrl });
  byShard = await createOrderGroups(permit, OPTIONS, 1000, [0, 2]);
  executor = createKalshiExecutor(permit, { ...OPTIONS, groups: { byShard, shardOf } });
});
afterEach(() => double.close());

describe("the exchange's own kill switch", () => {
  it('cancels everything that waits on every shard, and lets nothing new in until it is taken back', async () => {
    for (const ticker of ['KXA', 'KXB', 'KXC']) await executor.place(intentOf({ ticker }));
    expect(exchange.matching.resting.size).toBe(3);
    await executor.halt();
    expect(exchange.matching.resting.size).toBe(0);
    for (const ticker of ['KXA', 'KXC'])
      expect(await executor.place(intentOf({ ticker }))).toMatchObject({
        kind: 'refused',
        why: /order_group_triggered/,
      });
    await executor.resume();
    expect(await executor.place(intentOf({}))).toMatchObject({ kind: 'accepted' });
  });

  it('goes off by itself when more is filled in 15 seconds than was allowed', async () => {
    await executor.place(intentOf({ countHundredths: 1100 }));
    await executor.place(intentOf({ ticker: 'KXB' }));
    quote(exchange, 'ask', 11, 50);
    expect(exchange.matching.resting.size).toBe(0);
    expect(await executor.place(intentOf({}))).toMatchObject({ kind: 'refused', why: /order_group_triggered/ });
  });

  it('ends what is left of the very order that sets it off', async () => {
    quote(exchange, 'ask', 11, 50);
    await executor.place(intentOf({ countHundredths: 2000 }));
    expect([exchange.member.countOf('KXA'), exchange.matching.resting.size]).toEqual([1100, 0]);
  });

  it('halts the other shards when one does not do it, and says so', async () => {
    for (const ticker of ['KXA', 'KXC']) await executor.place(intentOf({ ticker }));
    const groups = { byShard: new Map([...byShard, [0, 'no-such-group']]), shardOf };
    await expect(createKalshiExecutor(permit, { ...OPTIONS, groups }).halt()).rejects.toThrow();
    expect([...exchange.matching.resting.values()].map(({ market }) => market.ticker)).toEqual(['KXA']);
  });

  it('sends no order that no group would halt', async () => {
    const groups = { byShard: new Map([[0, byShard.get(0)!]]), shardOf };
    const half = createKalshiExecutor(permit, { ...OPTIONS, groups });
    await expect(half.place(intentOf({ ticker: 'KXC' }))).rejects.toThrow('no order group halts orders in KXC');
    expect(exchange.matching.resting.size).toBe(0);
  });

  it('is not there without groups, which is a fault of the program', async () => {
    await expect(createKalshiExecutor(permit, OPTIONS).halt()).rejects.toThrow('no order group');
  });
});
