/** Command-line options: one way for every script, grouped, with defaults and units; unknown words are refused. */
import { readFileSync } from 'node:fs';
import yargs, { type InferredOptionTypes, type Options } from 'yargs';
import { isoDay } from './clock.ts';
import { createLog } from './console.ts';
import { envValue, nThreads } from './env.ts';
import { InputError } from './errors.ts';
import { withSystemErrors } from './files.ts';
import { inGroup, type OptionSpecs, option } from './option_kinds.ts';
import { checkRanges, integerMin } from './ranges.ts';
import { nearestWord } from './spelling.ts';

export type { OptionSpecs };

export const COMMON_GROUP = 'Common options';

/** Options that every script has; a command that is no step may have some of them only. */
const COMMON = inGroup(COMMON_GROUP, {
  'data-dir': {
    ...option.text(envValue('DATA_DIR') ?? 'data', 'folder of the data tables'),
    defaultDescription: 'DATA_DIR or ./data',
  },
  'models-dir': {
    ...option.text(envValue('MODELS_DIR') ?? 'models', 'folder of the models'),
    defaultDescription: 'MODELS_DIR or ./models',
  },
  seed: option.number(1, 'seed of everything random', integerMin(0)),
  threads: {
    ...option.number(nThreads, 'threads to use', integerMin(1)),
    defaultDescription: 'SLURM_CPUS_PER_TASK, THREADS or all cores',
  },
  force: option.flag('run although nothing has changed'),
  check: option.flag('do nothing but find out whether the step is up to date'),
  quiet: option.flag('print results and warnings only'),
});

export type CommonName = keyof typeof COMMON;
/** Values of own options and of the common ones named by `C`. */
export type OptionValues<S extends OptionSpecs, C extends CommonName = CommonName> = InferredOptionTypes<S> &
  Pick<InferredOptionTypes<typeof COMMON>, C>;

/** Where data and models are unless an option says otherwise. */
export const COMMON_DEFAULTS = {
  'data-dir': COMMON['data-dir'].default,
  'models-dir': COMMON['models-dir'].default,
} as const;

const COMMON_NAMES = Object.keys(COMMON) as CommonName[];

/** What a value of a config file must be, in words, or null when it is that. */
function lacking({ type }: Options, value: unknown): string | null {
  const isWord = (one: unknown): boolean => typeof one === 'string' || typeof one === 'number';
  if (type === 'boolean') return typeof value === 'boolean' ? null : 'true or false';
  if (type === 'number') return typeof value === 'number' ? null : 'a number';
  if (type === 'array') return isWord(value) || (Array.isArray(value) && value.every(isWord)) ? null : 'a list';
  return isWord(value) ? null : 'a word';
}

/** Refuses what yargs would bend into another value: "no" as true or false, null as nothing. */
function checkConfig(config: Readonly<Record<string, unknown>>, specs: OptionSpecs, path: string): void {
  for (const [name, spec] of Object.entries(specs))
    for (const key of new Set([name, camelCase(name)])) {
      const what = key in config ? lacking(spec, config[key]) : null;
      if (what !== null)
        throw new InputError(
          'bad-option',
          `--${name} needs ${what}, not ${JSON.stringify(config[key])}`,
          `change "${key}" in ${path}`,
        );
    }
}

/** Refuses options that would be ignored, each with what it needs. */
function checkEffects(
  specs: OptionSpecs,
  values: Readonly<Record<string, unknown>>,
  isGiven: (name: string) => boolean,
): void {
  for (const [name, { onlyWith, excludes = [] }] of Object.entries(specs)) {
    if (!isGiven(name)) continue;
    const other = excludes.find(isGiven);
    if (other !== undefined)
      throw new InputError('bad-option', `--${other} has no effect beside --${name}`, 'give one of them');
    if (onlyWith === undefined) continue;
    const needs = Object.entries(onlyWith);
    if (needs.some(([needed, value]) => (value === true ? isGiven(needed) : values[needed] === value))) continue;
    const words = needs
      .map(([needed, value]) => (value === true ? `--${needed}` : `--${needed} ${value}`))
      .join(' or ');
    throw new InputError(
      'bad-option',
      `--${name} has no effect without ${words}`,
      `add ${words}, or leave --${name} out`,
    );
  }
}

/** Refuses `--force=yes`: a switch is there or not. */
function checkSwitches(argv: readonly string[], specs: OptionSpecs): void {
  for (const word of argv) {
    const [, name, value] = /^--([^=]+)=(.*)$/.exec(word) ?? [];
    if (name !== undefined && specs[name]?.type === 'boolean' && value !== 'true' && value !== 'false')
      throw new InputError('bad-option', `${word}: --${name} takes no value`, `write --${name}, or leave it out`);
  }
}

