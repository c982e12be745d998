import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { readManifest } from '../../run/manifest.ts';
import { CLASSIFIED, MARKETS, RAW_TRADES, WALLET_PROFILES } from '../../tables/schemas.ts';
import { TableWriter } from '../../tables/table_store.ts';
import { makeProfiles, writeFillsOf } from '../anomaly/profiles.ts';
import { commit, removeFolders } from '../features/tables.ts';
import { classify } from './chapter_2.ts';

afterAll(removeFolders);

const READERS = [
  '2_unsupervised_discovery/02_detect_archetypes_hybrid.ts',
  '2_unsupervised_discovery/03_kmeans_baseline.ts',
  '2_unsupervised_discovery/06_visualize_thresholds.ts',
  '3_supervised_models/07_generate_labels.ts',
  '4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts',
];

/** A data folder with fills, whose profile table is `frame`, although its manifest promises the schema. */
async function dataOf(frame: DataFrame): Promise<string> {
  const dataDir = writeFillsOf(frame);
  const writer = new TableWriter(dataDir, WALLET_PROFILES);
  const path = join(dataDir, 'profiles.parquet');
  frame.writeParquet(path);
  await writer.adoptFile(WALLET_PROFILES.name, path, frame.height, null);
  commit(writer);
  return dataDir;
}

/** Profiles and the 12_classified that 02 makes of them. */
async function classifiedDataOf(profiles: DataFrame): Promise<string> {
  const dataDir = await dataOf(profiles);
  const writer = new TableWriter(dataDir, CLASSIFIED);
  writer.addPart(CLASSIFIED.name, classify(profiles).classified, null);
  commit(writer);
  return dataDir;
}

function run(script: string, dataDir: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    'node',
    ['--import', 'tsx', script, '--data-dir', dataDir, '--models-dir', join(dataDir, 'models'), '--quiet', ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

describe('profiles with other columns', () => {
  const profiles = makeProfiles(60, 0, 1);
  it.each([
    ['a missing column', READERS[0], profiles.drop('win_rate_pct'), 'lacks column win_rate_pct'],
    ['an extra column', READERS[1], profiles.withColumns(pl.lit(1).alias('luck')), 'has unknown column luck'],
    ['a renamed column', READERS[2], profiles.rename({ n_fills: 'fills' }), 'lacks column n_fills'],
    ['a renamed column', READERS[3], profiles.rename({ edge_z: 'edge' }), 'lacks column edge_z'],
    ['a renamed column', READERS[4], profiles.rename({ wins: 'won' }), 'lacks column wins'],
  ] as const)(
    '%s is answered by %s with one line, a hint, exit code 2 and nothing written',
    async (_, script, frame, line) => {
      const dataDir = await dataOf(frame);
      const { status, stderr } = run(script, dataDir);
      expect(status, stderr).toBe(2);
      expect(stderr).toContain(line);
      expect(stderr).toContain('hint:');
      expect(readdirSync(dataDir).sort()).toEqual([MARKETS.folder, RAW_TRADES.folder, WALLET_PROFILES.folder]);
    },
  );
});

describe('a report that cannot be written', () => {
  it.each([
    [READERS[0], '12_classified', 'archetypes'],
    [READERS[3], '13_labels', 'labels'],
    [READERS[4], '14_wallet_scores', 'anomaly_model'],
  ])(
    'ends %s with one line when its table is there, and the next run draws it without computing',
    async (script, folder, section) => {
      const dataDir = await classifiedDataOf(makeProfiles(60, 0, 1));
      const reports = join(dataDir, 'reports');
      const madeAt = (): string => readManifest(join(dataDir, folder))!.startedAt;
      writeFileSync(reports, '');
      const failed = run(script, dataDir);
      expect([failed.status, failed.stderr]).toEqual([2, expect.stringMatching(/^error: .*reports.*\nhint: .*\n$/)]);
      const before = madeAt();
      rmSync(reports);
      const second = run(script, dataDir);
      expect([second.status, second.stdout]).toEqual([0, expect.stringContaining(`Up to date: ${folder}`)]);
      expect(madeAt()).toBe(before);
      expect(readdirSync(join(reports, 'sections'))).toEqual([expect.stringContaining(section)]);
    },
  );
});

describe('three wallets', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await dataOf(makeProfiles(3, 0, 1));
  });

  it('get archetypes without clusters, anomaly scores, and labels', () => {
    expect(run(READERS[0], dataDir).stdout).toContain('wallets are too few for 4 clusters; they are unnamed');
    const { status, stdout } = run('2_unsupervised_discovery/04_anomaly_detection_iso.ts', dataDir);
    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining('No wallet can be flagged: the folds have 0 ordinary wallets each'),
    ]);
    expect(run(READERS[3], dataDir).stdout).toContain('Made: 13_labels (3 rows)');
  });

  it('are said to be too few for plain clusters, for a map and for a model, with exit code 0 and nothing left', () => {
    const clusters = run(READERS[1], dataDir);
    expect([clusters.status, clusters.stdout]).toEqual([0, expect.stringContaining('skipped: 3 wallets are too few')]);
    const map = run('2_unsupervised_discovery/05_visualize_manifolds_tsne.ts', dataDir);
    expect([map.status, map.stdout]).toEqual([0, expect.stringContaining('skipped: 3 wallets are too few for a map')]);
    const model = run(READERS[4], dataDir);
    expect([model.status, model.stdout]).toEqual([0, expect.stringContaining('Nothing to do, skipped: 3 wallets')]);
    expect(existsSync(join(dataDir, 'models'))).toBe(false);
    for (const folder of ['12_kmeans_baseline', '12_manifold'])
      expect(existsSync(join(dataDir, folder, 'manifest.json'))).toBe(false);
  });
});

describe('wallets that are all alike', () => {
  it('get labels, no clusters and no model, and 08 counts those that it leaves out', async () => {
    const dataDir = await classifiedDataOf(makeProfiles(80, 0, 1, true));
    expect(run(READERS[3], dataDir).stdout).toContain('by reason: not clustered 80.');
    const balanced = run('3_supervised_models/08-1_balance_dataset.ts', dataDir);
    expect([balanced.status, balanced.stdout]).toEqual([0, expect.stringContaining('Left out: 80 unnamed wallets')]);
    expect(run(READERS[4], dataDir).stdout).toContain('skipped: the wallets have only 1 different profiles');
  });
});

describe('labels', () => {
  it('are refused without 12_classified, with a hint to 02, and take no thresholds of their own', async () => {
    const dataDir = await dataOf(makeProfiles(9, 0, 1));
    const { status, stderr } = run(READERS[3], dataDir);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/12_classified.*\n.*02_detect_archetypes_hybrid/)]);
    expect(run(READERS[3], dataDir, '--whale-usd', '500').status).toBe(2);
  });
});
