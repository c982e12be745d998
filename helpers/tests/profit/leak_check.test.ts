import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusteredAuc } from '../../evaluate/clustered.ts';
import { featuresBefore, forEachDay } from '../../features/trades/build_features.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { TestedFillsCollector } from '../../profit/tested_fills.ts';
import { FEATURES, fillsInMemory } from '../../profit/trade_rows.ts';
import { walkForwardFolds } from '../../profit/trade_splits.ts';
import { fitFolds, scoreFolds } from '../../profit/walk_forward.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { createLog } from '../../run/console.ts';
import { resolveSimulateOptions } from '../../simulate/options.ts';
import { simulateMarket } from '../../simulate/simulate_market.ts';
import { toMatrix, toNumbers } from '../../tables/matrix.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable, type Table } from '../../tables/table_store.ts';
import { lastTimestamp } from '../../tables/time_range.ts';
import { importPaths, newFolder, removeFolders } from '../features/tables.ts';
import { findLeaks } from './leak_check.ts';

let trades: Table;
let markets: DataFrame;
let wholeMs: number;

beforeAll(async () => {
  const dataDir = newFolder();
  const options = resolveSimulateOptions({
    population: 'active',
    nTrades: 12_000,
    nMarkets: 150,
    nWallets: 300,
    nDays: 20,
    seed: 5,
  });
  await simulateMarket(options, join(dataDir, 'sim'));
  await importPaths(dataDir, [
    join(dataDir, 'sim/raw/goldsky/orderFilled.csv'),
    join(dataDir, 'sim/raw/gamma_markets.jsonl'),
  ]);
  trades = openTable(dataDir, RAW_TRADES);
  markets = readTable(openTable(dataDir, MARKETS));
  wholeMs = lastTimestamp(trades) + 1;
}, 60_000);
afterAll(removeFolders);

describe('the leak check', () => {
  const cuts = [8.5, 13.25].map((days) => [days] as const);

  it.each(cuts)('finds every feature the same when the data end %d days before their end', async (days) => {
    const cutMs = Math.round(wholeMs - days * DAY_MS);
    const build = (beforeMs: number): Promise<DataFrame> => featuresBefore(trades, markets, beforeMs);
    expect(await findLeaks(build, [...FEATURES], cutMs, wholeMs)).toEqual([]);
  });

  it('catches a feature that peeks, and it alone', async () => {
    const build = async (beforeMs: number): Promise<DataFrame> =>
      (await featuresBefore(trades, markets, beforeMs)).withColumns(
        pl.col('amount_usd').sum().over('market_id').alias('lifetime_volume'),
        pl.col('price').shift(-1).over('market_id').alias('next_price'),
      );
    const leaks = await findLeaks(build, [...FEATURES, 'lifetime_volume', 'next_price'], wholeMs - 8 * DAY_MS, wholeMs);
    expect(leaks.map((leak) => leak.column)).toEqual(['lifetime_volume', 'next_price']);
    expect(leaks[0].nChanged).toBeGreaterThan(leaks[1].nChanged);
    expect(leaks[1].nChanged).toBeGreaterThan(0);
  });

  it('stops when a build loses fills', async () => {
    const build = async (beforeMs: number): Promise<DataFrame> =>
      (await featuresBefore(trades, markets, beforeMs)).head(beforeMs === wholeMs ? 10_000 : 10);
    await expect(findLeaks(build, ['price'], wholeMs - 8 * DAY_MS, wholeMs)).rejects.toThrow('fills before the cut');
  });
});

describe('labels shuffled within their market', () => {
  it('leave an area under the curve of one half, within its error', async () => {
    const frames: DataFrame[] = [];
    const job = { trades, markets, horizonMs: 6 * HOUR_MS, target: { kind: 'roi', threshold: 0.05 } as const };
    await forEachDay({ ...job, log: createLog({ quiet: true }) }, (_, frame) => frames.push(frame));
    const frame = pl.concat(frames);
    const market = Int32Array.from(toNumbers(frame, 'market'));
    const labels = Uint8Array.from(toNumbers(frame, 'label'));
    const shuffled = shuffledWithin(labels, market, 3);
    expect(shuffled.reduce((sum, y) => sum + y, 0)).toBe(labels.reduce((sum, y) => sum + y, 0));
    const options = { nFolds: 2, embargoMs: HOUR_MS, warmupFraction: 0.4, validationFraction: 0.25, heldOutParts: 4 };
    const executor = createExecutor();
    const aucOf = async (y: Uint8Array) => {
      const keys = {
        tsMs: toNumbers(frame, 'ts_ms'),
        exitMs: toNumbers(frame, 'exit_ms'),
        market,
        event: market,
        wallet: market,
        labels: y,
        returns: new Float64Array(y.length),
      };
      const source = fillsInMemory(keys, toMatrix(frame, FEATURES));
      const input = {
        source,
        featureNames: FEATURES,
        priceColumn: 0,
        folds: walkForwardFolds(source, options),
        boosting: { nRounds: 40, maxDepth: 4, calibration: 'platt' as const, seed: 1 },
        fitRowsMax: 1e6,
      };
      const { fitted } = await fitFolds(input, executor);
      const collector = new TestedFillsCollector(fitted, 1);
      await scoreFolds(source, fitted, (block, scores) => collector.add(block, scores));
      const { rows, probabilities, priceOnly } = collector.finish();
      const at = (values: ArrayLike<number>): number[] => Array.from(rows, (row) => values[row]);
      // Each market on its own: what differs between markets is not in question.
      return clusteredAuc(at(y), withinMarket(probabilities, at(market)), priceOnly, {
        groups: at(market),
        seed: 1,
      }).auc;
    };
    const honest = await aucOf(labels);
    const nothing = await aucOf(shuffled);
    expect(honest.low).toBeGreaterThan(0.5);
    expect(Math.abs(nothing.estimate - 0.5)).toBeLessThan(3 * nothing.standardError);
    expect(nothing.standardError).toBeLessThan(0.05);
  }, 60_000);
});

/** The labels of each market in random order among its rows. */
function shuffledWithin(labels: Uint8Array, market: Int32Array, seed: number): Uint8Array {
  const random = createRandom(seed);
  const shuffled = labels.slice();
  for (const m of new Set(market)) {
    const rows = Array.from(market.keys()).filter((i) => market[i] === m);
    for (let i = rows.length - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [shuffled[rows[i]], shuffled[rows[j]]] = [shuffled[rows[j]], shuffled[rows[i]]];
    }
  }
  return shuffled;
}

/** Ranks of the scores within their market, 0..1. */
function withinMarket(scores: Float64Array, market: readonly number[]): Float64Array {
  const ranks = new Float64Array(scores.length);
  for (const m of new Set(market)) {
    const rows = market.flatMap((other, i) => (other === m ? [i] : []));
    rows.sort((a, b) => scores[a] - scores[b]);
    rows.forEach((row, k) => {
      ranks[row] = (k + 0.5) / rows.length;
    });
  }
  return ranks;
}
