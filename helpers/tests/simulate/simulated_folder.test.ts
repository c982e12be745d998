import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readManifest } from '../../run/manifest.ts';
import { resolveSimulateOptions } from '../../simulate/options.ts';
import { simulateMarket } from '../../simulate/simulate_market.ts';
import { hashFolder } from './raw_files.ts';

const root = mkdtempSync(join(tmpdir(), 'spyhop-step-'));
const project = join(import.meta.dirname, '../../..');

afterAll(() => rmSync(root, { recursive: true, force: true }));

function runScript(dataDir: string, words: readonly string[], fileBlocksMax = 'unlimited') {
  const line = `ulimit -f ${fileBlocksMax}; exec "$0" --import tsx 1_data_pipeline/00-1_simulate_market.ts "$@"`;
  return spawnSync('bash', ['-c', line, process.execPath, '--data-dir', dataDir, ...words], {
    cwd: project,
    encoding: 'utf8',
  });
}

describe('step 00-1', () => {
  it('writes a manifest of its raw files, then has nothing to do until an option changes', () => {
    const dataDir = join(root, 'skip');
    const first = runScript(dataDir, ['--trades', '3000']);
    expect([first.status, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toContain('Simulated: 3,000 fills');
    const folder = join(dataDir, '00_simulated');
    const manifest = readManifest(folder)!;
    expect(manifest.rows).toBe(3000);
    expect(manifest.options).toMatchObject({ nTrades: 3000, nWallets: 343, nMarkets: 60, difficulty: 0.5 });
    const raw = hashFolder(folder).filter((line) => line.startsWith('raw/'));
    expect(manifest.parts.map((part) => `${part.file} ${part.sha256}`).sort()).toEqual(raw);
    const again = runScript(dataDir, ['--trades', '3000']);
    expect(again.stdout).toContain('Up to date: 3,000 fills');
    const changed = runScript(dataDir, ['--trades', '3000', '--seed', '2', '--format', 'parquet']);
    expect(changed.stdout).toContain('Simulated');
    expect(readManifest(folder)!.parts.map((part) => [part.file, part.rows])).toEqual([
      ['raw/goldsky/orderFilled/part-00000.parquet', 3000],
      ['raw/markets.csv', 60],
      ['raw/gamma_markets.jsonl', 60],
    ]);
  });

  it('answers a full disk with one line, exit code 2 and the old output whole', () => {
    const dataDir = join(root, 'full');
    expect(runScript(dataDir, ['--trades', '1000']).status).toBe(0);
    const before = hashFolder(dataDir);
    const full = runScript(dataDir, ['--trades', '40000', '--seed', '2'], '4000');
    expect(full.status).toBe(2);
    expect(full.stderr).toMatch(/^error: no room left to write .*\nhint: .*\n$/);
    expect(hashFolder(dataDir)).toEqual(before);
  });

  it.each([
    [['--trades', '0'], '--trades 0: it must be a whole number'],
    [['--difficulty', 'absurd'], '--difficulty "absurd": it must be easy'],
    [['--end-date', 'someday'], '--end-date is "someday"'],
    [['--format', 'xlsx'], 'format'],
    [['--insiders', '5'], 'insiders'],
  ])('refuses %j in one line and writes nothing', (words, message) => {
    const dataDir = join(root, 'refused');
    const { status, stderr } = runScript(dataDir, words);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(readdirSync(root)).not.toContain('refused');
  });
});

describe('a run that is killed', () => {
  it.each([0, 0.5, 1])('at %d of its rows leaves the old output whole, and the next run cleans up', async (share) => {
    const parent = mkdtempSync(join(root, 'kill-'));
    const folder = join(parent, 'out');
    const options = resolveSimulateOptions({ population: 'active', nTrades: 4000 });
    await simulateMarket(options, folder);
    const before = hashFolder(folder);
    const code = `
      import { simulateMarket } from ${JSON.stringify(join(project, 'helpers/simulate/simulate_market.ts'))};
      await simulateMarket({ ...${JSON.stringify(options)}, seed: 9 }, ${JSON.stringify(folder)}, (done, total) => {
        if (done >= ${share} * total) process.kill(process.pid, 'SIGKILL');
      });`;
    const killed = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      cwd: project,
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(hashFolder(folder)).toEqual(before);
    expect(readdirSync(parent).length).toBe(2);
    await simulateMarket({ ...options, seed: 9 }, folder);
    expect(readdirSync(parent)).toEqual(['out']);
    expect(readFileSync(join(folder, 'truth/parameters.json'), 'utf8')).toContain('"seed": 9');
  });
});
