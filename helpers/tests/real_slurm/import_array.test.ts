/** The import of raw files as an array that loses a task: no table is made of the rest, and the next submission reads that part alone. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { call, cluster, gateModule, lastRecord, makeSandbox, stateOf, tableHashes, until } from './sandbox.ts';

const CHUNK = 'import_trades_chunk';

describe.skipIf(cluster === null)('an import in four tasks', () => {
  const box = makeSandbox('an import');
  const gates = join(box.root, 'gates');
  afterAll(() => box.remove());
  const raw = (): string => join(inject('localDir'), '00_simulated', 'raw');
  const words = (): string[] => ['--data', raw(), '--only', '00-3', '--chunks', '4', '--partition', 'calm'];
  const arrayId = (): string => lastRecord(box).jobs.find(({ name }) => name === CHUNK)!.jobId;

  test('of which one is lost makes no table, and says which', async () => {
    mkdirSync(gates, { recursive: true });
    writeFileSync(join(gates, `${CHUNK}.2`), '');
    const submitted = await box.submit(words(), gateModule(gates));
    expect(submitted.err).not.toContain('error');
    const id = arrayId();
    await until('task 2 is at its gate', () => existsSync(join(gates, `${CHUNK}.2.pid`)));
    for (const task of [1, 3, 4]) await until(`task ${task} is done`, () => stateOf(`${id}_${task}`) === 'COMPLETED 0');
    call('scancel', `${id}_2`);
    const ids = lastRecord(box).jobs.map(({ jobId }) => jobId);
    await until('the run has ended', () => call('squeue', '-h', '-j', ids.join(',')).trim() === '');
    const lines = (await box.tell('status')).split('\n').map((line) => line.replace(/ +/g, ' ').trim());
    expect(lines.find((line) => line.startsWith(`${CHUNK} ${id} 2 `))).toMatch(/ failed .*cancelled$/);
    expect(lines.find((line) => line.startsWith('import_trades '))).toMatch(` not run 0:00 not run: ${CHUNK} failed`);
    expect(existsSync(join(box.dataDir, '10_raw_trades'))).toBe(false);
    rmSync(join(gates, `${CHUNK}.2`));
  });

  test('is finished by the next submission, which reads the lost part alone, with the bytes of one go', async () => {
    const dry = await box.submit([...words(), '--dry-run']);
    expect(dry.out).toMatch(/ --array=2 /);
    const again = await box.submit([...words(), '--wait']);
    expect(again.code, again.out).toBe(0);
    expect(lastRecord(box).jobs.find(({ name }) => name === CHUNK)!.tasks).toEqual([2]);
    const { '10_raw_trades': trades, '10_markets': markets } = tableHashes(inject('localDir'));
    expect(tableHashes(box.dataDir)).toEqual({ '10_raw_trades': trades, '10_markets': markets });
    expect(existsSync(join(box.dataDir, '10_raw_trades.chunks'))).toBe(false);
  });
});
