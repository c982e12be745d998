/** Commands in hints, made whole: they go on with the folders of the run that names them, so that they can be run as they stand. */
import { InputError } from './errors.ts';
import { COMMON_DEFAULTS } from './options.ts';

/** Folders that a command was given. */
interface Folders {
  readonly 'data-dir': string;
  readonly 'models-dir': string;
}

/** How hints name a numbered script, unless its folders are told already. */
const SCRIPT = /npx tsx [1-6]_\w+\/[\w-]+\.ts(?!.* --data-dir)/g;

/** A word as a shell takes it; braces around a comma would be an expansion. */
export function shellWord(word: string): string {
  return /^(\{task\}|[\w./:=@%+,-])+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `text` with the folders that are not the default ones after every script that it says how to run. */
export function wholeCommands(text: string, folders: Folders): string {
  const words = (['data-dir', 'models-dir'] as const)
    .filter((name) => folders[name] !== COMMON_DEFAULTS[name])
    .map((name) => ` --${name} ${shellWord(folders[name])}`);
  return words.length === 0 ? text : text.replaceAll(SCRIPT, (script) => `${script}${words.join('')}`);
}

/** An error with the commands of its hint made whole; anything else as it is. */
export function withWholeHint(error: unknown, folders: Folders): unknown {
  if (!(error instanceof InputError)) return error;
  return new InputError(error.tag, error.message, wholeCommands(error.hint, folders), { cause: error });
}
