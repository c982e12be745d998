/** RabbitMQ, Redis and Prometheus of this machine's own packages, on loopback and free ports, with all they write in one folder; for tests and benchmarks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { assert } from '../run/errors.ts';

export interface LocalServer {
  readonly url: string;
  /** Process id of the server as it runs now. */
  pid(): number;
  /** Starts it again on its old data and port, after `kill`. */
  start(): Promise<void>;
  /** Ends it without a word, as a crash does. */
  kill(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
}

const RABBIT = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const EPMD = '/usr/bin/epmd';
const REDIS = '/usr/bin/redis-server';
const PROMETHEUS = '/usr/bin/prometheus';
/** On a machine with much else to do RabbitMQ takes minutes. */
export const START_MS_MAX = 300_000;
const STOP_MS_MAX = 30_000;

/** Whether Prometheus can be started here. */
export function hasPrometheus(): boolean {
  return existsSync(PROMETHEUS);
}

/** Why one of the brokers cannot be started here, or null. */
export function whyNoBrokers(): string | null {
  const missing = [RABBIT, EPMD, REDIS].filter((path) => !existsSync(path));
  return missing.length === 0
    ? null
    : `${missing.join(', ')} not installed (apt-get install rabbitmq-server redis-server)`;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

/** Runs a command in whose group a watcher ends all once its standard input has ended: no server outlives who started it, however that ended. */
const TIED = 'exec 3<&0; (read -r _ <&3; kill -KILL 0) & exec "$@" </dev/null 3<&-';

/** Runs a server until its port answers; @throws Error with the end of its log when it does not */
export async function startProcess(
  command: string,
  args: readonly string[],
  port: number,
  options: { env: NodeJS.ProcessEnv; cwd: string; uid?: number; gid?: number },
): Promise<ChildProcess> {
  let log = '';
  // A group of its own: Ctrl-C in the terminal is for whoever started it, who then ends it.
  const tied = ['-c', TIED, 'sh', command, ...args];
  const child = spawn('/bin/sh', tied, { ...options, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      log = (log + String(data)).slice(-2000);
    });
  const endMs = performance.now() + START_MS_MAX;
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > endMs)
      throw new Error(`${command} did not start (exit code ${child.exitCode}):\n${log}`);
    await pause(100);
  }
  return child;
}

async function endProcess(child: ChildProcess, pid: number, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  // To the system 0 is the whole group of this process, and an empty file reads as 0.
  assert(pid > 1, `${pid} is no process of a server`);
  process.kill(pid, signal);
  await once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS_MAX) });
}

/** One server that can be killed and started again. */
export class RestartedServer implements LocalServer {
  private child: ChildProcess | null = null;

  constructor(
    readonly url: string,
    private readonly run: () => Promise<ChildProcess>,
    private readonly pidOf: (child: ChildProcess) => number,
    private readonly end: () => void = () => undefined,
  ) {}

  pid(): number {
    if (this.child === null) throw new Error('the server is not running');
    return this.pidOf(this.child);
  }

  async start(): Promise<void> {
    this.child = await this.run();
  }

  async kill(): Promise<void> {
    await this.endWith('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.endWith('SIGTERM');
    this.end();
  }

  private async endWith(signal: NodeJS.Signals): Promise<void> {
    if (this.child === null) return;
    const { child } = this;
    const pid = this.pidOf(child);
    this.child = null;
    await endProcess(child, pid, signal);
  }
}

/** Starts RabbitMQ with all that it writes in `folder`. */
export async function startRabbit(folder: string): Promise<LocalServer> {
  mkdirSync(folder, { recursive: true });
  const [port, distPort, epmdPort] = [await freePort(), await freePort(), await freePort()];
  const inFolder = (name: string): string => join(folder, name);
  writeFileSync(inFolder('plugins'), '[].\n');
  writeFileSync(inFolder('env.conf'), '');
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'spyhop@localhost',
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_MNESIA_BASE: inFolder('data'),
    RABBITMQ_LOG_BASE: inFolder('log'),
    RABBITMQ_PID_FILE: inFolder('pid'),
    RABBITMQ_CONFIG_FILE: inFolder('none'),
    RABBITMQ_ADVANCED_CONFIG_FILE: inFolder('none.config'),
    RABBITMQ_CONF_ENV_FILE: inFolder('env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('plugins'),
  };
  // Erlang would start its own in the background, which nobody ends.
  const epmd = await startProcess(EPMD, ['-port', String(epmdPort), '-address', '127.0.0.1'], epmdPort, {
    env,
    cwd: folder,
  });
  const pidFile = inFolder('pid');
  const server = new RestartedServer(
    `amqp://guest:guest@127.0.0.1:${port}`,
    () => startProcess(RABBIT, [], port, { env, cwd: folder }),
    () => Number(readFileSync(pidFile, 'utf8')),
    () => epmd.kill(),
  );
  await server.start();
  return server;
}

/** Starts Redis with an append-only file in `folder`. */
export async function startRedis(folder: string): Promise<LocalServer> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--appendfsync',
    'everysec',
    '--save',
    '',
  ];
  const server = new RestartedServer(
    `redis://127.0.0.1:${port}`,
    () => startProcess(REDIS, settings, port, { env: { PATH: process.env.PATH }, cwd: folder }),
    (child) => child.pid as number,
  );
  await server.start();
  return server;
}

/** Starts Prometheus with a configuration of the caller; its data go to `folder`. */
export async function startPrometheus(folder: string, configPath: string): Promise<LocalServer> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const settings = [
    `--config.file=${configPath}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const server = new RestartedServer(
    `http://127.0.0.1:${port}`,
    () => startProcess(PROMETHEUS, settings, port, { env: { PATH: process.env.PATH }, cwd: folder }),
    (child) => child.pid as number,
  );
  await server.start();
  return server;
}
