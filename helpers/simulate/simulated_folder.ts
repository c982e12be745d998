/** 00_simulated: made anew only when the options or the code have changed, with a manifest of its raw files at the end. */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hashFile, hashValue } from '../run/files.ts';
import { withLock } from '../run/lock.ts';
import { type Manifest, type ManifestPart, readManifest, writeManifest } from '../run/manifest.ts';
import type { Run } from '../run/script.ts';
import { FILL_COLUMNS } from './fill_encoder.ts';
import type { SimulateOptions } from './options.ts';
import { type SimulateResult, simulateMarket } from './simulate_market.ts';

export interface SimulatedFolder {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Null when the folder was up to date. */
  readonly result: SimulateResult | null;
}

/**
 * Brings the folder up to date with the options and the code (or makes it anew with --force).
 * @param startWork called before anything is written
 */
export async function renewSimulatedFolder(
  run: Run,
  options: SimulateOptions,
  startWork: () => void = () => {},
): Promise<SimulatedFolder> {
  const folder = join(run.dataDir, run.step.writes[0]);
  const fingerprint = hashValue({ options, code: run.code.hash });
  return withLock(dirname(folder), basename(folder), async () => {
    const old = run.force ? null : readManifest(folder);
    if (old?.fingerprint === fingerprint) return { folder, manifest: old, result: null };
    startWork();
    const progress = run.log.progress('simulating fills', options.nTrades);
    const result = await simulateMarket(options, folder, (done) => progress.update(done));
    progress.done();
    const applying = result.marginals.filter((marginal) => marginal.applies);
    const manifest = writeManifest(folder, {
      step: run.step.id,
      fingerprint,
      options: { ...options },
      seed: options.seed,
      schemaHash: hashValue(FILL_COLUMNS),
      inputs: [],
      rows: result.nFills,
      parts: rawParts(folder, result),
      rejects: {},
      metrics: {
        nMatches: result.nMatches,
        nMarginals: applying.length,
        nInside: applying.filter((marginal) => marginal.isInside).length,
      },
      codeHash: run.code.hash,
      codeFiles: run.code.files,
      startedMs: run.startedMs,
    });
    return { folder, manifest, result };
  });
}

function rawParts(folder: string, result: SimulateResult): ManifestPart[] {
  const markets = ['raw/markets.csv', 'raw/gamma_markets.jsonl'].map((file) => ({ file, rows: result.nMarkets }));
  return [...result.fillFiles, ...markets].map(({ file, rows }) => {
    const path = join(folder, file);
    return { file, rows, bytes: statSync(path).size, sha256: hashFile(path), minTsMs: null, maxTsMs: null };
  });
}
