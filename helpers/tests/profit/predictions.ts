/** Predictions for the tests of the back-test, written with the real writer beside the tables of trades and markets. */

import { findStep } from '../../pipeline.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { namedCode } from '../../run/code.ts';
import { createLog, type Log } from '../../run/console.ts';
import type { Run } from '../../run/script.ts';
import { TRADE_FEATURES, TRADE_PREDICTIONS } from '../../tables/schemas.ts';
import { TableWriter } from '../../tables/table_store.ts';
import { commit, frameOf, START_MS } from '../features/tables.ts';

/** One scored fill; what is left out is a BUY of outcome 0 of market `m` at .5, probability .6, label 1, test. */
export interface PredictionSpec {
  readonly at?: number;
  readonly market?: string;
  readonly outcome?: 0 | 1;
  readonly side?: 'BUY' | 'SELL';
  readonly price?: number;
  readonly label?: 0 | 1;
  readonly exitMs?: number;
  readonly probability?: number;
  readonly priceOnly?: number;
  readonly part?: 'validation' | 'test';
  readonly fillId?: number;
  readonly fold?: number;
}

/** What the manifest of predictions tells: these were made by a model from elsewhere, so none is trained of them. */
export const PREDICTION_SETTINGS = {
  horizonMs: 6 * HOUR_MS,
  target: { kind: 'roi', threshold: 0.05 },
  split: { nFolds: 3, embargoMs: 6 * HOUR_MS, warmupFraction: 0.4, validationFraction: 0.25, heldOutParts: 4 },
  boosting: { nRounds: 20, maxDepth: 3, calibration: 'platt' },
  fitRowsMax: 10_000,
  model: 'external',
};

/** Writes 16_trade_predictions, one part per period, and an empty 15_trade_features. */
export function writePredictions(
  dataDir: string,
  specs: readonly PredictionSpec[],
  settings: Readonly<Record<string, unknown>> = PREDICTION_SETTINGS,
): void {
  const rows = specs.map((spec, i) => {
    const { at = START_MS, outcome = 0, side = 'BUY', price = 0.5, part = 'test' } = spec;
    return {
      ts_ms: at,
      venue: 'polymarket',
      market_id: spec.market ?? 'm',
      outcome_index: outcome,
      side,
      fill_id: spec.fillId ?? i,
      price,
      amount_usd: 10,
      follow_index: side === 'BUY' ? outcome : 1 - outcome,
      future_price: price,
      exit_ms: spec.exitMs ?? at + 6 * HOUR_MS,
      label: spec.label ?? 1,
      probability: spec.probability ?? 0.6,
      price_only_probability: spec.priceOnly ?? 0.5,
      fold: spec.fold ?? 0,
      part,
    };
  });
  const writer = new TableWriter(dataDir, TRADE_PREDICTIONS);
  for (const part of ['validation', 'test']) {
    const own = rows.filter((row) => row.part === part).sort((a, b) => a.ts_ms - b.ts_ms);
    if (own.length > 0) writer.addPart(part, frameOf(TRADE_PREDICTIONS, own), 'ts_ms');
  }
  commit(writer, settings);
  commit(new TableWriter(dataDir, TRADE_FEATURES));
}

/** A run of a step in a folder; its result lines go to `lines`. */
export function testRun(stepId: string, dataDir: string, lines: string[] = []): Run {
  const log: Log = { ...createLog({ quiet: true }), result: (line) => void lines.push(line), warn: () => undefined };
  return {
    step: findStep(stepId),
    log,
    dataDir,
    modelsDir: `${dataDir}/models`,
    seed: 1,
    force: false,
    startedMs: START_MS,
    code: namedCode('test'),
  };
}
