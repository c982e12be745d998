/** One tape, planted or with other outcomes, through the project's own tables and profiles to the scores of every detector. */
import { join } from 'node:path';
import { measurePower, type Power } from '../../anomaly/power/measures.ts';
import type { StudyDetector } from '../../anomaly/power/study_detectors.ts';
import { buildProfiles } from '../../features/wallets/build_profiles.ts';
import type { Executor } from '../../kernels/executor.ts';
import { createRandom } from '../../kernels/random.ts';
import { type DataFrame, releaseFrames } from '../../polars/polars.ts';
import { withRedFlagScores } from '../../red_flags/score_profiles.ts';
import { withScratch } from '../../run/scratch.ts';
import { toTexts } from '../../tables/matrix.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, type Table, TableWriter } from '../../tables/table_store.ts';
import { endOfData } from '../../tables/time_range.ts';
import { benchRun } from '../suite/bench_run.ts';
import { plant, randomiseOutcomes } from './plant.ts';
import type { Style } from './styles.ts';
import type { Tape } from './tape.ts';

export interface TrialPlan {
  readonly style: Style;
  readonly medianUsd: number;
  readonly nInsiders: number;
  readonly seed: number;
}

/** Wallets that are not counted, for a detector has seen them while it was made. */
export type IsCounted = (wallet: string) => boolean;

/**
 * Writes trades as a table below `dataDir`, where it lies for as long as `work` takes.
 * @param dataDir an existing folder
 */
export async function withTable<T>(
  trades: DataFrame,
  dataDir: string,
  work: (table: Table, asOfMs: number, folder: string) => Promise<T>,
): Promise<T> {
  return await withScratch(dataDir, '.scratch_background', async (folder) => {
    const writer = new TableWriter(folder, RAW_TRADES);
    writer.addPart('fills', trades, 'ts_ms');
    const body = { step: 'bench', fingerprint: '', options: {}, seed: 0, inputs: [], rejects: {}, metrics: {} };
    writer.commit([], { ...body, codeHash: 'bench', startedMs: 0 });
    const table = openTable(folder, RAW_TRADES);
    const result = await work(table, endOfData(table), folder);
    await releaseFrames();
    return result;
  });
}

/** Profiles of some trades as of their end with RED_FLAG_SCORE, made by the pipeline's own functions, and what `work` makes of them. */
async function withProfiles<T>(
  trades: DataFrame,
  markets: DataFrame,
  dataDir: string,
  work: (profiles: DataFrame) => Promise<T>,
): Promise<T> {
  return await withTable(trades, dataDir, async (table, asOfMs, folder) => {
    const { log, code } = benchRun('build_features', folder);
    const job = { trades: table, markets, asOfMs, log, codeHash: code.hash };
    const profiles = await buildProfiles(job, join(folder, '.profiles'));
    return await work(await withRedFlagScores(profiles, job));
  });
}

export interface TrialResult {
  readonly betsUsd: readonly number[];
  /** By name of the detector. */
  readonly power: ReadonlyMap<string, Power>;
}

/** Plants, looks, and measures every detector on the planted wallets and the counted others. */
export async function runTrial(
  tape: Tape,
  plan: TrialPlan,
  detectors: readonly StudyDetector[],
  isCounted: IsCounted,
  dataDir: string,
  executor: Executor,
): Promise<TrialResult> {
  const { style, medianUsd, nInsiders, seed } = plan;
  const planting = plant(tape, style, medianUsd, nInsiders, createRandom(seed));
  return await withProfiles(planting.trades, tape.markets, dataDir, async (profiles) => {
    const wallets = toTexts(profiles, 'wallet') as string[];
    const rows = wallets.flatMap((wallet, row) => (planting.wallets.has(wallet) || isCounted(wallet) ? [row] : []));
    const labels = Uint8Array.from(rows, (row) => Number(planting.wallets.has(wallets[row])));
    const power = new Map<string, Power>();
    for (const detector of detectors) {
      const scores = (await detector.fit(profiles, seed, executor)).score(profiles);
      power.set(
        detector.name,
        measurePower(
          labels,
          Float64Array.from(rows, (row) => scores[row]),
        ),
      );
    }
    return { betsUsd: planting.betsUsd, power };
  });
}

/** Scores of all wallets of the tape as it is, or with randomised outcomes. @param seed null leaves the outcomes */
export async function scoreTape(
  tape: Tape,
  seed: number | null,
  detectors: readonly StudyDetector[],
  dataDir: string,
  executor: Executor,
): Promise<Float64Array[]> {
  const markets = seed === null ? tape.markets : randomiseOutcomes(tape, createRandom(seed));
  return await withProfiles(tape.trades, markets, dataDir, async (profiles) => {
    const scores: Float64Array[] = [];
    for (const detector of detectors) {
      const scorer = await detector.fit(profiles, 1, executor);
      scores.push(scorer.score(profiles));
    }
    return scores;
  });
}
