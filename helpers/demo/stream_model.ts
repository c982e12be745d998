/** A model of single trades for demonstrations and benchmarks, and the baselines that go with it. */

import { join } from 'node:path';
import type { StoredBaseline } from '../baselines/baseline_store.ts';
import { IsolationForest } from '../estimators/isolation_forest.ts';
import { createMatrix } from '../kernels/matrix.ts';
import { jsonText, writeFileAtomic } from '../run/files.ts';
import { packCalibration } from '../trade_anomaly/calibration.ts';
import { featureNames, rowWriter } from '../trade_anomaly/feature_row.ts';
import type { MarketFacts, Trade } from '../trade_anomaly/trade.ts';
import { OTHER, TradeFold } from '../trade_anomaly/trade_fold.ts';
import { tradeModelName, tradeModelToJson } from '../trade_anomaly/trade_model.ts';

const RUN = 'demo';
/** The first trades have no baselines. */
const WARM_SHARE = 0.1;
/** Trades after these are what p-values come from. */
const TRAINING_SHARE = 0.6;

/**
 * Learns from trades in order of time and makes the model the active one.
 * @returns baselines as of the last trade, by the names that the analyzer gives them
 */
export function trainStreamModel(
  history: readonly { readonly trade: Trade; readonly facts: MarketFacts }[],
  modelsDir: string,
  nDays: number,
): Map<string, StoredBaseline> {
  const categories = [...new Set(history.map(({ facts }) => facts.category ?? OTHER)), OTHER];
  const unique = [...new Set(categories.filter((name) => name !== OTHER)), OTHER];
  const columns = featureNames('kalshi', unique);
  const write = rowWriter('kalshi', unique);
  const fold = new TradeFold();
  const values = new Float32Array(history.length * columns.length);
  const keyOf = ({ venue, marketId }: Trade): string => `${venue} ${marketId}`;
  for (const [i, { trade, facts }] of history.entries())
    write(
      fold.next({ ...trade, marketId: keyOf(trade) }, facts),
      values.subarray(i * columns.length, (i + 1) * columns.length),
    );
  const part = (from: number, to: number) => {
    const [a, b] = [Math.floor(from * history.length), Math.floor(to * history.length)];
    return createMatrix(values.subarray(a * columns.length, b * columns.length), b - a, columns.length);
  };
  const forest = new IsolationForest({ seed: 1 }).fit(part(WARM_SHARE, TRAINING_SHARE), columns);
  const model = tradeModelToJson({
    venue: 'kalshi',
    categories: unique,
    tradesPerDay: history.length / nDays,
    calibration: packCalibration(forest.score(part(TRAINING_SHARE, 1))),
    categoryBaselines: {},
    forest,
  });
  const name = tradeModelName('kalshi');
  writeFileAtomic(join(modelsDir, name, RUN, 'model.json'), JSON.stringify(model));
  writeFileAtomic(join(modelsDir, name, 'current.json'), jsonText({ run: RUN, role: name }));
  const lastMs = history.at(-1)?.trade.tsMs ?? 0;
  const found = new Map<string, StoredBaseline>();
  const keep = (key: string, baseline: StoredBaseline | null): void => {
    if (baseline !== null) found.set(key, baseline);
  };
  for (const key of new Set(history.map(({ trade }) => keyOf(trade)))) keep(key, fold.baselineOf(key));
  for (const category of unique) keep(`category ${category}`, fold.baselineOfCategory(category, lastMs));
  return found;
}