function readConfig(path: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(withSystemErrors(path, () => readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof InputError) throw new InputError('bad-option', `--config: ${error.message}`, error.hint);
    throw new InputError(
      'bad-option',
      `--config ${path} cannot be read as JSON`,
      'give a file that holds one JSON object of options',
      { cause: error },
    );
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new InputError('bad-option', `--config ${path} does not hold a JSON object`, 'write {"option": value, …}');
  return parsed as Record<string, unknown>;
}

/** `run-dir` as `runDir`. */
function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** What yargs says of a fault, in the words of this project. */
function inOurWords(message: string, argv: readonly string[]): string {
  const line = message.replaceAll(/\s*\n\s*/g, ' ');
  const [, unknown] = /^Unknown arguments?: (.+)$/.exec(line) ?? [];
  if (unknown !== undefined) {
    const isWord = (name: string): boolean => argv.includes(name);
    const all = unknown.split(', ');
    // yargs names `--run-dir` once more as `runDir`.
    const inCamelCase = new Set(all.filter((name) => name.includes('-')).map(camelCase));
    const names = all
      .filter((name) => !inCamelCase.has(name))
      .map((name) => (isWord(name) ? `"${name}"` : `--${name}`));
    return `${names.join(', ')} ${names.length === 1 ? 'is no option' : 'are no options'}`;
  }
  const [, lacking] = /^Not enough arguments following: (.+)$/.exec(line) ?? [];
  if (lacking !== undefined) return `--${lacking} needs a value`;
  const [, missing] = /^Missing required arguments?: (.+)$/.exec(line) ?? [];
  if (missing !== undefined) return `--${missing.replaceAll(', ', ' and --')} must be given`;
  const [, name, given, choices] = /^Invalid values: Argument: (.+), Given: (.+), Choices: (.+)$/.exec(line) ?? [];
  return name === undefined ? line : `--${name} ${given} is none of ${choices.replaceAll('"', '')}`;
}

/** The words of a command line with old names of options replaced by today's; warns once for each. */
function withNewNames(argv: readonly string[], specs: OptionSpecs): string[] {
  const warned = new Set<string>();
  return argv.map((word) => {
    const [, name, rest = ''] = /^--([^=]+)(=.*)?$/s.exec(word) ?? [];
    const today = name === undefined ? null : nameToday(name, specs);
    if (today === null) return word;
    if (!warned.has(today)) warnOfOldName(`--${name}`, `--${today}`);
    warned.add(today);
    return `--${today}${rest}`;
  });
}

/** The options of a config file under today's names. */
function configWithNewNames(
  config: Record<string, unknown>,
  specs: OptionSpecs,
  path: string,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const today = nameToday(key, specs);
      if (today !== null) warnOfOldName(`"${key}" in ${path}`, `"${today}"`);
      return [today ?? key, value];
    }),
  );
}

function nameToday(name: string, specs: OptionSpecs): string | null {
  if (name in specs) return null;
  const found = Object.entries(specs).find(
    ([, { formerName }]) => formerName !== undefined && [formerName, camelCase(formerName)].includes(name),
  );
  return found?.[0] ?? null;
}

function warnOfOldName(old: string, today: string): void {
  createLog({ quiet: false }).warn(`${old} is now ${today}; the old name will not be read by the next version`);
}

const SEE_HELP = 'see --help for the options';

/**
 * Parses a command line. Words on it win over `--config file.json`, which wins over defaults.
 * @param commonNames the common options that the command heeds; the others are neither shown nor taken
 * @throws InputError 'bad-option' for an unknown option, a missing value, a wrong type, a number out of its range, a choice that
 * does not exist or an option that would have no effect
 */
