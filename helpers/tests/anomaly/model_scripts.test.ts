import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { WALLET_ANOMALY } from '../../anomaly/wallet_model.ts';
import { publishedSection } from '../../charts/report.ts';
import { loadActiveModel } from '../../registry/active_model.ts';
import { readManifest } from '../../run/manifest.ts';
import { WALLET_PROFILES, WALLET_RED_FLAGS, WALLET_SCORES } from '../../tables/schemas.ts';
import { openTable, TableWriter } from '../../tables/table_store.ts';
import { commit, newFolder, removeFolders } from '../features/tables.ts';
import { makeProfiles, writeFillsOf } from './profiles.ts';

const SCRIPT = '4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts';

afterAll(removeFolders);

/** A data folder with the profiles of 60 wallets, the i-th of which bought for $50 i; 51 reach $500. */
function newData(): string {
  const profiles = makeProfiles(60, 0, 1);
  const dataDir = writeFillsOf(profiles);
  const writer = new TableWriter(dataDir, WALLET_PROFILES);
  writer.addPart(WALLET_PROFILES.name, profiles, null);
  commit(writer);
  return dataDir;
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(dataDir: string, modelsDir: string, ...more: string[]): Promise<Ended> {
  const args = ['--data-dir', dataDir, '--models-dir', modelsDir, '--quiet', '--threads', '1', ...more];
  const child = spawn('node', ['--import', 'tsx', SCRIPT, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })));
}

describe('the script of the anomaly model', () => {
  const [dataDir, modelsDir] = [newData(), newFolder()];

  it('makes two tables and the files known by name from one model, shows them, and then has nothing to do', async () => {
    const first = await run(dataDir, modelsDir);
    expect([first.status, first.stderr]).toEqual([0, '']);
    const { folder } = loadActiveModel(modelsDir, WALLET_ANOMALY, SCRIPT);
    for (const schema of [WALLET_SCORES, WALLET_RED_FLAGS]) {
      const { manifest } = openTable(dataDir, schema);
      expect([manifest.rows, join(modelsDir, manifest.model!)]).toEqual([60, folder]);
    }
    expect(readManifest(folder)!.rows).toBe(60);
    for (const file of ['poly_model.json', 'poly_scaler.json'])
      expect(readFileSync(join(modelsDir, file), 'utf8')).toBe(readFileSync(join(folder, 'published', file), 'utf8'));

    const verdicts = publishedSection(dataDir, 'anomaly_model')!.blocks.filter(({ kind }) => kind === 'verdict');
    expect(verdicts).toEqual([
      expect.objectContaining({ text: expect.stringMatching(/^\d+ of 60 wallets are flagged as anomalous/) }),
      expect.objectContaining({ text: expect.stringMatching(/^Red flags rank 51 of 60 wallets/) }),
    ]);

    const second = await run(dataDir, modelsDir);
    expect(second.stdout).toBe(first.stdout.replace(/^Made: /m, 'Up to date: '));
  });

  it('started twice at once with --force replaces the model whole; one of the two may be told to wait', async () => {
    const both = await Promise.all([run(dataDir, modelsDir, '--force'), run(dataDir, modelsDir, '--force')]);
    expect(both.map(({ status }) => status)).toContain(0);
    for (const { status, stderr } of both)
      if (status === 0) expect(stderr).toBe('');
      else expect([status, stderr]).toEqual([2, expect.stringMatching(/^error: another run \(.*\nhint: .*\n$/)]);
    const { folder } = loadActiveModel(modelsDir, WALLET_ANOMALY, SCRIPT);
    expect(readdirSync(folder).sort()).toEqual(['card.md', 'manifest.json', 'metrics.json', 'model.json', 'published']);
    expect(readdirSync(modelsDir, { recursive: true }).filter((file) => String(file).endsWith('.tmp'))).toEqual([]);
  });

  it('makes the same model from equal data in two folders at once', async () => {
    const { folder } = loadActiveModel(modelsDir, WALLET_ANOMALY, SCRIPT);
    const both = await Promise.all([dataDir, newData()].map((own) => run(own, modelsDir, '--force')));
    expect(both.map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(readdirSync(join(modelsDir, WALLET_ANOMALY)).sort()).toEqual(['current.json', basename(folder)].sort());
  });
});
