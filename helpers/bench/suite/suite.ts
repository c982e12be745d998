/** What suites share: options in short, a folder that goes, and lines. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yargs, { type Options } from 'yargs';

/** The options in the arguments of a suite; one that is not in `specs` ends the process. */
export function suiteOptions<const S extends Readonly<Record<string, Options>>>(args: readonly string[], specs: S) {
  return yargs([...args])
    .options(specs)
    .strict()
    .parseSync();
}

/** Lets `work` use a temporary folder, which is removed afterwards unless it is to be kept. */
export async function inFolder<T>(suite: string, work: (folder: string) => Promise<T>, isKept = false): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), `spyhop-${suite}-`));
  try {
    return await work(folder);
  } finally {
    if (isKept) say(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
