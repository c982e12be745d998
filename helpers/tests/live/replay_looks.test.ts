import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Batch, Source } from '../../fetch/source.ts';
import { recordedPlan } from '../../live/recorded_fetches.ts';
import { compareDecisions } from '../../live/replay_looks.ts';
import { madeUpRecord } from '../alerts/made_up_record.ts';

const raw = mkdtempSync(join(tmpdir(), 'spyhop-recorded-'));
afterAll(() => rmSync(raw, { recursive: true, force: true }));

/** A finished fetch of some seconds. */
function fetched(name: string, window: readonly [number, number], wallets: readonly string[], rows: readonly object[]) {
  mkdirSync(join(raw, name));
  const request = { venue: 'polymarket', since: null, until: null, markets: [], wallets };
  const checkpoint = { version: 1, files: {}, source: 1, position: null };
  const times = { sinceS: window[0], untilS: window[1] };
  writeFileSync(
    join(raw, name, '.checkpoint.json'),
    JSON.stringify({ ...checkpoint, request: { ...request, ...times } }),
  );
  writeFileSync(join(raw, name, 'trades_1970-01-01.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  writeFileSync(join(raw, name, 'markets.jsonl'), `${JSON.stringify({ id: name })}\n`);
}

test('a window is cut out of all fetches that reach into it, wallets out of theirs, and an interrupted reading goes on behind', async () => {
  const row = (timestamp: number | string, wallet: string) => ({ timestamp, proxy_wallet: wallet });
  fetched('a', [10, 20], [], [row(10, 'x'), row('15', 'y'), row(19, 'x')]);
  fetched('b', [20, 30], [], [row(20, 'x'), row(25, 'y')]);
  fetched('c', [0, 10], ['x'], [row(3, 'x'), row(4, 'x')]);
  fetched('.unfinished-d', [10, 30], [], [row(12, 'x')]);
  const read = async (window: readonly [number, number], wallets: readonly string[], position: unknown = null) => {
    const words = { venue: 'polymarket', since: null, until: null, markets: [], wallets } as const;
    const [make] = recordedPlan(raw)(words, { sinceS: window[0], untilS: window[1] }, 0, {} as never);
    const source = (await make({} as never)) as Source;
    const batches: Batch[] = [];
    for await (const batch of source.batches(position)) batches.push(batch);
    const rows = batches.flatMap((batch) => batch.rows.map(({ row: { timestamp, id } }) => timestamp ?? id));
    return { rows, positions: batches.map((batch) => batch.position) };
  };
  const middle = await read([15, 25], []);
  expect(middle.rows).toEqual(['a', '15', 19, 'b', 20]);
  expect((await read([15, 25], [], middle.positions[1])).rows).toEqual(['b', 20]);
  expect((await read([0, 10], ['x'])).rows).toEqual(['c', 3, 4]);
  expect((await read([0, 10], ['y'])).rows).toEqual([]);
  expect((await read([0, 30], ['y'])).rows).toEqual(['a', '15', 'b', 25]);
});

test('records are compared field by field', () => {
  const a = madeUpRecord();
  const other = { ...a, score: 2 };
  const more = { ...a, id: '0'.repeat(24) };
  expect(compareDecisions([a], [a])).toEqual({ nEqual: 1, different: [], missing: [], additional: [] });
  expect(compareDecisions([a, more], [other])).toEqual({
    nEqual: 0,
    different: [a.id],
    missing: [more.id],
    additional: [],
  });
  expect(compareDecisions([], [more]).additional).toEqual([more.id]);
});
