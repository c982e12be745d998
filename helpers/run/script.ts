/** How every numbered script runs: options, one story, and an answer to whatever goes wrong. */
import { findStep, type Step } from '../pipeline.ts';
import { nowMs } from './clock.ts';
import { createLog, type Log, printBug, printInputError } from './console.ts';
import { InputError } from './errors.ts';
import { explainSystemError } from './files.ts';
import { hashCode, peakMemoryMib } from './manifest.ts';
import { type OptionSpecs, type OptionValues, parseOptions } from './options.ts';

/** What a running step knows of itself. */
export interface Run {
  readonly step: Step;
  readonly log: Log;
  readonly dataDir: string;
  readonly modelsDir: string;
  readonly seed: number;
  readonly force: boolean;
  readonly startedMs: number;
  /** Hash of the script and all it imports. */
  readonly codeHash: string;
}

/** What a step did, for whoever called it; nothing means that it did its work. */
export type StepOutcome = 'done' | 'up to date';

/** Sent to the pipeline runner when a step ends well. */
export interface StepReport {
  readonly outcome: StepOutcome;
  readonly wallMs: number;
  readonly peakMemoryMib: number;
}

/**
 * Runs a script: parses the command line, calls `main`, ends with exit code 0; 2 with one line and a hint when the world
 * is at fault; 1 with a stack trace when we are.
 * @param stepId key into helpers/pipeline.ts
 */
export async function runScript<S extends OptionSpecs>(
  stepId: string,
  specs: S,
  main: (run: Run, options: OptionValues<S>) => Promise<StepOutcome>,
): Promise<void> {
  // A full quota (ulimit -f) sends this signal, whose default is to die; caught, the write itself fails and is explained.
  process.on('SIGXFSZ', () => undefined);
  try {
    const step = findStep(stepId);
    const usage = `npx tsx ${step.script} [options]\n\n${step.question}`;
    const options = await parseOptions(process.argv.slice(2), usage, specs);
    const run: Run = {
      step,
      log: createLog({ quiet: options.quiet }),
      dataDir: options['data-dir'],
      modelsDir: options['models-dir'],
      seed: options.seed,
      force: options.force,
      startedMs: nowMs(),
      codeHash: hashCode(step.script),
    };
    const outcome = await main(run, options);
    const report: StepReport = { outcome, wallMs: nowMs() - run.startedMs, peakMemoryMib: peakMemoryMib() };
    process.send?.(report);
  } catch (thrown) {
    const error = explainSystemError(thrown, (thrown as NodeJS.ErrnoException)?.path ?? 'a file');
    if (error instanceof InputError) {
      printInputError(error);
      process.exitCode = 2;
    } else {
      printBug(error);
      process.exitCode = 1;
    }
  } finally {
    if (process.connected) process.disconnect();
  }
}
