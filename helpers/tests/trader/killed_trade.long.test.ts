/** 26 with orders to an exchange that faults, killed at random moments: each order arrives once, and all that it keeps is the exchange's in the end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startPart } from '../../demo/stream_processes.ts';
import { createRandom } from '../../kernels/random.ts';
import { nowMs } from '../../run/clock.ts';
import { IntentLog } from '../../trade/execution/intent_log.ts';
import { openTradeDatabase } from '../../trade/ledger/database.ts';
import { Ledger } from '../../trade/ledger/ledger.ts';
import { Portfolio } from '../../trade/risk/portfolio.ts';
import type { TraderState } from '../../trader/trader_state.ts';
import { startMarketPlace, type Told, writeForecasts } from './market_place.ts';

const N_KILLS = Number(process.env.KILLS ?? 6);
const HOURS_MS = 7_200_000;
const N_MARKETS = N_KILLS + 2;
/** After so many rounds a market is sold with a gain. */
const N_HELD = 4;
/** An order that does not come is not waited for any longer, ms. */
const PATIENCE_MS = 30_000;
const WIDE = ['category', 'total', 'day'].flatMap((name) => [`--max-${name}`, '50']);
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

it(
  `is killed ${N_KILLS} times, sends each order once, and its ledger and its risk engine know what the exchange knows`,
  async () => {
    const random = createRandom(7);
    const kinds = [
      'too many',
      'failed before',
      'reset before',
      'reset after',
      'failed after',
      'cut body',
      'passed on twice',
    ] as const;
    const faults = { random: random.fork(1), share: 0.1, kinds: [...kinds] };
    /** The first so many markets are worth more than they cost, the others are not. */
    const told = (nWorth: number): Told[] =>
      Array.from({ length: N_MARKETS }, (_, i) => ({
        ticker: `KX${i}`,
        p: i < nWorth ? 0.75 : 0.49,
        bid: 48,
        ask: 50,
        category: `Category ${i % 3}`,
      }));
    const place = await startMarketPlace(told(1), { size: 500, faults });
    const { exchange, double, dataDir } = place;
    const folder = join(dataDir, 'live', 'trader', 'demo');
    const words = [...place.words, '--mode', 'demo', '--every', '1s', '--quiet', ...WIDE];
    try {
      for (let n = 0; n < N_KILLS; n++) {
        writeForecasts(dataDir, told(n + 1));
        if (n >= N_HELD) {
          const bid = { ticker: `KX${n - N_HELD}`, side: 'bid', price: 950_000, count: 50_000 } as const;
          exchange.other({ ...bid, expiresMs: null });
          exchange.other({ ...bid, expiresMs: exchange.nowMs + HOURS_MS });
        }
        const nSent = double.sent.size;
        const part = startPart('trade', words, place.env);
        let hasEnded = false;
        void part.ended.then(() => {
          hasEnded = true;
        });
        // Mostly around the moment when an order leaves, sometimes while it opens its files.
        if (random.uniform() < 0.25) await pause(random.uniform() * 5000);
        else {
          for (const endMs = nowMs() + PATIENCE_MS; double.sent.size === nSent && !hasEnded && nowMs() < endMs; )
            await pause(2);
          await pause(random.uniform() < 0.5 ? random.uniform() * 30 : random.uniform() * 2500);
        }
        process.kill(part.pid, 'SIGKILL');
        await part.ended;
      }
      faults.share = 0;
      const texts: string[] = [];
      for (let n = 0; n < 2; n++) {
        const last = startPart('trade', [...place.words, '--mode', 'demo', '--once'], place.env);
        await last.ended;
        texts.push(last.text());
        await pause(12_000);
      }
      const again = startPart('trade', [...place.words, '--mode', 'demo', '--once'], place.env);
      await again.ended;
      expect(again.text(), texts.join('\n')).toContain('demo: trading is ACTIVE');
      expect(again.text()).toContain('0 open orders');

      for (const [id, { nReceived, nAccepted }] of double.sent)
        expect([id, nReceived <= 1, nAccepted <= 1]).toEqual([id, true, true]);
      const database = await openTradeDatabase(undefined, folder);
      const ledger = await Ledger.open(database);
      const { cashMicros, holdings } = await ledger.summary();
      await database.close();
      expect(cashMicros).toBe(exchange.member.totalCash);
      const held = [...exchange.member.positions.values()].filter(({ count }) => count !== 0);
      expect([...holdings].map(([ticker, { yesHundredths }]) => [ticker, yesHundredths]).sort()).toEqual(
        held.map(({ ticker, count }) => [ticker, count]).sort(),
      );
      const state = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as TraderState;
      const portfolio = new Portfolio(state.engine.portfolio);
      expect(portfolio.cashMicros).toBe(cashMicros);
      expect(portfolio.positions.map(({ market, yesHundredths }) => [market.ticker, yesHundredths]).sort()).toEqual(
        held.map(({ ticker, count }) => [ticker, count]).sort(),
      );
      expect(portfolio.books.flatMap(({ orders }) => orders)).toEqual([]);
      const log = IntentLog.open(folder);
      expect(log.openOrders()).toEqual([]);
      expect(exchange.orders.size).toBeGreaterThan(N_KILLS / 2);
      log.close();
    } finally {
      await place.close();
    }
  },
  HOURS_MS,
);
