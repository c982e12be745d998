/** One simulated market, imported, its features made, the ablation run: the whole way from raw fills, in one folder. */
import { join } from 'node:path';
import { writeFeatures } from '../../features/trades/build_features.ts';
import { whyNoLabel } from '../../features/trades/label_counts.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { type AblationScore, runAblation } from '../../profit/ablation.ts';
import type { AblationSettings } from '../../profit/ablation_options.ts';
import { readAblationRows } from '../../profit/ablation_rows.ts';
import type { Run } from '../../run/script.ts';
import type { SimulateRequest } from '../../simulate/options.ts';
import { resolveSimulateOptions } from '../../simulate/options.ts';
import { renewSimulatedFolder } from '../../simulate/simulated_folder.ts';
import { MARKETS, RAW_TRADES, TRADE_FEATURES } from '../../tables/schemas.ts';
import { openTable, readTable, type Table, TableWriter } from '../../tables/table_store.ts';
import { benchRun, importRaw } from '../suite/bench_run.ts';
import { inFolder } from '../suite/suite.ts';
import { type PlantedScore, scorePlanted } from './planted.ts';

export interface WorldResult {
  readonly seed: number;
  readonly steps: readonly AblationScore[];
  /** Null where nothing was planted or tested. */
  readonly planted: PlantedScore | null;
}

/** Makes 15_trade_features of the imported trades. */
async function makeFeatures(run: Run, settings: AblationSettings): Promise<Table> {
  const { dataDir, log, seed, startedMs } = run;
  const [trades, markets] = [openTable(dataDir, RAW_TRADES), openTable(dataDir, MARKETS)];
  const { horizonMs, roi: target } = settings;
  const writer = new TableWriter(dataDir, TRADE_FEATURES);
  const counts = await writeFeatures({ trades, markets: readTable(markets), horizonMs, target, log }, writer);
  if (counts.known === 0) throw new Error(`world of seed ${seed}: ${whyNoLabel(trades, counts, horizonMs)}`);
  const body = { step: run.step.id, fingerprint: '', options: {}, seed, inputs: [], rejects: {}, metrics: {} };
  writer.commit([], { ...body, codeHash: run.code.hash, startedMs });
  return openTable(dataDir, TRADE_FEATURES);
}

/** Simulates, imports, makes features and runs the ablation, in a temporary folder that is removed at the end. */
export async function runWorld(
  request: SimulateRequest,
  settings: AblationSettings,
  nThreads: number,
): Promise<WorldResult> {
  const seed = request.seed ?? 1;
  return await inFolder('ablation', async (dataDir) => {
    const { folder } = await renewSimulatedFolder(
      benchRun('simulate_market', dataDir, seed),
      resolveSimulateOptions({ population: 'active', ...request }),
    );
    await importRaw(join(folder, 'raw'), dataDir);
    const run = benchRun('train_profitability', dataDir, seed);
    const features = await makeFeatures(run, settings);
    const [trades, markets] = [openTable(dataDir, RAW_TRADES), readTable(openTable(dataDir, MARKETS))];
    const rows = await readAblationRows({ trades, features, markets }, settings);
    const results = await runAblation(rows, settings, { seed, executor: createExecutor({ nThreads }), log: run.log });
    const last = results[results.length - 1];
    const hasTruth = (request.insiderShare ?? 1) > 0 && last.card !== null;
    return {
      seed,
      steps: results.map(({ tested: _, ...score }) => score),
      planted: hasTruth ? scorePlanted(rows, last, join(folder, 'truth', 'insider_trades.csv'), seed) : null,
    };
  });
}
