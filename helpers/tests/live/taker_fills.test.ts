import { expect, test } from 'vitest';
import { readVenueMarket } from '../../doubles/market.ts';
import { startVenueDoubles } from '../../doubles/venues.ts';
import { takerFills } from '../../live/ask_takers.ts';
import { venueSource } from '../../live/live_source.ts';
import { refreshLive } from '../../live/refresh.ts';
import { simulateFolder } from '../doubles/simulated.ts';
import { makeLiveBox, quietRun } from './bench.ts';

test('where the service tells no roles, what a wallet did as taker is that of the chain, asked for once', async () => {
  const simulated = await simulateFolder({ nTrades: 12_000, nDays: 3, endDate: '2026-06-10' });
  const untilMs = Date.UTC(2026, 5, 10);
  const market = readVenueMarket(simulated.raw, () => untilMs / 1000);
  const doubles = await startVenueDoubles(market);
  const box = makeLiveBox();
  const settings = box.settings(doubles, { lookbackDays: 2, nHistoryWallets: 12 });
  const run = quietRun(box);
  const window = { sinceMs: Date.UTC(2026, 5, 9), untilMs };
  const tables = await refreshLive(run, settings, window, venueSource(settings, box.ports(untilMs)));
  const takers = await takerFills(run, tables, venueSource(settings, box.ports(untilMs)));
  expect([...takers.keys()].sort()).toEqual([...tables.historyWallets].sort());
  for (const [wallet, { makerSharePct, boughtUsd }] of takers) {
    const own = market.fills.filter(({ maker }) => maker === wallet);
    expect(makerSharePct).toBeCloseTo((100 * own.filter(({ isTaker }) => !isTaker).length) / own.length, 9);
    for (const [token, usd] of Object.entries(boughtUsd ?? {})) {
      const taken = own.filter(
        (fill) => fill.token === token && fill.isTaker && fill.isBuy && fill.timestampS * 1000 >= window.sinceMs,
      );
      expect(usd).toBeCloseTo(
        taken.reduce((sum, fill) => sum + fill.usd / 1e6, 0),
        5,
      );
    }
  }
  const shares = [...takers.values()].map(({ makerSharePct }) => makerSharePct);
  expect(Math.max(...shares)).toBeGreaterThan(Math.min(...shares));
  const nBefore = doubles.dataApi.nRequests;
  expect(await takerFills(run, tables, venueSource(settings, box.ports(untilMs)))).toEqual(takers);
  expect(doubles.dataApi.nRequests).toBe(nBefore);
  await doubles.close();
  box.remove();
  simulated.remove();
});
