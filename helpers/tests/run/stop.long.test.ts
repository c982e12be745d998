/** Steps that are told to end, and steps that are only asked. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 120_000 });

const root = mkdtempSync(join(tmpdir(), 'spyhop-stop-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SIMULATE = '1_data_pipeline/00-1_simulate_market.ts';
const report = join(root, 'report.json');
const env = { ...process.env, SPYHOP_REPORT: report };
const readReport = (): Record<string, unknown> => JSON.parse(readFileSync(report, 'utf8'));
const words = (script: string, dataDir: string, trades: number): string[] => [
  '--import',
  'tsx',
  script,
  ...['--data-dir', dataDir, '--models-dir', join(dataDir, 'models'), '--trades', String(trades)],
];

/** Sends a signal once the simulation is at work, and gives exit code and standard error. */
async function terminateAtWork(
  child: ChildProcess,
  dataDir: string,
  signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM',
): Promise<{ code: number | null; err: string }> {
  let err = '';
  child.stderr!.on('data', (piece) => (err += String(piece)));
  const ended = new Promise<number | null>((done) => child.on('close', done));
  const look = setInterval(() => {
    if (!existsSync(dataDir) || !readdirSync(dataDir).some((name) => name.endsWith('.tmp'))) return;
    clearInterval(look);
    child.kill(signal);
  }, 50);
  const code = await ended;
  clearInterval(look);
  return { code, err };
}

test('SIGTERM ends a step with exit code 75 and one line; its lock and what was half-made are gone', async () => {
  const dataDir = join(root, 'step');
  const child = spawn('node', words(SIMULATE, dataDir, 3_000_000), { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const { code, err } = await terminateAtWork(child, dataDir);
  expect(err).toMatch(
    /^error: stopped by SIGTERM before the end; what was there before is whole\nhint: {2}run the same command again\n$/m,
  );
  expect(code).toBe(75);
  expect(readdirSync(dataDir)).toEqual([]);
  expect(readReport()).toMatchObject({ outcome: 'stopped' });
});

test('Ctrl-C ends a step as SIGTERM does, with exit code 130', async () => {
  const dataDir = join(root, 'interrupted');
  const child = spawn('node', words(SIMULATE, dataDir, 3_000_000), { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const { code, err } = await terminateAtWork(child, dataDir, 'SIGINT');
  expect(err).toMatch(/^error: stopped by Ctrl-C before the end; what was there before is whole\nhint: .*\n$/m);
  expect(code).toBe(130);
  expect(readdirSync(dataDir)).toEqual([]);
  expect(readReport()).toMatchObject({ outcome: 'stopped' });
});

test.each([
  ['SIGTERM', 75],
  ['SIGINT', 130],
] as const)(
  '%s to the master pipeline ends the step that it runs too, and says how to go on',
  async (signal, exitCode) => {
    const dataDir = join(root, `master-${exitCode}`);
    const script = '5_live_inference/14_master_pipeline.ts';
    const child = spawn('node', words(script, dataDir, 3_000_000), { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const { code, err } = await terminateAtWork(child, dataDir, signal);
    expect(code).toBe(exitCode);
    expect(err).toMatch(/Go on with: npm start -- --from simulate_market /);
    // The pipe that both write to is closed only when both have ended.
    expect(readdirSync(dataDir)).toEqual([]);
  },
);

test('--check tells whether a step is up to date and does nothing', () => {
  const dataDir = join(root, 'check');
  const simulate = (...more: string[]) => spawnSync('node', [...words(SIMULATE, dataDir, 2000), ...more], { env });
  expect(simulate('--check').status).toBe(0);
  expect(readReport()).toMatchObject({ outcome: 'out of date' });
  expect(existsSync(join(dataDir, '00_simulated'))).toBe(false);
  expect(simulate().status).toBe(0);
  expect(readReport()).toMatchObject({ outcome: 'done' });
  expect(simulate('--check').status).toBe(0);
  expect(readReport()).toMatchObject({ outcome: 'up to date' });
  expect(simulate('--check', '--seed', '2').status).toBe(0);
  expect(readReport()).toMatchObject({ outcome: 'out of date' });
});
