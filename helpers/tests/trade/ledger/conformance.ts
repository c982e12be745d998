/** What every database must do as a ledger: one suite for PGlite and for PostgreSQL. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TradeDatabase } from '../../../trade/ledger/database.ts';
import { Ledger, type LedgerEvent } from '../../../trade/ledger/ledger.ts';

const START_MS = Date.parse('2026-11-30T23:00:00Z');
const HOUR_MS = 3_600_000;

/** Names that no other example uses: the database is kept. */
let nRuns = 0;

const STEP = fc.record({
  isBid: fc.boolean(),
  cents: fc.integer({ min: 1, max: 99 }),
  count: fc.integer({ min: 1, max: 900 }),
  fee: fc.integer({ min: 0, max: 20_000 }),
  market: fc.integer({ min: 0, max: 2 }),
});
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

function fillOf(run: string, step: Step, i: number): LedgerEvent {
  const { isBid, cents, count, fee, market } = step;
  return {
    kind: 'fill',
    fill: {
      fillId: `${run} ${i}`,
      orderId: `${run} order ${i % 3}`,
      ticker: `${run} ${market}`,
      shard: market === 2 ? 2 : 0,
      bookSide: isBid ? 'bid' : 'ask',
      yesPriceMicros: cents * 10_000,
      countHundredths: count,
      feeMicros: fee,
      tsMs: START_MS + i * HOUR_MS,
    },
  };
}

/**
 * Cash and contracts from their meaning: a contract of YES costs its price; to be short of one is to hold a NO, which costs the rest of a
 * dollar; a pair of both is a dollar.
 */
function bruteForce(steps: readonly Step[]): { cash: Map<number, number>; held: Map<number, number>; fees: number } {
  const [cash, held] = [new Map([0, 2].map((shard) => [shard, 0])), new Map<number, number>()];
  let fees = 0;
  for (const { isBid, cents, count, fee, market } of steps) {
    const shard = market === 2 ? 2 : 0;
    let [yes, no] = [Math.max(0, held.get(market) ?? 0), Math.max(0, -(held.get(market) ?? 0))];
    if (isBid) yes += count;
    else no += count;
    const pairs = Math.min(yes, no);
    const paid = count * (isBid ? cents : 100 - cents) * 100;
    cash.set(shard, (cash.get(shard) ?? 0) - paid - fee + pairs * 10_000);
    held.set(market, yes - no);
    fees += fee;
  }
  return { cash, held, fees };
}

export function ledgerConformance(open: () => TradeDatabase): void {
  const opened = (): Promise<Ledger> => Ledger.open(open());

  it('books fills as brute force does, in pieces and told twice, and equity is cash and positions', async () => {
    const ledger = await opened();
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 40 }), async (steps) => {
        const run = `run ${nRuns++}`;
        const before = await ledger.summary();
        const events = steps.map((step, i) => fillOf(run, step, i));
        const half = Math.floor(events.length / 2);
        expect(await ledger.book(events.slice(0, half))).toBe(half);
        expect(await ledger.book(events)).toBe(events.length - half);
        expect(await ledger.book([...events, ...events])).toBe(0);
        const after = await ledger.summary();
        const truth = bruteForce(steps);
        for (const shard of [0, 2])
          expect((after.cash.get(shard) ?? 0) - (before.cash.get(shard) ?? 0)).toBe(truth.cash.get(shard));
        for (const [market, yes] of truth.held)
          expect(after.holdings.get(`${run} ${market}`)?.yesHundredths ?? 0).toBe(yes);
        expect(after.feesMicros - before.feesMicros).toBe(truth.fees);
        const { equityMicros, capitalMicros, realizedMicros, feesMicros } = after;
        expect(equityMicros).toBe(capitalMicros + realizedMicros - feesMicros);
        await ledger.audit();
      }),
      { numRuns: 12 },
    );
  });

  it('pays a settlement once, and holds nothing afterwards', async () => {
    const ledger = await opened();
    const run = `run ${nRuns++}`;
    const step = { isBid: true, cents: 40, count: 500, fee: 8400, market: 0 };
    const before = await ledger.summary();
    const settlement = { ticker: `${run} 0`, shard: 0, payoutMicros: 5_000_000, feeMicros: 0, tsMs: START_MS };
    const events: LedgerEvent[] = [fillOf(run, step, 0), { kind: 'settlement', settlement }];
    expect(await ledger.book([...events, ...events])).toBe(2);
    const after = await ledger.summary();
    expect(after.holdings.has(`${run} 0`)).toBe(false);
    expect(after.realizedMicros - before.realizedMicros).toBe(3_000_000);
    expect(after.cashMicros - before.cashMicros).toBe(3_000_000 - 8400);
  });

  it('books all events of a call or none', async () => {
    const ledger = await opened();
    const run = `run ${nRuns++}`;
    const before = await ledger.summary();
    const good = fillOf(run, { isBid: true, cents: 40, count: 500, fee: 0, market: 0 }, 0);
    const bad = { kind: 'fill', fill: { ...(good as { fill: object }).fill, fillId: `${run} bad`, feeMicros: 0.5 } };
    await expect(ledger.book([good, bad as LedgerEvent])).rejects.toThrow();
    expect(await ledger.summary()).toEqual(before);
  });

  it('takes what several book at once as if they had come one after the other', async () => {
    const ledgers = await Promise.all([opened(), opened()]);
    const run = `run ${nRuns++}`;
    const step = { isBid: true, cents: 50, count: 100, fee: 100, market: 0 };
    const events = Array.from({ length: 30 }, (_, i) => fillOf(run, step, i));
    const booked = await Promise.all(events.flatMap((event) => ledgers.map((ledger) => ledger.book([event]))));
    expect(booked.reduce((sum, n) => sum + n, 0)).toBe(30);
    expect((await ledgers[0].summary()).holdings.get(`${run} 0`)).toMatchObject({
      yesHundredths: 3000,
      costMicros: 15_000_000,
    });
  });

  it('keeps postings by month, and tells what each order has filled', async () => {
    const ledger = await opened();
    const run = `run ${nRuns++}`;
    const step = { isBid: true, cents: 50, count: 100, fee: 100, market: 0 };
    await ledger.book([0, 1, 2, 3].map((i) => fillOf(run, step, i)));
    const filled = await ledger.filledByOrder();
    expect([0, 1, 2].map((i) => filled.get(`${run} order ${i}`))).toEqual([200, 100, 100]);
    const partitions = await open().transaction((query) =>
      query(
        "select inhrelid::regclass::text name from pg_inherits where inhparent = 'ledger_postings'::regclass order by 1",
      ),
    );
    const names = partitions.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['ledger_postings_2026_11', 'ledger_postings_2026_12']));
    expect(await ledger.fillsSinceMs(0)).toBeGreaterThanOrEqual(START_MS + 3 * HOUR_MS);
  });

  it('notices a balance that somebody has changed', async () => {
    const ledger = await opened();
    await ledger.book([fillOf(`run ${nRuns++}`, { isBid: true, cents: 40, count: 500, fee: 5, market: 0 }, 0)]);
    const change = (n: number) =>
      open().transaction((query) =>
        query("update ledger_balances set amount_micros = amount_micros + $1 where account in ('fees')", [n]),
      );
    await change(1);
    await expect(ledger.audit()).rejects.toThrow(/balances that are not the sum/);
    await expect(opened()).rejects.toThrow(/balances that are not the sum/);
    await change(-1);
    await ledger.audit();
  });
}
