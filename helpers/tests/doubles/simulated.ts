/** A small simulated market for the doubles, made once a process for each set of options. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveSimulateOptions, type SimulateRequest } from '../../simulate/options.ts';
import { simulateMarket } from '../../simulate/simulate_market.ts';

export interface SimulatedFolder {
  /** Folder of the raw files. */
  readonly raw: string;
  remove(): void;
}

export async function simulateFolder(request: SimulateRequest = {}): Promise<SimulatedFolder> {
  const root = mkdtempSync(join(tmpdir(), 'spyhop-doubles-'));
  const folder = join(root, 'simulated');
  await simulateMarket(
    resolveSimulateOptions({ population: 'active', nTrades: 6000, nMarkets: 30, nDays: 2, seed: 3, ...request }),
    folder,
  );
  return { raw: join(folder, 'raw'), remove: () => rmSync(root, { recursive: true, force: true }) };
}
