/** How every numbered script runs: options, one story, and an answer to whatever goes wrong. */

import { redact } from '../http/redact.ts';
import { findStep, type Step } from '../pipeline.ts';
import { nowMs } from './clock.ts';
import { readStepCode, type StepCode } from './code.ts';
import { createLog, type Log, printBug, printInputError, printNote, watchOutput } from './console.ts';
import { envValue, secretValues } from './env.ts';
import { InputError } from './errors.ts';
import { checkFolder, explainSystemError, writeJsonAtomic } from './files.ts';
import { codeRevision, peakMemoryMib } from './manifest.ts';
import { type OptionSpecs, type OptionValues, parseOptions } from './options.ts';
import { endOthers, isServing } from './stop.ts';
import { wholeCommands, withWholeHint } from './whole_commands.ts';

/** What a running step knows of itself. */
export interface Run {
  readonly step: Step;
  readonly log: Log;
  readonly dataDir: string;
  readonly modelsDir: string;
  readonly seed: number;
  readonly force: boolean;
  /** Whether the step is only asked if it is up to date; see endIfOnlyChecking. */
  readonly isCheck?: boolean;
  readonly startedMs: number;
  readonly code: StepCode;
}

/** What a step did, for whoever called it; nothing means that it did its work. */
export type StepOutcome = 'done' | 'up to date' | 'skipped';

/** How a step ended, for the pipeline runner and the cluster. */
export interface StepReport {
  readonly outcome: StepOutcome | 'out of date' | 'failed' | 'stopped';
  /** The line that explains an outcome that is not a good one. */
  readonly message: string;
  readonly wallMs: number;
  /** Processor time of all threads, ms. */
  readonly cpuMs: number;
  readonly peakMemoryMib: number;
}

/** Exit code of a step that a signal has stopped: nothing is wrong, run it again (EX_TEMPFAIL of sysexits.h). */
export const STOPPED_EXIT_CODE = 75;

/** Ends a step that was only asked whether it is up to date. */
class OutOfDate extends Error {}

/** To be called where a step has found that it has work to do: with --check it ends there. */
export function endIfOnlyChecking(run: Pick<Run, 'isCheck'>): void {
  if (run.isCheck === true) throw new OutOfDate();
}

/** Ends a command because a step that it ran has failed. */
class StepFailed extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/**
 * To be called where a step that was run as a process of its own has failed: the caller ends with its exit code, and with
 * nothing more printed, as the step has told why.
 * @param message what the caller's own report says of it
 */
export function failWith(exitCode: number, message: string): never {
  throw new StepFailed(message, exitCode);
}

/** Reports with the time and CPU of the whole process, what it took to load included. */
function deliver(outcome: StepReport['outcome'], message: string): void {
  const { user, system } = process.cpuUsage();
  const report: StepReport = {
    outcome,
    message,
    wallMs: Math.round(nowMs() - performance.timeOrigin),
    cpuMs: Math.round((user + system) / 1000),
    peakMemoryMib: peakMemoryMib(),
  };
  if (process.connected) process.send?.(report);
  const path = envValue('SPYHOP_REPORT');
  if (path !== undefined) writeJsonAtomic(path, report);
}

/** Our own fault, wherever it was thrown: a stack trace, a report, exit code 1. */
function endWithBug(error: unknown): void {
  printBug(error);
  process.exitCode = 1;
  const what = error instanceof Error ? error.message : String(error);
  deliver('failed', `a bug in Spyhop: ${redact(what, secretValues())}`);
}

/** Signals that stop a step, what people call them, and the exit code. */
const STOPS = [
  ['SIGTERM', 'SIGTERM', STOPPED_EXIT_CODE],
  ['SIGINT', 'Ctrl-C', 130],
] as const;

/**
 * A signal ends the process at its next pause, with everything half-made taken back (see stop.ts); a second one at once. So does the process
 * that has started it, by closing the channel between them, or by its end: nobody else would ever stop it.
 * @returns a function to be called when the process ends by itself
 */
