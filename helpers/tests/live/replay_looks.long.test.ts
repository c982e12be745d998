import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDecisions } from '../../alerts/outbox/outbox.ts';
import { alertFolder } from '../../live/live_alerts.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { type SimulatedFolder, simulateFolder } from '../doubles/simulated.ts';
import { type AlertWorld, saveModel, startWorld } from './alert_bench.ts';
import { frameLines, type LiveBox, makeLiveBox, profileLines } from './bench.ts';

let simulated: SimulatedFolder;
let world: AlertWorld;
let recorded: LiveBox;
/** What services the replay can ask: none. */
const NOWHERE = Object.fromEntries(
  ['GAMMA_URL', 'DATA_URL', 'SUBGRAPH_URL', 'DISCORD_WEBHOOK_URL'].map((name) => [name, 'http://127.0.0.1:9']),
);

beforeAll(async () => {
  // After the change of Polymarket's contracts: roles are told only to who asks.
  simulated = await simulateFolder({ nTrades: 12_000, nWallets: 1500, nDays: 3, endDate: '2026-06-10' });
  world = await startWorld(simulated);
  recorded = makeLiveBox();
  await saveModel(recorded);
  const look = (until: string, ...more: string[]) =>
    recorded.run(
      'live_alerts',
      ['--since', '2026-06-09', '--until', until, '--lookback', '30', '--once', ...more],
      world.env,
    );
  const profiled = await recorded.run(
    'live_profiles',
    ['--since', '2026-06-09', '--until', '2026-06-09T05:00', '--lookback', '30'],
    world.env,
  );
  expect([profiled.code, profiled.text]).toEqual([0, expect.anything()]);
  expect((await look('2026-06-09T08:00')).code).toBe(0);
  expect((await look('2026-06-09T12:00', '--dry-run')).code).toBe(0);
  for (const until of ['2026-06-09T16:30', '2026-06-10']) expect((await look(until)).code).toBe(0);
}, 600_000);
afterAll(async () => {
  await world.close();
  recorded.remove();
  simulated.remove();
});

/** Replays a data folder with the model of the recording. */
async function replay(dataDir: string) {
  const box = makeLiveBox();
  rmSync(box.modelsDir, { recursive: true, force: true });
  cpSync(recorded.modelsDir, box.modelsDir, { recursive: true });
  const { code, text } = await box.run('live_alerts', ['--replay', dataDir], NOWHERE);
  return { box, code, text };
}

test('where roles are told to who asks alone, a replay of what 16 has fetched makes the tables and the decisions of the looks, record for record, and asks nobody', async () => {
  const before = readDecisions(alertFolder(recorded.dataDir));
  expect(before.filter(({ verdict }) => verdict === 'alert').length).toBeGreaterThan(3);
  expect(new Set(before.map(({ decidedMs }) => decidedMs)).size).toBe(3);
  const nRequests = world.venues.dataApi.nRequests;
  const { box, code, text } = await replay(recorded.dataDir);
  expect([code, text]).toEqual([
    0,
    expect.stringContaining(
      `Equal to the recorded ones, record for record: ${before.length}; different: 0; missing: 0; additional: 0.`,
    ),
  ]);
  expect(world.venues.dataApi.nRequests).toBe(nRequests);
  expect(readDecisions(alertFolder(box.dataDir))).toEqual(before);
  const trades = ({ liveDir }: LiveBox) => frameLines(readTable(openTable(liveDir, RAW_TRADES)));
  expect(trades(box)).toEqual(trades(recorded));
  expect(profileLines(box.liveDir)).toEqual(profileLines(recorded.liveDir));

  const again = await box.run('live_alerts', ['--replay', recorded.dataDir], NOWHERE);
  expect([again.code, again.text]).toEqual([2, expect.stringContaining('a replay begins with nothing')]);
  box.remove();
}, 300_000);

test('a recording that lacks a trade gives other decisions, and they are named', async () => {
  const damaged = makeLiveBox();
  cpSync(recorded.dataDir, damaged.dataDir, { recursive: true });
  const [alert] = readDecisions(alertFolder(recorded.dataDir)).filter(({ verdict }) => verdict === 'alert');
  const raw = join(damaged.liveDir, '00_fetched/raw');
  let nCut = 0;
  for (const name of readdirSync(raw, { recursive: true }).map(String)) {
    if (!/trades_.*\.jsonl$/.test(name)) continue;
    const lines = readFileSync(join(raw, name), 'utf8').split('\n');
    const kept = lines.filter((line) => !(line.includes(alert.wallet ?? '-') && line.includes(alert.marketId ?? '-')));
    nCut += lines.length - kept.length;
    writeFileSync(join(raw, name), kept.join('\n'));
  }
  expect(nCut).toBeGreaterThan(0);
  const { box, text } = await replay(damaged.dataDir);
  expect(text).toMatch(new RegExp(`record for record: \\d+; .*(different|missing): [1-9][^;]*${alert.id}`));
  box.remove();
  damaged.remove();
}, 300_000);

test('a folder of 00-2 is one look at its end; a folder without trades is refused with a hint', async () => {
  const fetched = makeLiveBox();
  const words = ['--since', '2026-06-09', '--until', '2026-06-10'];
  expect((await fetched.run('fetch_history', words, world.env)).code).toBe(0);
  const { box, code, text } = await replay(fetched.dataDir);
  expect(text).toMatch(
    /Replayed 1 looks: [1-9]\d* decisions, .*\nThe recording has no decisions to compare them with\./,
  );
  expect(code).toBe(0);
  const none = await box.run('live_alerts', ['--replay', box.modelsDir], NOWHERE);
  expect([none.code, none.text]).toEqual([2, expect.stringContaining('holds no trades that 16 or 00-2 have fetched')]);
  box.remove();
  fetched.remove();
}, 300_000);
