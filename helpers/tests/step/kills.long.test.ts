/** kill -9 at chosen file operations of a step with tables and a model that is made again with --force. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { newFolder, removeFolders } from '../features/tables.ts';

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
  const child = spawnSync(process.execPath, [SCRIPT, data, models, String(generation), String(killAt)], {
    encoding: 'utf8',
  });
  return { signal: child.signal, status: child.status, text: child.stdout + child.stderr };
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

interface ManifestFile {
  readonly parts: readonly { readonly file: string; readonly sha256: string }[];
}

/** Problems of a folder with a manifest as it lies on the disk, before anything has looked at it. */
function problemsOf(folder: string, isMixAllowed: boolean): string[] {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) return [`${path} is missing`];
  const { parts } = JSON.parse(readFileSync(path, 'utf8')) as ManifestFile;
  return parts.flatMap(({ file, sha256 }) => {
    if (!existsSync(join(folder, file))) return [`${file} is missing`];
    const bytes = readFileSync(join(folder, file));
    if (createHash('sha256').update(bytes).digest('hex') === sha256) return [];
    if (!isMixAllowed) return [`${file} is not what the manifest lists`];
    if (file.endsWith('.json')) JSON.parse(bytes.toString());
    return [];
  });
}

function runFolder(models: string): string {
  const { run } = JSON.parse(readFileSync(join(models, 'numbers', 'current.json'), 'utf8')) as { run: string };
  return join(models, 'numbers', run);
}

test('leaves what was there whole, whatever the moment, and nothing after the next run', () => {
  const folders: Folders = { data: newFolder(), models: newFolder() };
  const first = perform(folders, 1);
  expect([first.status, first.text]).toEqual([0, expect.stringMatching(/\d+\s*$/)]);
  const nOperations = Number(/(\d+)\s*$/.exec(perform(folders, 2).text)![1]);
  expect(nOperations).toBeGreaterThan(20);
  const after = { data: filesBelow(folders.data).length, models: filesBelow(folders.models).length };
  const all = createRandom(5).shuffle(Array.from({ length: nOperations }, (_, i) => i + 1));
  let [generation, nKilled] = [2, 0];
  for (const killAt of all.slice(0, Math.min(N_KILLS, nOperations))) {
    if (perform(folders, ++generation, killAt).signal === 'SIGKILL') nKilled++;
    const problems = [
      ...['one', 'two'].flatMap((table) => problemsOf(join(folders.data, table), false)),
      ...problemsOf(runFolder(folders.models), true),
    ];
    expect([killAt, problems]).toEqual([killAt, []]);
    expect(existsSync(join(folders.models, 'numbers.json'))).toBe(true);
    expect([killAt, perform(folders, ++generation).status]).toEqual([killAt, 0]);
    expect([killAt, problemsOf(runFolder(folders.models), false)]).toEqual([killAt, []]);
    expect(JSON.parse(readFileSync(join(folders.models, 'numbers.json'), 'utf8'))).toEqual({ generation });
    const left = filesBelow(folders.models).length;
    const leftData = filesBelow(folders.data).filter((file) => /tmp|commit|lock/.test(file));
    expect([killAt, leftData, left]).toEqual([killAt, [], after.models]);
    expect(filesBelow(folders.data)).toHaveLength(after.data);
  }
  expect(nKilled).toBe(Math.min(N_KILLS, nOperations));
}, 1_200_000);
