/** What the demo is made of: an earlier market that the model learns from, and the market of the day with its truth. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findStep } from '../pipeline.ts';
import { DAY_MS, isoDay } from '../run/clock.ts';
import { PROJECT_ROOT } from '../run/code.ts';
import { hashValue } from '../run/files.ts';
import { failWith } from '../run/script.ts';
import { resolveSimulateOptions } from '../simulate/options.ts';
import { simulateMarket } from '../simulate/simulate_market.ts';

/** The day that the demo looks at, after the change of Polymarket's contracts: the Data API tells no roles. */
export const LIVE_DAY_MS = Date.UTC(2026, 10, 21);
/** The market goes on for so long, for the scorecard. */
export const LIVE_END_MS = LIVE_DAY_MS + 4 * DAY_MS;

const TRAINING = ['--population', 'active', '--trades', '100000', '--days', '60', '--seed', '4711'];
const N_DAYS = 18;

export interface DemoMarket {
  readonly raw: string;
  readonly truth: string;
  readonly dataDir: string;
}

/** Runs the script of a step; one that fails ends the demo with its exit code. */
export async function runScript(
  stepId: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  isQuiet = false,
): Promise<void> {
  const { script } = findStep(stepId);
  const args = ['--import', import.meta.resolve('tsx'), join(PROJECT_ROOT, script), ...words];
  const child = spawn(process.execPath, [...args, ...(isQuiet ? ['--quiet'] : [])], {
    stdio: ['ignore', isQuiet ? 'ignore' : 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const code = await new Promise<number>((done, fail) => {
    child.on('error', fail);
    child.on('close', (exitCode) => done(exitCode ?? 1));
  });
  if (code !== 0) failWith(code, `${script} ended with exit code ${code}`);
}

/** Trains the anomaly model; steps that are up to date do nothing. */
export async function trainModel(folder: string): Promise<void> {
  const data = join(folder, 'training');
  const common = ['--data-dir', data, '--models-dir', join(folder, 'models')];
  await runScript('simulate_market', [...common, ...TRAINING], {}, true);
  await runScript('import_trades', [...common, '--input', join(data, '00_simulated', 'raw')], {}, true);
  await runScript('build_features', common, {}, true);
  await runScript('wallet_anomaly_model', common, {}, true);
}

/** Simulates the market of a seed, or takes the one that is there; what an earlier run of the demo found is removed. */
export async function liveMarket(folder: string, seed: number): Promise<DemoMarket> {
  const options = resolveSimulateOptions({
    population: 'active',
    nTrades: 200_000,
    nWallets: 4000,
    nDays: N_DAYS,
    endDate: isoDay(LIVE_END_MS),
    insiderShare: 0.02,
    seed,
  });
  const home = join(folder, `market_${seed}_${hashValue(options).slice(0, 8)}`);
  if (!existsSync(home)) await simulateMarket(options, home);
  const dataDir = join(folder, `data_${seed}`);
  rmSync(dataDir, { recursive: true, force: true });
  return { raw: join(home, 'raw'), truth: join(home, 'truth'), dataDir };
}

/** Rows of a file of the planted truth, by the names of its header. */
export function truthRows({ truth }: DemoMarket, name: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(join(truth, name), 'utf8').trim().split('\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i], value])));
}
