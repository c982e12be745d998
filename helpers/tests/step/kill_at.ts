/**
 * Kills its own process, as `kill -9` does, at a chosen file operation below chosen folders; to be loaded before a script
 * (`--import`). KILL_BELOW holds the folders, parted by `:`, KILL_AT the number of the operation (0 for none). How many there
 * were stands in the file KILL_COUNT at the end.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { KILL_AT = '0', KILL_BELOW = '', KILL_COUNT } = process.env;
const OPERATIONS = ['renameSync', 'rmSync', 'mkdirSync', 'writeFileSync', 'openSync', 'writeSync', 'linkSync'] as const;
const folders = KILL_BELOW.split(':');
const openFiles = new Set<unknown>();

const isBelow = (target: unknown): boolean =>
  typeof target === 'string' ? folders.some((folder) => target.startsWith(folder)) : openFiles.has(target);

let nOperations = 0;
for (const name of OPERATIONS) {
  const original = fs[name] as (...args: unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      const counts = isBelow(args[0]);
      if (counts && ++nOperations === Number(KILL_AT)) process.kill(process.pid, 'SIGKILL');
      const result = original(...args);
      if (counts && name === 'openSync') openFiles.add(result);
      return result;
    },
  });
}
syncBuiltinESMExports();
process.on('exit', () => {
  if (KILL_COUNT !== undefined) fs.writeFileSync(KILL_COUNT, String(nOperations));
});
