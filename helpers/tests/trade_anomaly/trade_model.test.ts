import { describe, expect, test } from 'vitest';
import { IsolationForest } from '../../estimators/isolation_forest.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { packCalibration } from '../../trade_anomaly/calibration.ts';
import { featureNames, rowWriter } from '../../trade_anomaly/feature_row.ts';
import { TradeFold } from '../../trade_anomaly/trade_fold.ts';
import { tradeModel, tradeModelFromJson, tradeModelToJson } from '../../trade_anomaly/trade_model.ts';
import { refusal } from '../refusal.ts';
import { FACTS, quietTrades, tradeOf } from './made_up_trades.ts';

const VENUE = 'polymarket' as const;
const CATEGORIES = ['politics', 'other'];
const trades = quietTrades(4000, { venue: VENUE });
const fold = new TradeFold();
const features = trades.map((trade, i) => fold.next(trade, { ...FACTS, category: i % 3 === 0 ? 'chess' : 'politics' }));
const columns = featureNames(VENUE, CATEGORIES);

function matrixOf(some: typeof features) {
  const write = rowWriter(VENUE, CATEGORIES);
  const values = new Float32Array(some.length * columns.length);
  for (const [i, one] of some.entries()) write(one, values.subarray(i * columns.length, (i + 1) * columns.length));
  return createMatrix(values, some.length, columns.length);
}

const forest = new IsolationForest({ seed: 1 }).fit(matrixOf(features.slice(0, 3000)), columns);
const parts = {
  venue: VENUE,
  categories: CATEGORIES,
  tradesPerDay: 1000,
  calibration: packCalibration(forest.score(matrixOf(features.slice(3000)))),
  categoryBaselines: { politics: fold.baselineOfCategory('politics', trades[3999].tsMs)! },
  forest,
};
const model = tradeModel(parts);
const whale = fold.next(
  tradeOf({ venue: VENUE, wallet: '0xnew', contracts: 90_000, tsMs: trades[3999].tsMs, marketId: 'M3' }),
  FACTS,
);

describe('trade anomaly model', () => {
  test('scores one trade at a time with the very bits of the whole matrix', () => {
    const whole = forest.score(matrixOf(features));
    expect(features.map((one) => model.score(one).score)).toEqual([...whole]);
  });

  test('with a bar gives the very same scores from there on, and nothing below', () => {
    for (const bar of [0.4, 0.5, model.score(features[100]).score, 0.7])
      for (const one of [...features.slice(0, 1000), whale]) {
        const score = model.score(one);
        expect(model.scoreFrom(one, bar)).toEqual(score.score < bar ? null : score);
      }
  });

  test('comes back from JSON with the same scores and p-values', () => {
    const back = tradeModelFromJson(JSON.parse(JSON.stringify(tradeModelToJson(parts))));
    for (const one of [...features.slice(3500), whale]) expect(back.score(one)).toEqual(model.score(one));
    expect(back.categoryBaselines).toEqual(parts.categoryBaselines);
  });

  test('gives a whale the smallest p-value there is, and says what made it anomalous', () => {
    const { score, p } = model.score(whale);
    expect(p).toBe(1 / 1001);
    expect(score).toBeGreaterThan(0.7);
    expect(model.explain(whale).map(({ column }) => column)).toContain('contracts');
  });

  test('a category that it was not taught counts as other', () => {
    const as = (category: string) => model.score({ ...features[100], category });
    expect(as('chess')).toEqual(as('other'));
    expect(as('chess')).not.toEqual(as('politics'));
  });

  test('a saved model of other columns is refused', () => {
    const other = { ...(tradeModelToJson(parts) as object), categories: ['other'] };
    expect(refusal(() => tradeModelFromJson(other))).toMatch(
      /^bad-model: the model was made with other columns: contracts, /,
    );
  });
});
