/** One simulated market, imported, its features made, the ladder climbed: the whole way from raw fills, in one folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importTrades } from '../../import/import_trades.ts';
import { listInputs } from '../../import/inputs.ts';
import { findStep } from '../../pipeline.ts';
import { featuresStep } from '../../profit/features_step.ts';
import type { RungResult } from '../../profit/ladder.ts';
import { climbLadder, type LadderStepOptions } from '../../profit/ladder_step.ts';
import { nowMs } from '../../run/clock.ts';
import { namedCode } from '../../run/code.ts';
import { createLog } from '../../run/console.ts';
import type { Run } from '../../run/script.ts';
import type { SimulateRequest } from '../../simulate/options.ts';
import { resolveSimulateOptions } from '../../simulate/options.ts';
import { renewSimulatedFolder } from '../../simulate/simulated_folder.ts';
import { type PlantedScore, scorePlanted } from './planted.ts';

export interface WorldResult {
  readonly seed: number;
  readonly rungs: readonly Omit<RungResult, 'tested'>[];
  /** Null where nothing was planted or tested. */
  readonly planted: PlantedScore | null;
}

function runOf(stepId: string, dataDir: string, seed: number): Run {
  return {
    step: findStep(stepId),
    log: createLog({ quiet: true }),
    dataDir,
    modelsDir: dataDir,
    seed,
    force: false,
    startedMs: nowMs(),
    code: namedCode('bench'),
  };
}

/** Simulates, imports, makes features and climbs, in a temporary folder that is removed at the end. */
export async function runWorld(request: SimulateRequest, options: LadderStepOptions): Promise<WorldResult> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spyhop-ladder-'));
  const seed = request.seed ?? 1;
  try {
    const { folder } = await renewSimulatedFolder(
      runOf('simulate_market', dataDir, seed),
      resolveSimulateOptions(request),
    );
    await importTrades(runOf('import_trades', dataDir, seed), listInputs([join(folder, 'raw')]), {
      format: null,
      context: { dataApiRole: null },
      dropRepeats: false,
      blockBytes: 2 ** 26,
    });
    const run = runOf('train_profitability', dataDir, seed);
    const features = await featuresStep(run, options);
    if (typeof features === 'string') throw new Error(`world of seed ${seed}: ${features}`);
    const { rows, ladder } = await climbLadder(run, options);
    const last = ladder[ladder.length - 1];
    const hasTruth = (request.insiderShare ?? 1) > 0 && last.card !== null;
    return {
      seed,
      rungs: ladder.map(({ tested: _tested, ...rung }) => rung),
      planted: hasTruth ? scorePlanted(rows, last, join(folder, 'truth', 'insider_trades.csv'), seed) : null,
    };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
