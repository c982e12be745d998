/** The ledger in PostgreSQL, as Debian packages it. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalServer } from '../../doubles/local_brokers.ts';
import { startPostgres, whyNoPostgres } from '../../doubles/local_postgres.ts';
import { openTradeDatabase, type TradeDatabase } from '../../trade/ledger/database.ts';
import { Ledger } from '../../trade/ledger/ledger.ts';
import { rejection } from '../refusal.ts';
import { ledgerConformance } from '../trade/ledger/conformance.ts';

const reason = whyNoPostgres();
if (reason !== null) process.stderr.write(`Tests of the ledger in PostgreSQL skipped: ${reason}\n`);

describe.skipIf(reason !== null)('the ledger in PostgreSQL', () => {
  let folder = '';
  let server: LocalServer;
  let database: TradeDatabase;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spyhop-postgres-'));
    chmodSync(folder, 0o755);
    server = await startPostgres(join(folder, 'server'));
    database = await openTradeDatabase(server.url, folder);
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  ledgerConformance(() => database);

  it('takes what two processes book at once as if they had come one after the other', async () => {
    const other = await openTradeDatabase(server.url, folder);
    const ledgers = [await Ledger.open(database), await Ledger.open(other)];
    const event = (i: number) => {
      const fill = { fillId: `both ${i}`, orderId: 'both', ticker: 'BOTH', shard: 0, bookSide: 'bid' } as const;
      const amounts = { yesPriceMicros: 500_000, countHundredths: 100, feeMicros: 1, tsMs: Date.parse('2027-01-01') };
      return { kind: 'fill', fill: { ...fill, ...amounts } } as const;
    };
    const booked = await Promise.all(
      Array.from({ length: 40 }, (_, i) => i).flatMap((i) => ledgers.map((ledger) => ledger.book([event(i)]))),
    );
    expect(booked.reduce((sum, n) => sum + n, 0)).toBe(40);
    expect((await ledgers[0].summary()).holdings.get('BOTH')?.yesHundredths).toBe(4000);
    await ledgers[1].audit();
    await other.close();
  });

  it('keeps the ledgers of two accounts apart, each in its schema', async () => {
    const [first, second] = [
      await openTradeDatabase(server.url, folder, 'spyhop_demo_1'),
      await openTradeDatabase(server.url, folder, 'spyhop_live_2'),
    ];
    const ledgers = [await Ledger.open(first), await Ledger.open(second)];
    const tsMs = Date.parse('2027-01-01');
    await ledgers[0].book([{ kind: 'capital', id: 'start 0', shard: 0, amountMicros: 5_000_000, tsMs }]);
    expect((await ledgers[0].summary()).cashMicros).toBe(5_000_000);
    expect((await ledgers[1].summary()).cashMicros).toBe(0);
    await first.close();
    const again = await openTradeDatabase(server.url, folder, 'spyhop_demo_1');
    expect((await (await Ledger.open(again)).summary()).cashMicros).toBe(5_000_000);
    await again.close();
    await second.close();
  });

  it('says in one line that the server is not there, and goes on when it is there again', async () => {
    const ledger = await Ledger.open(database);
    const before = await ledger.summary();
    await server.kill();
    expect(await rejection(() => ledger.summary())).toMatch(/^no-answer: postgres:.* does not answer/);
    await server.start();
    expect(await ledger.summary()).toEqual(before);
  });
});
