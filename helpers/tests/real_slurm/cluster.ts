/**
 * A real SLURM on this machine, without systemd: munged, slurmctld and four slurmd "nodes" on loopback, all below one folder of
 * their own. Nothing under /etc is read or written, and nothing is stopped that was not started here.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { basename, join } from 'node:path';

const COMMANDS = ['munged', 'munge', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'scancel', 'sinfo'];
const INSTALL = 'apt-get install munge slurmctld slurmd slurm-client slurm-wlm-basic-plugins';
/** Two nodes for each partition, so that a test that takes a node down disturbs its own partition only. */
const NODES = ['n1', 'n2', 'n3', 'n4'];
const READY_MS = 30_000;
const STOP_MS = 15_000;
const DAEMON_PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

export interface Cluster {
  readonly base: string;
  readonly conf: string;
}

function has(command: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', command], { env: { PATH: DAEMON_PATH } }).status === 0;
}

/** Why no SLURM can be started here, or null. */
export async function whyNot(): Promise<string | null> {
  const missing = COMMANDS.filter((command) => !has(command));
  if (missing.length > 0) return `${missing.join(', ')} not installed (${INSTALL})`;
  const address = await lookup(hostname()).catch(() => null);
  // slurmctld binds to what the host's name means; the daemons must not be reachable from outside.
  if (address?.address.startsWith('127.') !== true) return `the host name ${hostname()} does not mean 127.*`;
  return null;
}

