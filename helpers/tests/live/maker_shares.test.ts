import { expect, test } from 'vitest';
import { readVenueMarket } from '../../doubles/market.ts';
import { startVenueDoubles } from '../../doubles/venues.ts';
import { makerShares } from '../../live/maker_shares.ts';
import { refreshLive } from '../../live/refresh.ts';
import { simulateFolder } from '../doubles/simulated.ts';
import { makeLiveBox, quietRun } from './bench.ts';

test('where the service tells no roles, the share of fills as maker is that of the chain, asked for once', async () => {
  const simulated = await simulateFolder({ nTrades: 12_000, nDays: 3, endDate: '2026-06-10' });
  const untilMs = Date.UTC(2026, 5, 10);
  const market = readVenueMarket(simulated.raw, () => untilMs / 1000);
  const doubles = await startVenueDoubles(market);
  const box = makeLiveBox();
  const settings = box.settings(doubles, { lookbackDays: 2, nHistoryWallets: 12 });
  const run = quietRun(box);
  const window = { sinceMs: Date.UTC(2026, 5, 9), untilMs };
  const tables = await refreshLive(run, settings, window, box.ports(untilMs));
  const shares = await makerShares(run, tables, settings, box.ports(untilMs));
  expect([...shares.keys()].sort()).toEqual([...tables.historyWallets].sort());
  for (const [wallet, share] of shares) {
    const own = market.fills.filter(({ maker }) => maker === wallet);
    expect(share).toBeCloseTo((100 * own.filter(({ isTaker }) => !isTaker).length) / own.length, 9);
  }
  expect(Math.max(...shares.values())).toBeGreaterThan(Math.min(...shares.values()));
  const nBefore = doubles.dataApi.nRequests;
  expect(await makerShares(run, tables, settings, box.ports(untilMs))).toEqual(shares);
  expect(doubles.dataApi.nRequests).toBe(nBefore);
  await doubles.close();
  box.remove();
  simulated.remove();
});
