import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { WALLET_ANOMALY } from '../../anomaly/wallet_model.ts';
import { loadActiveModel } from '../../registry/active_model.ts';
import { readManifest } from '../../run/manifest.ts';
import { WALLET_PROFILES, WALLET_SCORES } from '../../tables/schemas.ts';
import { openTable, TableWriter } from '../../tables/table_store.ts';
import { commit, newFolder, removeFolders } from '../features/tables.ts';
import { makeProfiles } from './profiles.ts';

const SCRIPT = '4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts';

afterAll(removeFolders);

/** A data folder with the profiles of 60 wallets. */
function dataOf(seed: number): string {
  const dataDir = newFolder();
  const writer = new TableWriter(dataDir, WALLET_PROFILES);
  writer.addPart(WALLET_PROFILES.name, makeProfiles(60, 0, seed), null);
  commit(writer);
  return dataDir;
}

let modelsDir: string;
beforeEach(() => {
  modelsDir = newFolder();
});

/** Runs the script; what it says. */
function run(dataDir: string): string {
  const args = ['--data-dir', dataDir, '--models-dir', modelsDir, '--quiet'];
  const { status, stdout, stderr } = spawnSync('node', ['--import', 'tsx', SCRIPT, ...args], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** The model in force and the files that people know by name. */
function inForce() {
  const { folder } = loadActiveModel(modelsDir, WALLET_ANOMALY, SCRIPT);
  const [model, scaler] = ['poly_model.json', 'poly_scaler.json'].map((name) =>
    readFileSync(join(modelsDir, name), 'utf8'),
  );
  return { folder, model, scaler, madeMs: statSync(join(folder, 'model.json')).mtimeMs };
}

describe('the script of the anomaly model', () => {
  it('puts its model in force again, without training it, after a run on other data into the same models', () => {
    const [dataDir, otherDir] = [dataOf(1), dataOf(2)];
    run(dataDir);
    const first = inForce();
    const { inputs, rows } = readManifest(first.folder)!;
    const profiles = openTable(dataDir, WALLET_PROFILES);
    expect([inputs.length, inputs[0].rows, rows]).toEqual([1, 60, 60]);
    expect(inputs[0].sha256).toBe(readManifest(openTable(dataDir, WALLET_SCORES).folder)!.inputs[0].sha256);
    expect(inputs[0].path).toBe(profiles.schema.folder);
    run(otherDir);
    expect(inForce().folder).not.toBe(first.folder);
    expect(inForce().model).not.toBe(first.model);
    expect(run(dataDir)).toContain('is in force again');
    expect(inForce()).toEqual(first);
    expect(run(dataDir)).toBe('Up to date: 60 wallets scored.\n');
  });

  it('makes the model again when the models have been removed', () => {
    const dataDir = dataOf(1);
    run(dataDir);
    const { model } = inForce();
    rmSync(modelsDir, { recursive: true });
    run(dataDir);
    expect(inForce().model).toBe(model);
  });
});
