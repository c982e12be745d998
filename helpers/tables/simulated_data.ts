/** Whether a data folder holds trades of the simulated market. */
import { join } from 'node:path';
import { readManifest } from '../run/manifest.ts';
import { RAW_TRADES } from './schemas.ts';

export const SIMULATED_FOLDER = '00_simulated';

/** Whether the trades were imported from the simulator's files rather than from the user's own. */
export function isSimulated(dataDir: string): boolean {
  const simulated = readManifest(join(dataDir, SIMULATED_FOLDER));
  const trades = readManifest(join(dataDir, RAW_TRADES.folder));
  if (simulated === null || trades === null) return simulated !== null;
  const made = new Set(simulated.parts.map((part) => part.sha256));
  return trades.inputs.some((input) => made.has(input.sha256));
}