async function freePorts(n: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: n },
      () =>
        new Promise<ReturnType<typeof createServer>>((done) => {
          const server = createServer().listen(0, '127.0.0.1', () => done(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** Whether memory can be limited by control groups (version 1, as root): then a job over its memory is OUT_OF_MEMORY. */
export function hasMemoryLimits(): boolean {
  if (userInfo().uid !== 0) return false;
  const folder = `/sys/fs/cgroup/memory/spyhop-probe-${process.pid}`;
  try {
    if (!['freezer', 'cpuset', 'cpuacct'].every((name) => existsSync(`/sys/fs/cgroup/${name}/cgroup.procs`)))
      return false;
    mkdirSync(folder);
    writeFileSync(join(folder, 'memory.limit_in_bytes'), '104857600');
    return true;
  } catch {
    return false;
  } finally {
    if (existsSync(folder)) rmdirSync(folder);
  }
}

function slurmConf(base: string, ports: readonly number[]): string {
  const me = userInfo().username;
  const limits = hasMemoryLimits()
    ? ['ProctrackType=proctrack/cgroup', 'TaskPlugin=task/cgroup', 'JobAcctGatherType=jobacct_gather/cgroup']
    : [
        'ProctrackType=proctrack/linuxproc',
        'TaskPlugin=task/none',
        'JobAcctGatherType=jobacct_gather/linux',
        'JobAcctGatherParams=OverMemoryKill',
      ];
  return `${[
    'ClusterName=spyhop',
    `SlurmctldHost=${hostname()}(127.0.0.1)`,
    `SlurmctldPort=${ports[0]}`,
    'CommunicationParameters=NoInAddrAny,NoCtldInAddrAny',
    `SlurmUser=${me}`,
    `SlurmdUser=${me}`,
    'AuthType=auth/munge',
    `AuthInfo=socket=${base}/munge/socket`,
    `StateSaveLocation=${base}/state`,
    `SlurmdSpoolDir=${base}/spool/%n`,
    `SlurmctldPidFile=${base}/slurmctld.pid`,
    `SlurmdPidFile=${base}/slurmd-%n.pid`,
    `SlurmctldLogFile=${base}/slurmctld.log`,
    `SlurmdLogFile=${base}/slurmd-%n.log`,
    ...limits,
    'JobAcctGatherFrequency=task=1',
    'MpiDefault=none',
    'SwitchType=switch/none',
    'ReturnToService=2',
    // Four nodes on one host claim more processors and memory than there are.
    'SlurmdParameters=config_overrides',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_CPU_Memory',
    'KillWait=5',
    'OverTimeLimit=0',
    'EnforcePartLimits=ALL',
    'MinJobAge=86400',
    'MaxArraySize=2001',
    'SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1',
    'AccountingStorageType=accounting_storage/none',
    ...NODES.map(
      (node, i) =>
        `NodeName=${node} NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${ports[i + 1]} CPUs=16 RealMemory=24000 State=UNKNOWN`,
    ),
    'PartitionName=calm Nodes=n1,n2 Default=YES LLN=YES MaxTime=1:00:00 State=UP',
    'PartitionName=rough Nodes=n3,n4 LLN=YES MaxTime=1:00:00 State=UP',
  ].join('\n')}\n`;
}

/** Runs a daemon that puts itself into the background. */
function daemon(base: string, command: string, args: readonly string[]): void {
  const log = openSync(join(base, `${basename(command)}.out`), 'a');
  const env = { ...process.env, PATH: DAEMON_PATH };
  const { status } = spawnSync(command, args, { stdio: ['ignore', log, log], env });
  if (status !== 0) throw new Error(`${command} did not start:\n${tail(base)}`);
}

function tail(base: string): string {
  return readdirSync(base)
    .filter((name) => /\.(log|out)$/.test(name))
    .map((name) => `${name}: ${readFileSync(join(base, name), 'utf8').split('\n').slice(-6).join('\n')}`)
    .join('\n');
}

export function startNode(cluster: Cluster, node: string): void {
  daemon(cluster.base, 'slurmd', ['-f', cluster.conf, '-N', node]);
}

/** Starts a cluster and waits until its nodes take jobs. */
export async function startCluster(): Promise<Cluster> {
  const base = mkdtempSync('/tmp/spyhop-slurm-');
  // munged refuses folders that others may write to, and jobs of other users must be able to pass through.
  spawnSync('chmod', ['755', base]);
  for (const name of ['munge', 'state', 'spool', ...NODES.map((node) => `spool/${node}`)])
    mkdirSync(join(base, name), { mode: 0o755 });
  const conf = join(base, 'slurm.conf');
  const ports = await freePorts(NODES.length + 1);
  writeFileSync(conf, slurmConf(base, ports));
  writeFileSync(join(base, 'cgroup.conf'), 'CgroupAutomount=no\nConstrainRAMSpace=yes\nConstrainSwapSpace=no\n');
  writeFileSync(join(base, 'munge/key'), randomBytes(1024), { mode: 0o600 });
  const cluster = { base, conf };
  try {
    const munge = ['key-file=key', 'socket=socket', 'pid-file=munged.pid', 'log-file=munged.log', 'seed-file=seed'];
    daemon(
      base,
      'munged',
      munge.map((word) => `--${word.replace('=', `=${base}/munge/`)}`),
    );
    daemon(base, 'slurmctld', ['-f', conf]);
    for (const node of NODES) startNode(cluster, node);
    const deadline = Date.now() + READY_MS;
    for (;;) {
      const states = slurm(cluster, 'sinfo', '-h', '-N', '-o', '%N %t').out;
      if (NODES.every((node) => new RegExp(`^${node} idle$`, 'm').test(states))) return cluster;
      if (Date.now() > deadline) throw new Error(`nodes are not ready: ${states}\n${tail(base)}`);
      await new Promise((done) => setTimeout(done, 200));
    }
  } catch (error) {
    await stopCluster(cluster);
    throw error;
  }
}

/** Runs one of SLURM's commands against the cluster. */
export function slurm(
  { conf }: Pick<Cluster, 'conf'>,
  command: string,
  ...args: string[]
): { status: number | null; out: string } {
  const env = { ...process.env, SLURM_CONF: conf };
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000, env });
  return { status, out: `${stdout}${stderr}` };
}

/** The pid in a file, if that process still runs `program` with the cluster's folder on its command line. */
export function daemonPid({ base }: Cluster, file: string, program: string): number | null {
  const path = join(base, file);
  const pid = existsSync(path) ? Number(readFileSync(path, 'utf8')) : Number.NaN;
  try {
    const isProgram = basename(readlinkSync(`/proc/${pid}/exe`)).startsWith(program);
    return isProgram && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(base) ? pid : null;
  } catch {
    return null;
  }
}

async function stopDaemon(cluster: Cluster, file: string, program: string): Promise<void> {
  const pid = daemonPid(cluster, file, program);
  if (pid === null) return;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_MS;
  while (daemonPid(cluster, file, program) !== null && Date.now() < deadline)
    await new Promise((done) => setTimeout(done, 100));
  if (daemonPid(cluster, file, program) !== null) process.kill(pid, 'SIGKILL');
}

/** Cancels every job, stops the daemons and removes the folder. */
export async function stopCluster(cluster: Cluster): Promise<void> {
  if (daemonPid(cluster, 'slurmctld.pid', 'slurmctld') !== null) {
    slurm(cluster, 'scancel', `--user=${userInfo().username}`);
    const deadline = Date.now() + STOP_MS;
    while (slurm(cluster, 'squeue', '-h').out.trim() !== '' && Date.now() < deadline)
      await new Promise((done) => setTimeout(done, 200));
  }
  for (const node of NODES) await stopDaemon(cluster, `slurmd-${node}.pid`, 'slurmd');
  await stopDaemon(cluster, 'slurmctld.pid', 'slurmctld');
  await stopDaemon(cluster, 'munge/munged.pid', 'munged');
  for (const controller of existsSync('/sys/fs/cgroup') ? readdirSync('/sys/fs/cgroup') : [])
    for (const node of NODES) {
      const folder = `/sys/fs/cgroup/${controller}/slurm_${node}`;
      // Removes only what is empty.
      if (existsSync(folder)) spawnSync('find', [folder, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';']);
    }
  rmSync(cluster.base, { recursive: true, force: true });
}
