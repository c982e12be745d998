/** Starts one SLURM for all tests, and runs the graph once without it: the result that every cluster run must equal. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Cluster, startCluster, stopCluster, whyNot } from './cluster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null where no SLURM can be started. */
    cluster: Cluster | null;
    /** Data folder of a run of `npm start` with N_TRADES fills. */
    localDir: string;
  }
}

export const N_TRADES = 2000;
let cluster: Cluster | null = null;
let localDir = '';

export async function setup(project: TestProject): Promise<void> {
  const reason = await whyNot();
  if (reason !== null) process.stderr.write(`SLURM tests skipped: ${reason}\n`);
  else {
    localDir = mkdtempSync(join(tmpdir(), 'spyhop-local-'));
    const words = ['--trades', String(N_TRADES), '--data-dir', localDir, '--models-dir', join(localDir, 'models')];
    const run = spawnSync('node', ['--import', 'tsx', '5_live_inference/14_master_pipeline.ts', ...words, '--quiet'], {
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(`the local run failed:\n${run.stderr}`);
    cluster = await startCluster();
  }
  project.provide('cluster', cluster);
  project.provide('localDir', localDir);
}

export async function teardown(): Promise<void> {
  if (cluster !== null) await stopCluster(cluster);
  if (localDir !== '') rmSync(localDir, { recursive: true, force: true });
}
