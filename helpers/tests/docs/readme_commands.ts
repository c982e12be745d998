/** The commands that a Markdown text shows, and the options of the scripts they run. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

export interface ShownCommand {
  /** The command as it stands in the text. */
  readonly text: string;
  /** Script that it runs, if it is one of ours. */
  readonly script: string | null;
  /** Names of the options given to that script. */
  readonly options: readonly string[];
  /** What is wrong with it without running it, or null. */
  readonly fault: string | null;
}

const PACKAGE_SCRIPTS: Readonly<Record<string, string>> = JSON.parse(readFileSync('package.json', 'utf8')).scripts;
/** Programs that are not ours. */
const FOREIGN = new Set(['chromium', 'conda']);

function optionsOf(words: readonly string[]): string[] {
  return words.filter((word) => /^--\w/.test(word)).map((word) => word.slice(2).replace(/=.*/, ''));
}

/** Lines of ```sh blocks and code spans that begin like a command, without comments; `a && b` are two. */
function commandTexts(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) => block.split('\n'));
  const spans = [...markdown.matchAll(/`((?:npm|npx tsx|sbatch) [^`]+)`/g)].map(([, span]) => span);
  return [...blocks, ...spans]
    .flatMap((line) => line.replace(/\s+#.*$/, '').split(' && '))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function ofNpm(text: string, words: readonly string[]): ShownCommand {
  const name = words[0] === 'run' ? words[1] : words[0];
  const command = PACKAGE_SCRIPTS[name];
  const isKnown = ['ci', 'install'].includes(name) || command !== undefined;
  const script = /^tsx (\S+)$/.exec(command ?? '')?.[1] ?? null;
  const options = words.includes('--') ? optionsOf(words.slice(words.indexOf('--') + 1)) : [];
  return { text, script, options, fault: isKnown ? null : `package.json has no script ${name}` };
}

function parse(text: string): ShownCommand {
  const [program, ...words] = text.split(/\s+/);
  if (program === 'npm') return ofNpm(text, words);
  if (program === 'npx' && words[0] === 'tsx')
    return { text, script: words[1], options: optionsOf(words.slice(2)), fault: null };
  if (program === 'sbatch') {
    const at = words.findIndex((word) => word.endsWith('.sbatch'));
    if (at < 0) return { text, script: null, options: [], fault: null };
    const script = /^script=(.*)$/m.exec(readFileSync(words[at], 'utf8'))?.[1] ?? null;
    return { text, script, options: optionsOf(words.slice(at + 1)), fault: null };
  }
  return { text, script: null, options: [], fault: FOREIGN.has(program) ? null : `${program} is no known program` };
}

/** Every command that a Markdown text shows. */
export function shownCommands(markdown: string): ShownCommand[] {
  return commandTexts(markdown).map(parse);
}

/** Names of the options that a script takes, as its own --help lists them. */
export async function helpOptions(script: string): Promise<Set<string>> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, '--help']);
  return new Set([...stdout.matchAll(/^ +--([\w-]+) /gm)].map(([, name]) => name));
}
