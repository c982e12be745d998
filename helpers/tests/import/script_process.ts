/** The import script as a process of its own, to be killed, starved of room or run without rights. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { orderFilled, TOKEN_A, TOKEN_B } from '../venues/samples.ts';
import type { Sandbox } from './sandbox.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');
export const IMPORT_SCRIPT = join(PROJECT, '1_data_pipeline/00-3_import_trades.ts');

export interface Ended {
  readonly code: number | null;
  readonly text: string;
}

/**
 * Runs the import script on everything in the sandbox.
 * @param prefix words in front of the command, such as `prlimit --fsize=30000`
 * @param killMs when to kill it, or null
 */
export function runImport(box: Sandbox, prefix: readonly string[] = [], killMs: number | null = null): Promise<Ended> {
  const words = [
    ...prefix,
    process.execPath,
    '--import',
    import.meta.resolve('tsx'),
    IMPORT_SCRIPT,
    '--input',
    join(box.root, 'raw'),
    '--data-dir',
    box.dataDir,
  ];
  const child = spawn(words[0], words.slice(1), { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += String(piece)));
  const timer = killMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killMs);
  return new Promise((done) => {
    child.on('close', (code) => {
      if (timer !== null) clearTimeout(timer);
      done({ code, text });
    });
  });
}

/** Fills of ten days, all different. */
export function lines(n: number, from: number): string[] {
  return Array.from({ length: n }, (_, i) =>
    orderFilled({ ts: 1_700_000_000 + ((from + i) % 10) * 86_400 + i, token: i % 2 ? TOKEN_A : TOKEN_B, usd: 1 + i }),
  );
}
