import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { HOUR_MS, MINUTE_MS } from '../../run/clock.ts';
import type { Told } from './market_place.ts';
import { type PaperTrader, paperTrader, removeEmptyLedger } from './paper_trader.ts';

const N_SEEDS = Number(process.env.SEEDS ?? 1);

let place: PaperTrader | null = null;
afterAll(removeEmptyLedger);
afterEach(async () => {
  await place?.close();
  place = null;
});

const held = ({ open }: PaperTrader) =>
  open.engine.positions.map(({ market, yesHundredths }) => [market.ticker, yesHundredths]);

describe('a trader that is killed between any two rounds, 40 times in 160', () => {
  it.each(Array.from({ length: N_SEEDS }, (_, i) => i + 1))(
    'keeps its engine and its ledger alike; cash is what fills and payouts make of it (seed %i)',
    async (seed) => {
      const random = createRandom(seed);
      const tickers = ['KX0', 'KX1', 'KX2', 'KX3'];
      const drawn = (): Told[] =>
        tickers.map((ticker) => ({ ticker, p: 0.1 + 0.8 * random.uniform(), bid: 40, ask: 44, category: ticker }));
      const one = await paperTrader(drawn(), {
        cooldownMs: 0,
        pauseMs: 0,
        nEntriesPerHour: 1000,
        nEntriesPerDay: 1000,
      });
      place = one;
      for (let n = 0; n < 160; n++) {
        if (random.uniform() < 0.25) await one.restart();
        if (random.uniform() < 0.2) one.tell(drawn());
        for (const ticker of tickers) {
          const bid = 20 + random.integer(60);
          one.book(ticker, [bid, 1 + random.integer(5)], [bid + 1 + random.integer(4), 1 + random.integer(5)]);
        }
        await one.round();
        one.pass(5000 + random.integer(60_000));
      }
      await one.round();
      one.pass(MINUTE_MS);
      await one.round();
      // By hand from the entries alone: what was paid, what came back.
      const entries = await one.open.ledger.entriesAfter(0);
      let cash = 0;
      const contracts = new Map<string, number>();
      for (const { event } of entries) {
        if (event.kind === 'capital') cash += event.amountMicros;
        if (event.kind !== 'fill') continue;
        const { ticker, bookSide, yesPriceMicros, countHundredths, feeMicros } = event.fill;
        const sign = bookSide === 'bid' ? 1 : -1;
        const before = contracts.get(ticker) ?? 0;
        const after = before + sign * countHundredths;
        contracts.set(ticker, after);
        // A NO is a dollar less a YES: what is short is paid for with a dollar a contract.
        const short = (count: number): number => Math.max(0, -count);
        cash +=
          -sign * ((yesPriceMicros * countHundredths) / 100) - feeMicros - (short(after) - short(before)) * 10_000;
      }
      const { cashMicros } = await one.open.ledger.summary();
      expect(cashMicros).toBe(cash);
      expect(one.open.engine.figures.cashMicros).toBe(cash);
      const open = [...contracts].filter(([, count]) => count !== 0);
      expect(held(one).sort()).toEqual(open.sort());
      expect(one.open.engine.stateAt(one.now())).toBe('ACTIVE');
      expect(one.open.engine.orders).toEqual([]);
      expect(entries.length).toBeGreaterThan(10);
    },
    HOUR_MS,
  );
});
