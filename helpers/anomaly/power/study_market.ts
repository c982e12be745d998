/** A small simulated market for the power study, made by the pipeline's own functions in a scratch folder. */
import { join } from 'node:path';
import { plantedTypes } from '../../archetypes/planted_types.ts';
import { buildProfiles } from '../../features/wallets/build_profiles.ts';
import { importTrades } from '../../import/import_trades.ts';
import { listInputs } from '../../import/inputs.ts';
import { findStep } from '../../pipeline.ts';
import { type DataFrame, releaseFrames } from '../../polars/polars.ts';
import { withRedFlagScores } from '../../red_flags/score_profiles.ts';
import { createLog } from '../../run/console.ts';
import type { Run } from '../../run/script.ts';
import { type PopulationKind, resolveSimulateOptions } from '../../simulate/options.ts';
import { simulateMarket } from '../../simulate/simulate_market.ts';
import { toTexts } from '../../tables/matrix.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable, type Table } from '../../tables/table_store.ts';
import { endOfData, firstTimestamp } from '../../tables/time_range.ts';

export interface StudyMarket {
  readonly dataDir: string;
  readonly trades: Table;
  readonly markets: DataFrame;
  /** First and last timestamp of the trades. */
  readonly fromMs: number;
  readonly endMs: number;
}

export interface MarketSpec {
  readonly seed: number;
  /** Default: the active wallets, the population of the power study. */
  readonly population?: PopulationKind;
  readonly difficulty: string;
  readonly nTrades: number;
}

/** Simulates and imports one market below `dataDir`, which should be empty. */
export async function makeStudyMarket(run: Run, dataDir: string, spec: MarketSpec): Promise<StudyMarket> {
  const simulated = join(dataDir, '00_simulated');
  await simulateMarket(resolveSimulateOptions({ population: 'active', ...spec }), simulated);
  const importRun: Run = {
    ...run,
    step: findStep('import_trades'),
    log: createLog({ quiet: true }),
    dataDir,
    force: false,
  };
  await importTrades(importRun, listInputs([join(simulated, 'raw')]), {
    format: null,
    columns: null,
    isStrict: false,
    context: { dataApiRole: null, timeZone: null },
    dropDuplicateRows: false,
    blockBytes: 2 ** 26,
  });
  const trades = openTable(dataDir, RAW_TRADES);
  const endMs = endOfData(trades);
  const fromMs = firstTimestamp(trades);
  return { dataDir, trades, markets: readTable(openTable(dataDir, MARKETS)), fromMs, endMs };
}

/** Profiles of the market's wallets as of a timestamp, with RED_FLAG_SCORE. */
export async function profilesAt(run: Run, market: StudyMarket, asOfMs: number): Promise<DataFrame> {
  const { trades, markets, dataDir } = market;
  const job = { trades, markets, asOfMs, log: createLog({ quiet: true }), codeHash: run.code.hash };
  const profiles = await withRedFlagScores(await buildProfiles(job, join(dataDir, '.scratch')), job);
  await releaseFrames();
  return profiles;
}

/** The planted type of every wallet of some profiles; only the study asks. */
export function truthOf(market: StudyMarket, profiles: DataFrame): string[] {
  const types = plantedTypes(market.dataDir, toTexts(profiles, 'wallet') as string[]);
  if (types === null) throw new Error('assertion failed: the truth of a study market names all its wallets');
  return types;
}
