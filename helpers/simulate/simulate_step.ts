/** The simulator as a pipeline step: skipped when nothing changed, one writer at a time, a manifest at the end. */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hashFile, hashValue } from '../run/files.ts';
import { withLock } from '../run/lock.ts';
import { type Manifest, type ManifestPart, readManifest, writeManifest } from '../run/manifest.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';
import { FILL_COLUMNS } from './fill_encoder.ts';
import { resolveSimulateOptions, type SimulateRequest } from './options.ts';
import { type SimulateResult, simulateMarket } from './simulate_market.ts';

export interface SimulateReport {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Null when the folder was up to date. */
  readonly result: SimulateResult | null;
}

/** Brings the step's folder up to date with the options and the code (or makes it anew with --force). */
export async function simulateStep(run: Run, request: SimulateRequest): Promise<SimulateReport> {
  const options = resolveSimulateOptions(request);
  const folder = join(run.dataDir, run.step.writes[0]);
  const fingerprint = hashValue({ options, code: run.code.hash });
  return withLock(dirname(folder), basename(folder), async () => {
    const old = run.force ? null : readManifest(folder);
    if (old?.fingerprint === fingerprint) return { folder, manifest: old, result: null };
    endIfOnlyChecking(run);
    const progress = run.log.progress('simulating fills', options.nTrades);
    const result = await simulateMarket(options, folder, (done) => progress.update(done));
    progress.done();
    const judged = result.marginals.filter((m) => m.applies);
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
        nMarginals: judged.length,
        nInside: judged.filter((m) => m.isInside).length,
      },
      codeHash: run.code.hash,
      startedMs: run.startedMs,
    });
    return { folder, manifest, result };
  });
}

/** The report in lines for people. */
export function describeSimulation({ folder, manifest, result }: SimulateReport): string[] {
  const { rows, metrics } = manifest;
  const lines = [
    `${result === null ? 'Up to date' : 'Simulated'}: ${rows.toLocaleString('en-US')} fills in ${join(folder, 'raw')}`,
    `Planted truth: ${join(folder, 'truth')} (for the evaluation of detectors only)`,
    `Published marginals: ${metrics.nInside} of ${metrics.nMarginals} inside their bounds, see ${join(folder, 'marginals.md')}`,
  ];
  for (const m of result?.marginals ?? []) {
    if (m.applies && !m.isInside)
      lines.push(`  outside: ${m.name} is ${m.simulated.toPrecision(3)}, bound ${m.low} to ${m.high}`);
  }
  return lines;
}

function rawParts(folder: string, result: SimulateResult): ManifestPart[] {
  const markets = ['raw/markets.csv', 'raw/gamma_markets.jsonl'].map((file) => ({ file, rows: result.nMarkets }));
  return [...result.fillFiles, ...markets].map(({ file, rows }) => {
    const path = join(folder, file);
    return { file, rows, bytes: statSync(path).size, sha256: hashFile(path), minTsMs: null, maxTsMs: null };
  });
}
