/**
 * `npm run bench -- import_fuzz`: imports damaged files of every format. What comes of each must be one line for the user (an
 * InputError) or tables in which no row is lost: fills, duplicates and rejects are the rows of the file. A failure is a stack
 * trace, a lost row, an import that does not end in time, or more memory than the step is said to take.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../kernels/random.ts';
import { findStep } from '../pipeline.ts';
import { namedCode } from '../run/code.ts';
import { createLog } from '../run/console.ts';
import { makeFolder } from '../run/files.ts';
import { option } from '../run/option_kinds.ts';
import type { Run } from '../run/script.ts';
import { damageBytes, importDamaged } from './fuzz/damaged_files.ts';
import { importSamples } from './fuzz/import_samples.ts';
import { say, suiteOptions } from './suite/suite.ts';

const FAILURES_SHOWN = 5;

/** Runs the suite; the last line is one JSON object. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const { draws, seed, minutes, keep, slowest } = suiteOptions(args, {
    draws: option.number(20_000, 'damaged files in all'),
    seed: option.number(1, 'seed of the damage'),
    minutes: option.number(60, 'no more draws after so long'),
    slowest: option.number(10, 'seconds that one import may take'),
    keep: { type: 'string', describe: 'folder for the files that fail' },
  });
  const dataDir = mkdtempSync(join(tmpdir(), 'spyhop-import-fuzz-'));
  const step = findStep('import_trades');
  const log = createLog({ quiet: true });
  const run: Run = {
    step,
    log,
    dataDir,
    modelsDir: dataDir,
    seed,
    force: false,
    startedMs: 0,
    code: namedCode('fuzz'),
  };
  if (keep !== undefined) makeFolder(keep);
  const samples = importSamples();
  const random = createRandom(seed);
  const answers = new Map<string, number>();
  const endMs = performance.now() + minutes * 60_000;
  let slowestMs = 0;
  let nDrawn = 0;
  let nFailed = 0;
  let nCounted = 0;
  for (; nDrawn < draws && performance.now() < endMs; nDrawn++) {
    const sample = samples[nDrawn % samples.length];
    const bytes = damageBytes(sample.bytes, random);
    const blockBytes = 64 + random.integer(4000);
    const { answer, failure, isCounted, ms } = await importDamaged(sample, bytes, run, blockBytes);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    slowestMs = Math.max(slowestMs, ms);
    if (isCounted) nCounted++;
    const fault = failure ?? (ms > slowest * 1000 ? `took ${ms.toFixed(0)} ms` : null);
    if (fault === null) continue;
    nFailed++;
    if (nFailed <= FAILURES_SHOWN) say(`draw ${nDrawn}, ${sample.name}: ${fault}`);
    if (keep !== undefined) writeFileSync(join(keep, `${nDrawn}-${blockBytes}-${sample.name}`), bytes);
  }
  rmSync(dataDir, { recursive: true, force: true });
  const peakMib = Math.round(process.resourceUsage().maxRSS / 1024);
  const counts = [...answers].sort().map(([answer, n]) => `${answer} ${n}`);
  say(`${counts.join(', ')}; rows of ${nCounted} counted apart; slowest ${slowestMs.toFixed(0)} ms`);
  if (peakMib > step.memoryMib) nFailed++;
  const result = { bench: 'import_fuzz', draws: nDrawn, seed, failed: nFailed, peak_mib: peakMib };
  say(JSON.stringify(result));
  if (nFailed > 0) process.exitCode = 1;
}
