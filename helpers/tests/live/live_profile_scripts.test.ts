import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readVenueMarket } from '../../doubles/market.ts';
import { startVenueDoubles, type VenueDoubles } from '../../doubles/venues.ts';
import { buildProfiles } from '../../features/wallets/build_profiles.ts';
import { gapsOf } from '../../live/coverage.ts';
import { leaderboard } from '../../live/leaderboard.ts';
import { liveWindow } from '../../live/live_options.ts';
import { renewProfiles, whyNoProfiles } from '../../live/live_profiles.ts';
import { venueSource } from '../../live/live_source.ts';
import { refreshLive } from '../../live/refresh.ts';
import { conform } from '../../tables/schema.ts';
import { MARKETS, RAW_TRADES, WALLET_PROFILES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { type SimulatedFolder, simulateFolder } from '../doubles/simulated.ts';
import { makeSandbox } from '../import/sandbox.ts';
import { addressVariables, frameLines, type LiveBox, makeLiveBox, profileLines, quietRun } from './bench.ts';

const DAY_9 = Date.UTC(2026, 0, 9);
const DAY_10 = Date.UTC(2026, 0, 10);

let simulated: SimulatedFolder;
let doubles: VenueDoubles;
let box: LiveBox;
beforeAll(async () => {
  simulated = await simulateFolder({ nTrades: 12_000, nDays: 3, endDate: '2026-01-10' });
  doubles = await startVenueDoubles(readVenueMarket(simulated.raw));
});
afterAll(async () => {
  await doubles.close();
  simulated.remove();
});
beforeEach(() => {
  box = makeLiveBox();
});
afterEach(() => box.remove());

describe('the tables of the live scripts', () => {
  test('of days fetched in two goes equal the files that 00-3 imports and 01 profiles, cell for cell', async () => {
    const run = quietRun(box);
    for (const untilMs of [Date.UTC(2026, 0, 8, 17, 31), DAY_10]) {
      const settings = box.settings(doubles, { span: { sinceMs: Date.UTC(2026, 0, 7) }, untilMs, lookbackDays: 0 });
      const window = { sinceMs: Date.UTC(2026, 0, 7), untilMs };
      const tables = await refreshLive(run, settings, window, venueSource(settings, box.ports(untilMs)));
      await renewProfiles(run, tables, 8);
    }
    const sandbox = makeSandbox(box.root);
    cpSync(join(simulated.raw, 'goldsky'), join(sandbox.root, 'raw/goldsky'), { recursive: true });
    cpSync(join(simulated.raw, 'gamma_markets.jsonl'), join(sandbox.root, 'raw/gamma_markets.jsonl'));
    await sandbox.load();
    const [trades, markets] = [openTable(sandbox.dataDir, RAW_TRADES), openTable(sandbox.dataDir, MARKETS)];
    const job = { trades, markets: readTable(markets), asOfMs: DAY_10, log: run.log, codeHash: 'code' };
    const wanted = frameLines(conform(await buildProfiles(job, join(box.root, 'scratch')), WALLET_PROFILES));
    expect(wanted.length).toBeGreaterThan(200);
    expect(profileLines(box.liveDir)).toEqual(wanted);
    expect(readdirSync(join(box.liveDir, 'days'))).toEqual(['2026-01-08', '2026-01-09']);
  });

  test('hold the earlier trades of the wallets with the largest bets, and of no other wallet', async () => {
    const window = { sinceMs: DAY_9, untilMs: DAY_10 };
    const settings = box.settings(doubles, { lookbackDays: 2, nHistoryWallets: 5 });
    const tables = await refreshLive(quietRun(box), settings, window, venueSource(settings, box.ports(DAY_10)));
    expect(tables.historyWallets.size).toBe(5);
    expect(tables.nWithoutHistory).toBeGreaterThan(0);
    const raw = join(box.liveDir, '00_fetched/raw');
    const history = readdirSync(raw).find((name) => name.includes('_20260107T000000Z_20260109T000000Z_'))!;
    const rows = readdirSync(join(raw, history))
      .filter((name) => name.startsWith('trades_'))
      .flatMap((name) =>
        readFileSync(join(raw, history, name), 'utf8')
          .trim()
          .split('\n'),
      )
      .map((line) => JSON.parse(line) as { proxy_wallet: string });
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => !tables.historyWallets.has(row.proxy_wallet))).toEqual([]);

    const profiles = await renewProfiles(quietRun(box), tables, 8);
    const leaders = await leaderboard(tables, profiles);
    expect(leaders).toHaveLength(20);
    expect(leaders.map(({ boughtUsd }) => boughtUsd)).toEqual(
      leaders.map(({ boughtUsd }) => boughtUsd).sort((a, b) => b - a),
    );
    // A window that begins earlier needs another beginning: the tables are made anew, and nothing is in them twice.
    const earlier = { sinceMs: Date.UTC(2026, 0, 8), untilMs: DAY_10 };
    const again = await refreshLive(
      quietRun(box),
      { ...settings, lookbackDays: 0 },
      earlier,
      venueSource(settings, box.ports(DAY_10)),
    );
    expect(existsSync(join(raw, history))).toBe(false);
    const nRows = readVenueMarket(simulated.raw).fills.filter(({ timestampS }) => timestampS * 1000 >= earlier.sinceMs);
    expect(again.trades.manifest.rows).toBe(nRows.length);
  });
});

test('the script fetches, imports, profiles, and puts a leaderboard into the report and beside the profiles', async () => {
  const words = ['--since', '2026-01-09', '--until', '2026-01-10', '--lookback', '0'];
  const { code, text } = await box.run('live_profiles', words, addressVariables(doubles));
  expect(text).toContain('2026-01-09 00:00 to 2026-01-10 00:00 UTC: ');
  expect(code).toBe(0);
  const { leaders } = JSON.parse(readFileSync(join(box.liveDir, 'days/2026-01-09/leaderboard.json'), 'utf8'));
  expect(readFileSync(join(box.dataDir, 'reports/report.html'), 'utf8')).toContain(leaders[19].wallet);
});

test('Kalshi, which publishes no accounts: its trades and markets are imported, and nobody is profiled', async () => {
  const window = { sinceMs: DAY_9, untilMs: DAY_9 + 3_600_000 };
  const settings = box.settings(doubles, { venue: 'kalshi' });
  const tables = await refreshLive(quietRun(box), settings, window, venueSource(settings, box.ports(DAY_10)));
  expect(tables.trades.manifest.rows).toBeGreaterThan(10);
  expect(tables.historyWallets.size).toBe(0);
  expect(whyNoProfiles(tables)).toContain('no trade of the window names a wallet');
});

test('a window begins with the UTC day that its hours reach back to', () => {
  const settings = box.settings(doubles, { span: { hours: 24 } });
  expect(liveWindow(settings, DAY_10 + 9.5 * 3_600_000)).toEqual({
    sinceMs: DAY_9,
    untilMs: DAY_10 + 9.5 * 3_600_000 - 600_000,
  });
});

test.each([
  [[], [[0, 10]]],
  [[[0, 10]], []],
  [[[-5, 2]], [[2, 10]]],
  [
    [
      [4, 6],
      [2, 5],
    ],
    [
      [0, 2],
      [6, 10],
    ],
  ],
  [[[8, 20]], [[0, 8]]],
])('of 0 to 10, what %j does not cover is %j', (windows, gaps) => {
  const window = ([sinceS, untilS]: number[]) => ({ sinceS, untilS });
  expect(gapsOf(windows.map(window), { sinceS: 0, untilS: 10 })).toEqual(gaps.map(window));
});
