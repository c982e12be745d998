/** What a job asks the cluster for: the figures of pipeline.ts, brought down to the size of the data. */
import type { Step } from '../pipeline.ts';
import { InputError } from '../run/errors.ts';

export interface ResourceRequest {
  readonly cpus: number;
  readonly memoryMib: number;
  /** Time limit, minutes. */
  readonly minutes: number;
}

/** Fills that the figures in pipeline.ts are for. */
const TABLE_ROWS = 100e6;
/** What node, Polars and the kernels need before there is any data: steps on 2,000 fills peak at 130 to 310 MiB. */
const MEMORY_MIN_MIB = 1024;
const MINUTES_MIN = 15;
/** Nodes are not the machine that was measured on, and a step at its limit is lost work. */
const TIME_MARGIN = 2;
const MEMORY_GRAIN_MIB = 256;

/**
 * The request of a step for `nRows` fills. Memory grows from what an empty step needs to the table's figure at 100 M fills and
 * beyond; time likewise, doubled.
 */
export function requestFor(step: Step, nRows: number): ResourceRequest {
  const share = nRows / TABLE_ROWS;
  const floorMib = Math.min(MEMORY_MIN_MIB, step.memoryMib);
  const memoryMib = floorMib + (step.memoryMib - floorMib) * share;
  return {
    cpus: step.cpus,
    memoryMib: Math.ceil(memoryMib / MEMORY_GRAIN_MIB) * MEMORY_GRAIN_MIB,
    minutes: Math.ceil(Math.max(MINUTES_MIN, step.minutes * TIME_MARGIN * share)),
  };
}

/** The request that stands in a step's sbatch file, where the size of the data is not known. */
export function tableRequest(step: Step): ResourceRequest {
  return requestFor(step, TABLE_ROWS);
}

type Unit = keyof ResourceRequest;
const UNITS: Readonly<Record<Unit, RegExp>> = {
  cpus: /^(\d+)$/,
  memoryMib: /^(\d+(?:\.\d+)?)([MG]?)$/i,
  minutes: /^(\d+)$/,
};

export interface Override {
  readonly unit: Unit;
  /** Step or job it is for, or null for all. */
  readonly name: string | null;
  readonly value: number;
}

/**
 * Overrides given as `8G` (all steps) or `build_features=8G` (one).
 * @throws InputError 'bad-option' naming the option
 */
export function parseOverrides(
  option: string,
  unit: Unit,
  words: readonly string[],
  names: readonly string[],
): Override[] {
  return words.map((word) => {
    const at = word.indexOf('=');
    const name = at < 0 ? null : word.slice(0, at);
    const match = UNITS[unit].exec(word.slice(at + 1));
    const value = Number(match?.[1]) * (match?.[2]?.toUpperCase() === 'G' ? 1024 : 1);
    if (match === null || !(value >= 1))
      throw new InputError(
        'bad-option',
        `--${option} ${word} is not understood`,
        `write --${option} ${unit === 'memoryMib' ? '8G' : 8} or --${option} build_features=${unit === 'memoryMib' ? '8G' : 8}`,
      );
    if (name !== null && !names.includes(name))
      throw new InputError('bad-option', `--${option} ${word}: ${name} is no job`, `one of ${names.join(', ')}`);
    return { unit, name, value: Math.ceil(value) };
  });
}

/** The request with overrides applied: what is said of all jobs, then of the step, then of the job. */
export function withOverrides(
  request: ResourceRequest,
  stepId: string,
  jobName: string,
  overrides: readonly Override[],
): ResourceRequest {
  const result: { -readonly [unit in Unit]: number } = { ...request };
  for (const name of new Set([null, stepId, jobName]))
    for (const { unit, value } of overrides.filter((override) => override.name === name)) result[unit] = value;
  return result;
}
