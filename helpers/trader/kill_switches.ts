/**
 * What stops trading from outside: a file that is there, a command of a person, and the venue's own order group. Commands are files too, so
 * that they reach a running trader and wait for one that is not.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../run/errors.ts';
import { makeFolder, readJsonAs, writeJsonAtomic } from '../run/files.ts';
import type { RiskEngine } from '../trade/risk/engine.ts';
import { watchHaltFile } from '../trade/risk/halt_file.ts';
import { STOP_NAMES } from '../trade/risk/stops.ts';

/** What ends all pauses of entries. */
const PAUSES = 'pauses';

const COMMAND = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('halt'), why: z.string(), atMs: z.number() }),
  z.object({ kind: z.literal('resume'), name: z.enum([...STOP_NAMES, PAUSES]), atMs: z.number() }),
]);
type Command = Readonly<z.infer<typeof COMMAND>>;

/** The command of a command line, or null. @throws InputError 'bad-option' for a stop that there is not */
export function commandOf(
  { halt, resume }: { readonly halt: string | undefined; readonly resume: string | undefined },
  atMs: number,
): Command | null {
  if (halt !== undefined) return { kind: 'halt', why: halt === '' ? 'somebody has asked for it' : halt, atMs };
  if (resume === undefined) return null;
  const names = [...STOP_NAMES, PAUSES] as const;
  const name = names.find((one) => one === resume);
  if (name === undefined)
    throw new InputError('bad-option', `--resume ${resume}: there is no such stop`, `one of ${names.join(', ')}`);
  return { kind: 'resume', name, atMs };
}

const FILE = /^\d{15}-[0-9a-f-]{36}[.]json$/;
const MS_DIGITS = 15;

/** While this file is in the folder of the trader, nothing is sent. */
const HALT_FILE = 'HALT';

const commandFolder = (folder: string): string => join(folder, 'commands');

/** Leaves a command for the trader of a folder. */
export function leaveCommand(folder: string, command: Command): void {
  makeFolder(commandFolder(folder));
  const name = `${String(command.atMs).padStart(MS_DIGITS, '0')}-${randomUUID()}.json`;
  writeJsonAtomic(join(commandFolder(folder), name), command);
}

/** Obeys the commands that were left, in their order; the caller saves the engine and then calls the returned function. */
export function obeyCommands(engine: RiskEngine, folder: string, nowMs: number): () => void {
  watchHaltFile(engine, join(folder, HALT_FILE), nowMs);
  const at = commandFolder(folder);
  const names = existsSync(at)
    ? readdirSync(at)
        .filter((name) => FILE.test(name))
        .sort()
    : [];
  for (const name of names) {
    const command = readJsonAs(join(at, name), COMMAND, 'a command', 'delete it');
    if (command.kind === 'halt') engine.stop('command', 'HALTED', command.why, nowMs);
    else if (command.name === PAUSES) engine.unlock('all', null);
    else engine.clear(command.name, nowMs);
  }
  return () => {
    for (const name of names) rmSync(join(at, name), { force: true });
  };
}
