/** What a job asks the cluster for: the figures of pipeline.ts, brought to the size of the data. */
import type { ChunkNeeds, ScalesWith, Step } from '../pipeline.ts';
import { InputError } from '../run/errors.ts';

export interface ResourceRequest {
  readonly cpus: number;
  readonly memoryMib: number;
  /** Time limit, minutes. */
  readonly minutes: number;
}

/** Fills that the figures of steps in pipeline.ts are for. */
const TABLE_ROWS = 100e6;
/** Fills that one chunk should hold, and that the figures of chunks in pipeline.ts are for: ten batches, half a minute of work. */
export const CHUNK_ROWS = 10e6;
/** What node, Polars and the kernels need before there is any data: steps on 2,000 fills peak at 130 to 310 MiB. */
const MEMORY_FLOOR_MIB = 1024;
const MINUTES_MIN = 15;
/** Nodes are not the machine that was measured on, and a step at its limit is lost work. */
const TIME_MARGIN = 2;
const MEMORY_GRAIN_MIB = 256;
/**
 * The power of the number of fills that memory grows by.
 * - 06-2, 06-3 and 25 keep rows of fills; 12 and 13 keep some 50 to 75 bytes of every scored one.
 * - Markets, and a day's fills of which no more than 4 M are held: the import peaked at .6, .9, 1.1 and 3.1 GiB with 1, 10, 20
 *   and 100 M fills, chunks at .2, .7, .9 and 2.7 GiB with .1, 1.2, 2.5 and 12.5 M of their own. All of these lie within 60 days;
 *   more fills than that are of more days.
 * - Wallets come seldom anew: a million made the first 160 M published fills. The densest market simulated has as many in 12 M,
 *   from where the fourth root leads to 1.7 M at 100 M fills and 3.2 M at 1.2 billion.
 */
const GROWTH_POWER: Readonly<Record<ScalesWith, number>> = { fills: 1, markets: 1 / 2, wallets: 1 / 4 };

/** The floor and what grows above it, in whole grains; `share` is the number of fills in those that `fullMib` is for. */
function memoryFor(floorMib: number, fullMib: number, growsWith: ScalesWith, share: number): number {
  const floor = Math.min(floorMib, fullMib);
  const memoryMib = floor + (fullMib - floor) * share ** GROWTH_POWER[growsWith];
  return Math.ceil(memoryMib / MEMORY_GRAIN_MIB) * MEMORY_GRAIN_MIB;
}

function timeLimit(minutes: number): number {
  return Math.ceil(Math.max(MINUTES_MIN, minutes * TIME_MARGIN));
}

/**
 * The request of a step for `nRows` fills. Memory grows from the step's floor to the table's figure at 100 M fills and beyond,
 * by what the step holds; time with the fills, doubled.
 */
export function requestFor(step: Step, nRows: number): ResourceRequest {
  const share = nRows / TABLE_ROWS;
  const { cpus, memoryMib, memoryFloorMib = MEMORY_FLOOR_MIB, memoryScalesWith, minutes } = step;
  return {
    cpus,
    memoryMib: memoryFor(memoryFloorMib, memoryMib, memoryScalesWith, share),
    minutes: timeLimit(minutes * share),
  };
}

/**
 * The request of each chunk when `nRows` fills are cut into `nChunks`. Memory goes by the chunk's own fills, however many there
 * are in all; time also by those before the last chunk.
 */
export function chunkRequestFor(cpus: number, needs: ChunkNeeds, nRows: number, nChunks: number): ResourceRequest {
  const nOwn = nRows / nChunks;
  const minutes = (needs.minutes * nOwn) / CHUNK_ROWS + (needs.minutesBefore * (nRows - nOwn)) / TABLE_ROWS;
  return {
    cpus,
    memoryMib: memoryFor(MEMORY_FLOOR_MIB, needs.memoryMib, 'markets', nOwn / CHUNK_ROWS),
    minutes: timeLimit(minutes),
  };
}

/** The larger of two requests, each figure by itself; where a figure is missing, the other's. */
export function atLeast(request: ResourceRequest, least: Partial<ResourceRequest>): ResourceRequest {
  return {
    cpus: Math.max(request.cpus, least.cpus ?? 0),
    memoryMib: Math.max(request.memoryMib, least.memoryMib ?? 0),
    minutes: Math.max(request.minutes, least.minutes ?? 0),
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
