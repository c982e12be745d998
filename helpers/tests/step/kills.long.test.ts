/** kill -9 at chosen file operations of a step with tables and a model that is made again with --force. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { newFolder, removeFolders } from '../features/tables.ts';
import { activeRun, filesBelow, problemsOf } from './whole_folders.ts';

/** All operations are tried by KILLS=all. */
const N_KILLS = process.env.KILLS === 'all' ? Number.POSITIVE_INFINITY : Number(process.env.KILLS ?? 6);
// Two folders below the root of the project, where the bundled code looks for it.
const CACHE = join(import.meta.dirname, '../../../node_modules/.cache');
const SCRIPT = join(CACHE, `killed_step-${process.pid}.mjs`);

beforeAll(() => {
  mkdirSync(CACHE, { recursive: true });
  const entryPoints = [join(import.meta.dirname, 'killed_step.ts')];
  buildSync({ entryPoints, outfile: SCRIPT, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
});
afterAll(() => {
  rmSync(SCRIPT, { force: true });
  removeFolders();
});

interface Folders {
  readonly data: string;
  readonly models: string;
}

function perform({ data, models }: Folders, generation: number, killAt = 0) {
  const count = join(data, '..', `${basename(data)}.operations`);
  const child = spawnSync(process.execPath, [SCRIPT, data, models, String(generation)], {
    encoding: 'utf8',
    env: { ...process.env, KILL_AT: String(killAt), KILL_BELOW: `${data}:${models}`, KILL_COUNT: count },
  });
  const { signal, status, stderr } = child;
  return { signal, status, stderr, nOperations: existsSync(count) ? Number(readFileSync(count, 'utf8')) : 0 };
}

test('leaves what was there whole, whatever the moment, and nothing after the next run', () => {
  const folders: Folders = { data: newFolder(), models: newFolder() };
  const first = perform(folders, 1);
  expect([first.status, first.stderr]).toEqual([0, '']);
  const { nOperations } = perform(folders, 2);
  expect(nOperations).toBeGreaterThan(20);
  const after = { data: filesBelow(folders.data).length, models: filesBelow(folders.models).length };
  const all = createRandom(5).shuffle(Array.from({ length: nOperations }, (_, i) => i + 1));
  let [generation, nKilled] = [2, 0];
  for (const killAt of all.slice(0, Math.min(N_KILLS, nOperations))) {
    if (perform(folders, ++generation, killAt).signal === 'SIGKILL') nKilled++;
    const problems = [
      ...['one', 'two'].flatMap((table) => problemsOf(join(folders.data, table), false)),
      ...problemsOf(activeRun(folders.models, 'numbers'), true),
    ];
    expect([killAt, problems]).toEqual([killAt, []]);
    expect(existsSync(join(folders.models, 'numbers.json'))).toBe(true);
    expect([killAt, perform(folders, ++generation).status]).toEqual([killAt, 0]);
    expect([killAt, problemsOf(activeRun(folders.models, 'numbers'), false)]).toEqual([killAt, []]);
    expect(JSON.parse(readFileSync(join(folders.models, 'numbers.json'), 'utf8'))).toEqual({ generation });
    const left = filesBelow(folders.models).length;
    const leftData = filesBelow(folders.data).filter((file) => /tmp|commit|lock/.test(file));
    expect([killAt, leftData, left]).toEqual([killAt, [], after.models]);
    expect(filesBelow(folders.data)).toHaveLength(after.data);
  }
  expect(nKilled).toBe(Math.min(N_KILLS, nOperations));
}, 1_200_000);
