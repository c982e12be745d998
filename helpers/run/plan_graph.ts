/** Which steps of pipeline.ts a command runs, and how each is called. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findStep, STEPS, type Step } from '../pipeline.ts';
import { formatCount, formatTable, type Log } from './console.ts';
import { InputError } from './errors.ts';
import { readManifest } from './manifest.ts';
import { inGroup, option } from './option_kinds.ts';
import { type OptionValues, parseMoment } from './options.ts';
import { integerMin } from './ranges.ts';
import { shellWord } from './whole_commands.ts';

/** Step that makes raw data; it is left out when the user brings their own. */
const SIMULATOR_ID = 'simulate_market';
/** Step that fetches raw data; it runs only where they are asked for. */
const FETCH_ID = 'fetch_history';
/** Step that reads raw data. */
export const IMPORT_ID = 'import_trades';
const MASTER_STEP = findStep('master_pipeline');

/** Heading of the options that say what is run. */
export const GRAPH_WHAT = 'What to run';

/** The options that every command which runs the graph takes. */
export const GRAPH_OPTIONS = inGroup(GRAPH_WHAT, {
  data: option.text('simulated', '`simulated`, or a folder of raw files'),
  trades: {
    ...option.number(200_000, 'fills to simulate when --data is simulated', integerMin(2)),
    onlyWith: { data: 'simulated' },
  },
  from: { type: 'string', describe: 'start at this step (id or number, for example 01)' },
  only: { type: 'string', describe: 'run this step alone' },
  'as-of': {
    type: 'string',
    describe:
      'the time T of the profiles, UTC (2026-01-09, or 2026-01-09T12:00:00Z): nothing at T or later is used; only 09-1, 09-2, 10 and chapter 6 look at all trades',
    defaultDescription: 'the end of the last day with trades',
  },
});

/** The common options of a command in the words that each of its steps is given. */
export function wordsForSteps(
  options: OptionValues<Record<never, never>, 'data-dir' | 'models-dir' | 'seed' | 'force' | 'quiet'>,
): string[] {
  return [
    '--data-dir',
    options['data-dir'],
    '--models-dir',
    options['models-dir'],
    '--seed',
    String(options.seed),
    ...(options.force ? ['--force'] : []),
    ...(options.quiet ? ['--quiet'] : []),
  ];
}

export interface GraphOptions {
  readonly dataDir: string;
  /** Folder of raw files, or null for the simulated market. */
  readonly rawFolder: string | null;
  /** What the fetching step is told, where raw data are fetched first. */
  readonly fetch?: readonly string[];
  /** What the importing step is told of raw files. */
  readonly imports?: readonly string[];
  /** What the simulator is told besides the number of fills. */
  readonly world?: readonly string[];
  readonly nSimulatedTrades: number;
  /** The as-of time as the user wrote it; null for the end of the data. */
  readonly asOf: string | null;
  readonly from: string | null;
  readonly only: string | null;
  /** Options passed on to every step. */
  readonly common: readonly string[];
  readonly log: Log;
}

/** Refuses to import what was really traded into the tables of a simulated market. */
function checkNotSimulated(dataDir: string): void {
  if (!existsSync(join(dataDir, folderOf(SIMULATOR_ID)))) return;
  throw new InputError(
    'bad-option',
    `--data live: ${dataDir} holds a simulated market`,
    'give another --data-dir and --models-dir, for example data-live and models-live',
  );
}

/**
 * The graph that the options of a command ask for.
 * @param imports words for the importing step
 * @param fetch words for the fetching step, when `data` is `live`
 * @param world words for the simulator
 * @throws InputError 'bad-option' when live data would be mixed with simulated ones
 */
export function graphOf(
  options: OptionValues<typeof GRAPH_OPTIONS>,
  log: Log,
  imports: readonly string[],
  fetch?: readonly string[],
  world: readonly string[] = [],
): GraphOptions {
  if (fetch !== undefined) checkNotSimulated(options['data-dir']);
  return {
    dataDir: options['data-dir'],
    nSimulatedTrades: options.trades,
    rawFolder: options.data === 'simulated' || fetch !== undefined ? null : options.data,
    ...(fetch === undefined ? {} : { fetch }),
    imports,
    world,
    asOf: options['as-of'] ?? null,
    from: options.from ?? null,
    only: options.only ?? null,
    common: [...wordsForSteps(options), '--threads', String(options.threads)],
    log,
  };
}

/** A step with the command line it is to be run with. */
export interface Planned {
  readonly step: Step;
  readonly args: readonly string[];
}

/** `08-1` of a script's path. */
function numberOf({ script }: Step): string {
  return script.split('/')[1].split('_')[0];
}

