/** An array of eight chunks, most of which meet with an accident; the next submission must end like an undisturbed run. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { daemonPid, hasMemoryLimits, startNode } from './cluster.ts';
import {
  call,
  cluster,
  copyTables,
  gateModule,
  lastRecord,
  makeSandbox,
  stateOf,
  tableHashes,
  until,
} from './sandbox.ts';

/** How tasks meet their accident. */
const [KILLED, REQUEUED, HUNGRY, SLOW, DEAF, ON_DEAD_NODE] = [2, 3, 4, 5, 6, 7];
const CHUNK = 'build_features_chunk';

describe.skipIf(cluster === null)('chunks that meet with accidents', () => {
  const box = makeSandbox();
  const gates = join(box.root, 'gates');
  const gate = (task: number): string => join(gates, `${CHUNK}.${task}`);
  const words = ['--from', '01', '--chunks', '8', '--partition', 'rough'];
  let id = '';
  let deadNode = '';

  /** Process of a task's batch script, once it is at the gate. */
  const pidAtGate = (task: number): Promise<number> =>
    until(`task ${task} is at its gate`, () => {
      // The file is there a moment before its number, and process 0 is this whole run of the tests.
      const text = existsSync(`${gate(task)}.pid`) ? readFileSync(`${gate(task)}.pid`, 'utf8') : '';
      return /^\d+\n$/.test(text) && Number(text);
    });
  /** Has a requeued task start in seconds rather than after the two minutes that SLURM waits. */
  const startSoon = async (task: number): Promise<void> => {
    await until(`task ${task} waits again`, () => stateOf(`${id}_${task}`).startsWith('PENDING'));
    call('scontrol', 'update', `JobId=${id}_${task}`, 'StartTime=now+3');
  };

  beforeAll(async () => {
    mkdirSync(gates, { recursive: true });
    copyTables(box);
    for (const task of [KILLED, REQUEUED, SLOW, DEAF, ON_DEAD_NODE]) writeFileSync(gate(task), '');
    writeFileSync(`${gate(DEAF)}.deaf`, '');
    // Limits of waiting tasks can be changed, those of running ones cannot.
    call('scontrol', 'update', 'PartitionName=rough', 'State=DOWN');
    const submitted = await box.submit(words, gateModule(gates));
    expect(submitted.err).not.toContain('error');
    id = lastRecord(box).jobs.find(({ name }) => name === CHUNK)!.jobId;
    call('scontrol', 'update', `JobId=${id}_${HUNGRY}`, 'MinMemoryNode=60');
    for (const task of [SLOW, DEAF]) call('scontrol', 'update', `JobId=${id}_${task}`, 'TimeLimit=1');
    // The node that will die has no other task waiting on it.
    for (const task of [KILLED, REQUEUED, SLOW, DEAF])
      call('scontrol', 'update', `JobId=${id}_${task}`, 'ReqNodeList=n3');
    call('scontrol', 'update', `JobId=${id}_${ON_DEAD_NODE}`, 'ReqNodeList=n4');
    call('scontrol', 'update', 'PartitionName=rough', 'State=UP');
  });
  afterAll(() => {
    if (deadNode !== '' && daemonPid(cluster!, `slurmd-${deadNode}.pid`, 'slurmd') === null)
      startNode(cluster!, deadNode);
    call('scontrol', 'update', 'PartitionName=rough', 'State=UP');
    box.remove();
  });

  test('a task that is killed has failed', async () => {
    process.kill(await pidAtGate(KILLED), 'SIGKILL');
    await until('the killed task has ended', () => stateOf(`${id}_${KILLED}`) === 'FAILED 0');
  });

  test('a task that is requeued starts anew and ends well', async () => {
    await pidAtGate(REQUEUED);
    call('scontrol', 'requeue', `${id}_${REQUEUED}`);
    await startSoon(REQUEUED);
    rmSync(gate(REQUEUED));
    await until('the requeued task is done', () => stateOf(`${id}_${REQUEUED}`) === 'COMPLETED 1');
  });

  test('a task on a node that dies starts anew on another one, beside its own ghost', async () => {
    await pidAtGate(ON_DEAD_NODE);
    const [node, raw] = call('squeue', '-h', '-r', '-j', `${id}_${ON_DEAD_NODE}`, '-O', 'NodeList:10,JobID:10')
      .trim()
      .split(/ +/);
    deadNode = node;
    expect(node).toBe('n4');
    const victims = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isStepDaemon(pid, raw));
    expect(victims.length).toBeGreaterThan(0);
    process.kill(daemonPid(cluster!, `slurmd-${node}.pid`, 'slurmd')!, 'SIGKILL');
    for (const pid of victims) process.kill(Number(pid), 'SIGKILL');
    call('scontrol', 'update', `NodeName=${node}`, 'State=DOWN', 'Reason=test');
    await startSoon(ON_DEAD_NODE);
    call('scontrol', 'update', `JobId=${id}_${ON_DEAD_NODE}`, 'ReqNodeList=n3');
    // The ghost goes on too.
    rmSync(gate(ON_DEAD_NODE));
    await until('the task of the dead node is done', () => stateOf(`${id}_${ON_DEAD_NODE}`) === 'COMPLETED 1');
    expect(call('squeue', '-h', '-t', 'all', '-j', `${id}_${ON_DEAD_NODE}`, '-o', '%N').trim()).toBe('n3');
  });

  test('status says of every task what happened, and of every other job why it did not run', async () => {
    await until('the run has ended', () => call('squeue', '-h', '--partition=rough').trim() === '');
    const lines = (await box.tell('status')).split('\n').map((line) => line.replace(/ +/g, ' ').trim());
    const said = (task: number): string =>
      lines.find((line) => line.startsWith(`${CHUNK} ${id} `) && isIn(task, line.split(' ')[2])) ?? lines.join('\n');
    expect(said(KILLED)).toMatch(/ failed .* killed by signal 9$/);
    expect(said(HUNGRY)).toMatch(
      hasMemoryLimits() ? / failed .* went over its memory of \d+ MiB$/ : / failed .* killed by signal 9$/,
    );
    expect(said(SLOW)).toMatch(/ failed .* ended cleanly at the warning before its time limit of 15 min$/);
    expect(said(DEAF)).toMatch(/ failed .* went over its time limit of 15 min$/);
    expect(said(REQUEUED)).toMatch(/ done .* done, after 1 restarts$/);
    // Whichever was first, the ghost or the new start, the other found the chunk there.
    expect(said(ON_DEAD_NODE)).toMatch(/ done .* (done|up to date), after 1 restarts$/);
    for (const task of [1, 8]) expect(said(task)).toMatch(/ done .* done$/);
    expect(lines.find((line) => line.startsWith('build_features '))).toMatch(` not run 0:00 not run: ${CHUNK} failed`);
    expect(lines.find((line) => line.startsWith('wallet_anomaly_model '))).toMatch(/ not run: build_features failed$/);
    expect(lines.find((line) => line.startsWith('report '))).toMatch(/ done /);
    expect(existsSync(join(box.dataDir, '11_wallet_profiles'))).toBe(false);
  });

  test('a dry run names the chunks that are missing and no others', async () => {
    const alone = await box.submit(['--only', '01', '--chunks', '8', '--partition', 'rough', '--dry-run']);
    expect(alone.out).toMatch(/ --array=2,4-6 /);
  });

  test('the next submission does the failed chunks alone, with more of what they lacked, and ends like an undisturbed run', async () => {
    call('scontrol', 'update', `NodeName=${deadNode}`, 'State=RESUME');
    const before = lastRecord(box).jobs.find(({ name }) => name === CHUNK)!.request;
    for (const task of [SLOW, DEAF]) rmSync(gate(task), { force: true });
    const again = await box.submit([...words, '--wait']);
    expect(again.code, again.out).toBe(0);
    const chunk = lastRecord(box).jobs.find(({ name }) => name === CHUNK)!;
    expect(chunk.tasks).toEqual([KILLED, HUNGRY, SLOW, DEAF].sort());
    expect(chunk.request.minutes).toBe(before.minutes * 2);
    if (hasMemoryLimits()) expect(chunk.request.memoryMib).toBe(before.memoryMib * 2);
    expect(tableHashes(box.dataDir)).toEqual(tableHashes(inject('localDir')));
    expect(existsSync(join(box.dataDir, '11_wallet_profiles.chunks'))).toBe(false);
  });
});

/** Whether a task is among `1,4-6`. */
function isIn(task: number, ranges: string): boolean {
  return ranges.split(',').some((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return task >= first && task <= last;
  });
}

/** Whether a process is the daemon that looks after a job's batch script. */
function isStepDaemon(pid: string, job: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`slurmstepd: [${job}.`);
  } catch {
    return false;
  }
}
