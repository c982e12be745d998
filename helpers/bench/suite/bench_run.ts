/** Steps of the pipeline run inside a suite. */
import { importTrades } from '../../import/import_trades.ts';
import { listInputs } from '../../import/inputs.ts';
import { findStep } from '../../pipeline.ts';
import { nowMs } from '../../run/clock.ts';
import { namedCode } from '../../run/code.ts';
import { createLog } from '../../run/console.ts';
import type { Run } from '../../run/script.ts';

/** A quiet run of a step in `dataDir`, for the pipeline's own functions. */
export function benchRun(stepId: string, dataDir: string, seed = 1): Run {
  const log = createLog({ quiet: true });
  const common = { step: findStep(stepId), log, dataDir, modelsDir: dataDir, seed, force: false };
  return { ...common, startedMs: nowMs(), code: namedCode('bench') };
}

/** Imports raw files into `dataDir`. @param role of Data API rows, which do not tell; null where unknown */
export async function importRaw(data: string, dataDir: string, role: 'maker' | 'taker' | null = null): Promise<void> {
  await importTrades(benchRun('import_trades', dataDir), listInputs([data]), {
    ...{ format: null, columns: null, isStrict: false, dropDuplicateRows: false, blockBytes: 2 ** 26 },
    context: { dataApiRole: role, timeZone: null },
  });
}
