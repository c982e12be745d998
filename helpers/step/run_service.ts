/** Runs a step again and again: a script that goes on has the same options, log, errors and signals as one that ends. */
import { formatDuration, HOUR_MS, isoTime, MINUTE_MS, nowMs, SECOND_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import type { OptionSpecs } from '../run/options.ts';
import { type Run, runScript, type StepOutcome } from '../run/script.ts';
import { endAtSignal } from '../run/stop.ts';
import { STATUS_OPTIONS } from '../status/server.ts';
import type { Step } from './contract.ts';
import { performStep } from './run_step.ts';
import { openRuntime, type Runtime } from './runtime.ts';

const GROUP = 'How often';
/** Looks that may fail before the service counts as not healthy. */
const STALE_LOOKS = 3;
const UNITS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS };

export const SERVICE_OPTIONS = {
  every: {
    type: 'string',
    default: '5m',
    describe: 'look again so long after the last look began: 30s, 5m, 1h',
    excludes: ['once'],
    group: GROUP,
  },
  once: { type: 'boolean', default: false, describe: 'look once, and end', group: GROUP },
  ...STATUS_OPTIONS,
} as const satisfies OptionSpecs;

/**
 * `5m` in milliseconds.
 * @throws InputError 'bad-option'
 */
export function parseInterval(text: string): number {
  const [, digits, unit] = /^(\d{1,5})([smh])$/.exec(text) ?? [];
  const ms = Number(digits) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new InputError('bad-option', `--every ${text} is no interval`, 'write it as 30s, 5m or 1h');
}

interface Service {
  readonly step: Step;
  readonly run: Run;
  readonly options: Parameters<typeof performStep>[2];
  readonly runtime: Runtime;
}

/** One look. What the world does wrong is told, and the next look tries again; a bug ends the service. */
async function look({ step, run, options, runtime }: Service): Promise<string> {
  const startedMs = nowMs();
  try {
    const outcome = await performStep(step, { ...run, startedMs }, options, runtime);
    runtime.status.succeeded();
    return `${outcome} in ${formatDuration(nowMs() - startedMs)}`;
  } catch (error) {
    if (!(error instanceof InputError) || error.tag === 'bad-option' || error.tag === 'bad-model') throw error;
    runtime.status.failed(error.message);
    run.log.warn(`${error.message}${error.hint === '' ? '' : ` (${error.hint})`}`);
    return 'failed';
  }
}

/** Goes on until a signal ends the process; then the look that is going on may take a few seconds to end. */
async function goOn(service: Service, everyMs: number): Promise<never> {
  let current: Promise<unknown> = Promise.resolve();
  endAtSignal(() => current, true);
  for (let n = 1; ; n++) {
    const startedMs = nowMs();
    const turn = look(service);
    current = turn.catch(() => undefined);
    const health = await turn;
    const nextMs = Math.max(nowMs(), startedMs + everyMs);
    const time = (ms: number): string => isoTime(ms).slice(11, 19);
    service.run.log.note(`${time(nowMs())} look ${n}: ${health}; next at ${time(nextMs)} UTC`);
    current = Promise.resolve();
    await new Promise((done) => setTimeout(done, nextMs - nowMs()));
  }
}

/**
 * Runs the script of a step whose options hold SERVICE_OPTIONS. Exit codes are those of runCommand.
 * @param endsAfterOne options beside --once with which one look is all
 */
export async function runService(step: Step, endsAfterOne: readonly string[] = []): Promise<void> {
  await runScript(step.id, step.options, async (run, options): Promise<StepOutcome> => {
    const everyMs = parseInterval(String(options.every));
    const runtime = await openRuntime(run, options, STALE_LOOKS * everyMs);
    const service = { step, run, options, runtime };
    const isOne =
      run.isCheck === true || ['once', ...endsAfterOne].some((name) => (options as Record<string, unknown>)[name]);
    if (isOne) return await performStep(step, run, options, runtime);
    return await goOn(service, everyMs);
  });
}
