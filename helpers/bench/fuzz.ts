/**
 * `npm run bench -- fuzz`: reads damaged models. Every saved form is damaged at random places, read and, where it is
 * taken, asked for predictions. What comes of it must be one line for the user (an InputError) or finite numbers: a
 * failure is a stack trace, an abort or a prediction that is no number.
 */

import yargs from 'yargs';
import { createExecutor } from '../parallel/executor.ts';
import { fuzzedModels, readDamaged } from './fuzz/damaged_models.ts';

/** Runs the suite; the last line is one JSON object. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const { draws, seed } = yargs([...args])
    .option('draws', { type: 'number', default: 10_000, describe: 'damaged models of every format' })
    .option('seed', { type: 'number', default: 1, describe: 'seed of the damage' })
    .strict()
    .parseSync();
  let nFailed = 0;
  for (const fuzzed of await fuzzedModels(createExecutor())) {
    const { answers, failures, slowestMs } = await readDamaged(fuzzed, draws, seed);
    nFailed += failures.length;
    const counts = [...answers].map(([answer, n]) => `${answer} ${n}`).join(', ');
    process.stdout.write(`${fuzzed.name}: ${counts}; slowest ${slowestMs.toFixed(0)} ms\n`);
    for (const failure of failures.slice(0, 3)) process.stdout.write(`  ${failure}\n`);
  }
  const peakMib = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify({ bench: 'fuzz', draws, seed, failed: nFailed, peak_mib: peakMib })}\n`);
  if (nFailed > 0) process.exitCode = 1;
}