/** Whether a word names a step: by id, by script name, or by its number. */
function names(word: string, step: Step): boolean {
  const script = step.script.split('/')[1].replace('.ts', '');
  return word === step.id || word === step.script || word === script || word === numberOf(step);
}

/** The steps that a word may stand for: those it names, else those whose number it begins, a leading zero left out or not. */
function stepsNamed(steps: readonly Step[], word: string): Step[] {
  const named = steps.filter((step) => names(word, step));
  if (named.length > 0) return named;
  const number = word.replace(/^(\d)(?!\d)/, '0$1');
  return steps.filter((step) => names(number, step) || numberOf(step).startsWith(`${number}-`));
}

function indexOf(steps: readonly Step[], option: string, word: string): number {
  const named = stepsNamed(steps, word);
  const numbers = [...new Set(steps.map(numberOf))].join(', ');
  if (named.length === 0)
    throw new InputError(
      'bad-option',
      names(word, MASTER_STEP)
        ? `--${option} ${word} is the script that runs all others`
        : `--${option} ${word} is no step`,
      `one of ${numbers}, or a step's name (npm start -- --plan shows them)`,
    );
  if (named.length > 1)
    throw new InputError(
      'bad-option',
      `--${option} ${word} may be any of ${named.length} steps`,
      `say which: ${named.map((step) => step.id).join(' or ')}`,
    );
  return steps.indexOf(named[0]);
}

function folderOf(stepId: string): string {
  return findStep(stepId).writes[0];
}

/** Whether a step is part of the graph: where raw data come from decides which step makes them. */
function isWanted(step: Step, { rawFolder, fetch }: GraphOptions): boolean {
  if (step.id === FETCH_ID) return fetch !== undefined;
  if (step.id === SIMULATOR_ID) return rawFolder === null && fetch === undefined;
  return step.inGraph;
}

/** The steps to run, in order, with their arguments. */
export function planGraph(options: GraphOptions): Planned[] {
  if (options.from !== null && options.only !== null)
    throw new InputError('bad-option', '--from and --only exclude each other', 'give one of them');
  if (options.asOf !== null) parseMoment('as-of', options.asOf);
  const [word] = options.imports ?? [];
  if (word !== undefined && options.rawFolder === null && options.fetch === undefined)
    throw new InputError(
      'bad-option',
      `${word} has no effect on a simulated market`,
      'add --data and the folder of your raw files, or leave it out',
    );
  const [ofWorld] = options.world ?? [];
  if (ofWorld !== undefined && (options.rawFolder !== null || options.fetch !== undefined))
    throw new InputError('bad-option', `${ofWorld} has no effect without a simulated market`, 'leave it out');
  const steps = STEPS.filter((step) => isWanted(step, options));
  const first = options.from === null ? 0 : indexOf(steps, 'from', options.from);
  const chosen = options.only === null ? steps.slice(first) : [steps[indexOf(steps, 'only', options.only)]];
  const raw =
    options.rawFolder ?? join(options.dataDir, folderOf(options.fetch === undefined ? SIMULATOR_ID : FETCH_ID), 'raw');
  const values = { raw, data: options.dataDir, trades: String(options.nSimulatedTrades) };
  return chosen.map((step) => ({
    step,
    args: [
      // By a function: text would take `$&` in the name of a folder for what was found.
      ...step.args.flatMap((word) =>
        word === '{as-of}'
          ? asOfArgs(options)
          : word.replace(/\{(raw|data|trades)\}/g, (_, name: keyof typeof values) => values[name]),
      ),
      ...(step.id === FETCH_ID ? (options.fetch ?? []) : []),
      ...(step.id === IMPORT_ID ? (options.imports ?? []) : []),
      ...(step.id === SIMULATOR_ID ? (options.world ?? []) : []),
      ...options.common,
    ],
  }));
}

export function asOfArgs({ asOf }: GraphOptions): string[] {
  return asOf === null ? [] : ['--as-of', asOf];
}

/** The plan as a table for people. */
export function formatPlan(planned: readonly Planned[], dataDir: string): string {
  const rows = planned.map(({ step, args }) => [
    step.id,
    step.writes.length === 0 ? 'a model' : step.writes.map((folder) => stateOf(join(dataDir, folder))).join('; '),
    ['npx tsx', step.script, ...args.map(shellWord)].join(' '),
  ]);
  return formatTable(['step', 'its output now', 'command'], rows);
}

function stateOf(folder: string): string {
  const manifest = readManifest(folder);
  return manifest === null ? 'not made' : `${formatCount(manifest.rows)} rows of ${manifest.endedAt.slice(0, 16)}Z`;
}

/** Whether `reader` reads a table that `writer` writes. */
export function isUpstreamOf(writer: Step, reader: Step): boolean {
  return writer.writes.some((folder) => reader.reads.includes(folder));
}