export async function parseOptions<S extends OptionSpecs, C extends CommonName = CommonName>(
  words: readonly string[],
  usage: string,
  specs: S,
  commonNames: readonly C[] = COMMON_NAMES as C[],
): Promise<OptionValues<S, C>> {
  const common = Object.fromEntries(commonNames.map((name) => [name, COMMON[name]]));
  const all: OptionSpecs = Object.fromEntries(
    Object.entries({ ...common, ...specs }).map(([name, spec]) => [
      name,
      spec.type === 'boolean' ? spec : { ...spec, requiresArg: true },
    ]),
  );
  const argv = withNewNames(words, all);
  const empty = argv.find((word) => /^--[^=]+=$/.test(word));
  if (empty !== undefined) throw new InputError('bad-option', `${empty.slice(0, -1)} is empty`, SEE_HELP);
  checkSwitches(argv, all);
  let configFault: unknown = null;
  const configured = new Set<string>();
  const parser = yargs([...argv])
    .scriptName('')
    .usage(usage)
    .parserConfiguration({ 'duplicate-arguments-array': true, 'greedy-arrays': true, 'boolean-negation': false })
    .options(all)
    .option('config', { type: 'string', requiresArg: true, group: COMMON_GROUP })
    .config('config', 'JSON file with options', (path) => {
      try {
        const config = configWithNewNames(readConfig(path), all, path);
        checkConfig(config, all, path);
        for (const key of Object.keys(config)) configured.add(key);
        return config;
      } catch (error) {
        // yargs keeps the message of an error only, and not its hint.
        configFault = error;
        throw error;
      }
    })
    .help('help', 'show this text')
    .group(['help'], COMMON_GROUP)
    .version(false)
    .strict()
    .wrap(Math.min(120, process.stdout.columns ?? 120))
    .fail((message, error) => {
      if (configFault !== null) throw configFault;
      const line = inOurWords(message ?? error.message, argv);
      const [, misspelt] = /^--(\S+) is no option$/.exec(line) ?? [];
      const meant = misspelt === undefined ? null : nearestWord(misspelt, Object.keys(all));
      throw new InputError('bad-option', line, meant === null ? SEE_HELP : `did you mean --${meant}? ${SEE_HELP}`);
    });
  const parsed = (await parser.parseAsync()) as Record<string, unknown>;
  for (const [name, spec] of Object.entries(all)) {
    const value = parsed[name];
    if (spec.type !== 'array' && spec.array !== true && Array.isArray(value))
      throw new InputError('bad-option', `--${name} was given more than once`, 'give it once');
    if (spec.type === 'number' && value !== undefined && !Number.isFinite(value))
      throw new InputError('bad-option', `--${name} needs a number`, `for example --${name} ${spec.default ?? 1}`);
    if (spec.type === 'string' && value === '') throw new InputError('bad-option', `--${name} is empty`, SEE_HELP);
  }
  checkRanges(all, parsed);
  const isGiven = (name: string): boolean =>
    parsed[name] !== false &&
    [name, camelCase(name)].some(
      (word) => configured.has(word) || argv.some((given) => given === `--${word}` || given.startsWith(`--${word}=`)),
    );
  checkEffects(all, parsed, isGiven);
  return parsed as OptionValues<S, C>;
}

/** The words of a command line for those options of `specs` that are not what they are by default. */
export function wordsFor(specs: OptionSpecs, values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(specs).flatMap(([name, spec]) => {
    const value = values[name];
    if (value === undefined || value === spec.default) return [];
    return spec.type === 'boolean' ? [`--${name}`] : [`--${name}`, String(value)];
  });
}

/** No time from here on is meant: 2100. */
const MOMENT_END_MS = Date.UTC(2100, 0, 1);

/**
 * A time given as `2026-01-09`, `2026-01-09T12:00:00Z` or milliseconds since 1970, in ms since 1970 UTC.
 * @throws InputError 'bad-option' naming the option
 */
export function parseMoment(option: string, text: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z)?)?$/.exec(text);
  const isMs = /^\d{12,14}$/.test(text);
  const ms = isMs ? Number(text) : Date.parse(`${match?.[1]}T${match?.[2] ?? '00:00'}Z`);
  const isTime = isMs || (!Number.isNaN(ms) && isoDay(ms) === match![1]);
  if (isTime && ms < MOMENT_END_MS) return ms;
  throw new InputError(
    'bad-option',
    `--${option} ${text} ${isTime ? 'lies after the year 2099' : 'is not a time'}`,
    `write --${option} 2026-01-09, --${option} 2026-01-09T12:00:00Z (UTC) or milliseconds since 1970`,
  );
}

/**
 * A chunk given as `i/n`, 1-based.
 * @throws InputError 'bad-option' naming the option
 */
export function parseChunk(option: string, text: string): { chunk: number; nChunks: number } {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const chunk = Number(match?.[1]);
  const nChunks = Number(match?.[2]);
  if (match === null || chunk < 1 || chunk > nChunks)
    throw new InputError(
      'bad-option',
      `--${option} ${text} is not a chunk`,
      `write --${option} 2/8 for the second of eight`,
    );
  return { chunk, nChunks };
}
