/** PostgreSQL of this machine's own packages, on loopback and a free port, with all it writes in one folder; for tests. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../run/errors.ts';
import { freePort, type LocalServer, RestartedServer, START_MS_MAX, startProcess } from './local_brokers.ts';

const VERSIONS = '/usr/lib/postgresql';

/** Folder of the newest version's programs, or null. */
function programs(): string | null {
  if (!existsSync(VERSIONS)) return null;
  const versions = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a));
  return (
    versions.map((version) => join(VERSIONS, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb'))) ?? null
  );
}

/** Why PostgreSQL cannot be started here, or null. */
export function whyNoPostgres(): string | null {
  return programs() === null ? `no PostgreSQL in ${VERSIONS} (apt-get install postgresql)` : null;
}

/** PostgreSQL refuses to run as root: it runs as the user that its package has made. */
function ownUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((text) => text.startsWith('postgres:'));
  assert(line !== undefined, 'the package of PostgreSQL has made no user');
  const [, , uid, gid] = line.split(':').map(Number);
  return { uid, gid };
}

/** Starts PostgreSQL with a fresh database in `folder`, which its user must be able to reach. */
export async function startPostgres(folder: string): Promise<LocalServer> {
  const bin = programs();
  assert(bin !== null, 'PostgreSQL is not installed');
  const user = ownUser();
  mkdirSync(folder, { recursive: true });
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const options = { env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }, cwd: folder, ...user };
  const data = join(folder, 'data');
  const initdb = [
    '--pgdata',
    data,
    '--username',
    'spyhop',
    '--auth',
    'trust',
    '--encoding',
    'UTF8',
    '--no-instructions',
  ];
  execFileSync(join(bin, 'initdb'), initdb, { ...options, stdio: 'pipe' });
  const port = await freePort();
  const settings = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder];
  const server = new RestartedServer(
    `postgres://spyhop@127.0.0.1:${port}/postgres`,
    async () => {
      const child = await startProcess(join(bin, 'postgres'), settings, port, options);
      // Its port answers before it does.
      const endMs = performance.now() + START_MS_MAX;
      while (spawnSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).status !== 0) {
        if (child.exitCode !== null || performance.now() > endMs) {
          child.kill('SIGKILL');
          throw new Error(`postgres in ${folder} did not become ready`);
        }
        await new Promise((done) => setTimeout(done, 100));
      }
      return child;
    },
    (child) => child.pid as number,
  );
  await server.start();
  return server;
}
