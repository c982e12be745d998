/** A model and trades for tests of the stream: quiet markets, and a whale now and then. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IsolationForest } from '../../estimators/isolation_forest.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { type MarketEvent, marketKey, type TradeEvent, tradeOf } from '../../stream/events.ts';
import { packCalibration } from '../../trade_anomaly/calibration.ts';
import { featureNames, rowWriter } from '../../trade_anomaly/feature_row.ts';
import { TradeFold } from '../../trade_anomaly/trade_fold.ts';
import { tradeModelFromJson, tradeModelName, tradeModelToJson } from '../../trade_anomaly/trade_model.ts';

export const START_MS = Date.UTC(2026, 10, 30);
const CATEGORIES = ['politics', 'sports', 'other'];
const N_MARKETS = 20;

/** `n` quiet trades, one every `stepMs`. */
export function quietStream(n: number, { seed = 1, firstMs = START_MS, stepMs = 50 } = {}): TradeEvent[] {
  const random = createRandom(seed);
  return Array.from({ length: n }, (_, i) => ({
    kind: 'trade',
    received_ms: firstMs + i * stepMs + 3,
    venue: 'kalshi',
    trade_id: `quiet-${seed}-${i}`,
    market_id: `KXSIM-${random.integer(N_MARKETS)}`,
    ts_ms: firstMs + i * stepMs,
    seq: i + 1,
    contracts: Math.ceil(Math.exp(3 + random.normal())),
    outcome: random.uniform() < 0.5 ? 0 : 1,
    price: Math.round(100 * (0.1 + 0.8 * random.uniform())) / 100,
    wallet: null,
  }));
}

export function whale(id: string, tsMs: number, market = 'KXSIM-3'): TradeEvent {
  return {
    ...quietStream(1)[0],
    trade_id: id,
    market_id: market,
    ts_ms: tsMs,
    received_ms: tsMs + 3,
    contracts: 90_000,
    outcome: 0,
    price: 0.4,
  };
}

export function marketEvent(market: string, own: Partial<MarketEvent> = {}): MarketEvent {
  return {
    kind: 'market',
    received_ms: START_MS,
    venue: 'kalshi',
    market_id: market,
    event_id: 'KXSIM',
    title: 'Will it rain?',
    outcomes: ['Yes', 'No'],
    slug: null,
    category: 'politics',
    close_ms: START_MS + 10 * 86_400_000,
    open_interest: 1000,
    ...own,
  };
}

function trainedModel(): unknown {
  const fold = new TradeFold();
  const columns = featureNames('kalshi', CATEGORIES);
  const write = rowWriter('kalshi', CATEGORIES);
  const events = quietStream(12_000, { seed: 9, firstMs: START_MS - 86_400_000 });
  const values = new Float32Array(events.length * columns.length);
  for (const [i, event] of events.entries()) {
    const facts = { category: 'politics', closeMs: START_MS + 10 * 86_400_000, openInterest: 1000 };
    const features = fold.next(tradeOf(event, marketKey(event)), facts);
    write(features, values.subarray(i * columns.length, (i + 1) * columns.length));
  }
  const part = (from: number, to: number) =>
    createMatrix(values.subarray(from * columns.length, to * columns.length), to - from, columns.length);
  const forest = new IsolationForest({ seed: 1 }).fit(part(200, 8000), columns);
  return tradeModelToJson({
    categoryBaselines: { politics: fold.baselineOfCategory('politics', START_MS)! },
    venue: 'kalshi',
    categories: CATEGORIES,
    tradesPerDay: 10_000,
    calibration: packCalibration(forest.score(part(8000, 12_000))),
    forest,
  });
}

let made: unknown = null;

/** The same model each time. */
function modelJson(): unknown {
  made ??= trainedModel();
  return made;
}

export function loadedModel(run = 'run-1') {
  return { ...tradeModelFromJson(modelJson()), run };
}

/** Puts the model into a folder of models as 13-2 does, and makes it the active one. */
export function saveModel(modelsDir: string, run = 'run-1'): void {
  const folder = join(modelsDir, tradeModelName('kalshi'));
  mkdirSync(join(folder, run), { recursive: true });
  writeFileSync(join(folder, run, 'model.json'), JSON.stringify(modelJson()));
  writeFileSync(join(folder, 'current.json'), JSON.stringify({ run, role: tradeModelName('kalshi') }));
}
