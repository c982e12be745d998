/**
 * `npm run bench -- fuzz`: reads damaged models. Every saved form is damaged at random places, read and, where it is
 * taken, asked for predictions. What comes of it must be one line for the user (an InputError) or finite numbers: a
 * failure is a stack trace, an abort or a prediction that is no number.
 */
import { createExecutor } from '../parallel/executor.ts';
import { option } from '../run/option_kinds.ts';
import { fuzzedModels, readDamaged } from './fuzz/damaged_models.ts';
import { say, suiteOptions } from './suite/suite.ts';

/** Runs the suite; the last line is one JSON object. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const { draws, seed } = suiteOptions(args, {
    draws: option.number(10_000, 'damaged models of every format'),
    seed: option.number(1, 'seed of the damage'),
  });
  let nFailed = 0;
  for (const fuzzed of await fuzzedModels(createExecutor())) {
    const { answers, failures, slowestMs } = await readDamaged(fuzzed, draws, seed);
    nFailed += failures.length;
    const counts = [...answers].map(([answer, n]) => `${answer} ${n}`).join(', ');
    say(`${fuzzed.name}: ${counts}; slowest ${slowestMs.toFixed(0)} ms`);
    for (const failure of failures.slice(0, 3)) say(`  ${failure}`);
  }
  const peakMib = Math.round(process.resourceUsage().maxRSS / 1024);
  say(JSON.stringify({ bench: 'fuzz', draws, seed, failed: nFailed, peak_mib: peakMib }));
  if (nFailed > 0) process.exitCode = 1;
}