function endOnSignals(): () => void {
  let isEnding = false;
  const end = async (by: string, code: number): Promise<void> => {
    if (isEnding) process.exit(code);
    isEnding = true;
    const message = isServing()
      ? `stopped by ${by}`
      : `stopped by ${by} before the end; what was there before is whole`;
    if (isServing()) printNote(message);
    else printInputError(new InputError('busy', message, 'run the same command again'));
    try {
      await endOthers();
      deliver('stopped', message);
    } finally {
      process.exit(code);
    }
  };
  for (const [signal, by, code] of STOPS) process.on(signal, () => end(by, code));
  // In a terminal Ctrl-C has told both.
  const endWithParent = (): void => {
    if (!isEnding) void end('the process that has started it', STOPPED_EXIT_CODE);
  };
  if (process.connected) {
    process.once('disconnect', endWithParent);
    // Listening alone would keep the process alive.
    process.channel?.unref();
  } else if (process.connected === false) endWithParent();
  return () => process.off('disconnect', endWithParent);
}

/**
 * Runs the main part of a command: ends with exit code 0; 2 with one line and a hint when the world is at fault; 1 with a
 * stack trace when we are; 75 when SIGTERM has stopped it, 130 when Ctrl-C has; that of a step which it ran and which
 * failed.
 */
export async function runCommand(main: () => Promise<StepOutcome>): Promise<void> {
  // A full quota (ulimit -f) sends this signal, whose default is to die; caught, the write itself fails and is explained.
  process.on('SIGXFSZ', () => undefined);
  const endByItself = endOnSignals();
  process.on('uncaughtException', (error) => {
    endWithBug(error);
    process.exit();
  });
  const outputFault = watchOutput();
  try {
    const outcome = await main();
    // A stream tells of its fault one turn after the write.
    await new Promise((turn) => setImmediate(turn));
    const fault = outputFault();
    if (fault !== null) throw fault;
    deliver(outcome, '');
  } catch (thrown) {
    const error = explainSystemError(thrown, (thrown as NodeJS.ErrnoException)?.path ?? 'a file');
    if (error instanceof OutOfDate) deliver('out of date', '');
    else if (error instanceof StepFailed) {
      process.exitCode = error.exitCode;
      const isStopped = STOPS.some(([, , code]) => code === error.exitCode);
      deliver(isStopped ? 'stopped' : 'failed', error.message);
    } else if (error instanceof InputError) {
      printInputError(error);
      process.exitCode = 2;
      deliver('failed', error.message);
    } else endWithBug(error);
  } finally {
    endByItself();
    if (process.connected) process.disconnect();
  }
}

/**
 * Runs a script as a step of the pipeline: parses the command line, then calls `main`; exit codes are those of runCommand.
 * @param stepId key into helpers/pipeline.ts
 */
export async function runScript<S extends OptionSpecs>(
  stepId: string,
  specs: S,
  main: (run: Run, options: OptionValues<S>) => Promise<StepOutcome>,
): Promise<void> {
  await runCommand(async () => {
    const step = findStep(stepId);
    const usage = `npx tsx ${step.script} [options]\n\n${step.question}${step.help === undefined ? '' : `\n${step.help}`}`;
    const options = await parseOptions(process.argv.slice(2), usage, specs);
    checkFolder('data-dir', options['data-dir'], false);
    // A model that cannot be saved would be learnt for nothing.
    checkFolder('models-dir', options['models-dir'], step.savesModel === true);
    const run: Run = {
      step,
      log: createLog({ quiet: options.quiet, complete: (line) => wholeCommands(line, options) }),
      dataDir: options['data-dir'],
      modelsDir: options['models-dir'],
      seed: options.seed,
      force: options.force,
      isCheck: options.check,
      startedMs: nowMs(),
      code: await readStepCode(step.script),
    };
    // Asked for the manifest, while the process is small.
    if (!options.check) codeRevision();
    try {
      return await main(run, options);
    } catch (error) {
      throw withWholeHint(error, options);
    }
  });
}
