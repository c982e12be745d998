import { sampleRankCorrelation } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { bootstrapInterval } from '../../evaluate/bootstrap.ts';
import { clusteredInterval, numberGroups } from '../../evaluate/clustered.ts';
import { precisionRecallCurve } from '../../evaluate/precision_recall_curve.ts';
import { rocCurve } from '../../evaluate/roc_curve.ts';
import {
  type WeightedFigure,
  weightedAuc,
  weightedAveragePrecision,
  weightedSpearman,
  weightedTopRatio,
} from '../../evaluate/weighted_ranks.ts';
import { createRandom } from '../../kernels/random.ts';
import { reference } from './fixture.ts';

const N_ROWS = 240;
const random = createRandom(8);
const column = (draw: () => number): Float64Array => Float64Array.from({ length: N_ROWS }, draw);
const labels = column(() => (random.uniform() < 0.3 ? 1 : 0));
/** Many ties, so that blocks of equal scores are counted as one. */
const scores = labels.map((label) => Math.round(4 * (label + 1.5 * random.normal())));
const values = scores.map((score) => Math.round(score + 5 * random.normal()));
/** No ties: of tied rows a draw keeps those drawn first, which is not the order of the rows. */
const distinct = column(() => random.normal());
const money = column(() => 1 + random.integer(100));
const wallets = Array.from({ length: N_ROWS }, () => `w${random.integer(40)}`);
const clusters = numberGroups(wallets);

const pick = (source: Float64Array, rows: Uint32Array): Float64Array => Float64Array.from(rows, (row) => source[row]);

/** What drawing whole wallets and computing the figure anew on the drawn rows gives. */
function drawnAnew(statistic: (rows: Uint32Array) => number) {
  return bootstrapInterval({ nRows: N_ROWS, statistic, groups: wallets, nResamples: 60, seed: 3 });
}

function expectSame(figure: WeightedFigure, statistic: (rows: Uint32Array) => number): void {
  const own = clusteredInterval(clusters, figure, { seed: 3, nResamples: 60 });
  const anew = drawnAnew(statistic);
  for (const name of ['estimate', 'low', 'high', 'standardError'] as const)
    expect(own[name]).toBeCloseTo(anew[name], 12);
}

describe('figures by weights are those of rows drawn and ranked anew', () => {
  it('area under the ROC curve, with ties', () => {
    expectSame(weightedAuc(labels, scores, clusters), (rows) => rocCurve(pick(labels, rows), pick(scores, rows)).auc);
  });

  it('average precision, with ties', () => {
    expectSame(
      weightedAveragePrecision(labels, scores, clusters),
      (rows) => precisionRecallCurve(pick(labels, rows), pick(scores, rows)).averagePrecision,
    );
  });

  it('Spearman, with ties on both sides', () => {
    expectSame(weightedSpearman(scores, values, clusters), (rows) =>
      sampleRankCorrelation([...pick(scores, rows)], [...pick(values, rows)]),
    );
    const { x, y, rho } = reference.spearman;
    expect(weightedSpearman(x, y, numberGroups([...x.keys()]))(new Float64Array(x.length).fill(1))).toBeCloseTo(
      rho,
      12,
    );
  });

  it('a ratio over the top tenth, where the border may run through the copies of one row', () => {
    expectSame(weightedTopRatio(distinct, 0.1, values, money, clusters), (rows) => {
      const order = [...rows].sort((a, b) => distinct[b] - distinct[a]).slice(0, Math.floor(rows.length / 10));
      const sum = (source: Float64Array): number => order.reduce((total, row) => total + source[row], 0);
      return sum(values) / sum(money);
    });
  });
});

describe('figures that do not exist are NaN', () => {
  const own = numberGroups([0, 1, 2, 3]);
  const weights = (...counts: number[]): Float64Array => Float64Array.from(counts);

  it('an area or a precision when the only positive was not drawn', () => {
    const few = [1, 0, 0, 0];
    for (const figure of [weightedAuc(few, [4, 3, 2, 1], own), weightedAveragePrecision(few, [4, 3, 2, 1], own)]) {
      expect(figure(weights(0, 2, 1, 1))).toBeNaN();
      expect(figure(weights(1, 2, 1, 1))).toBe(1);
    }
  });

  it('a correlation of fewer than three rows or of a constant', () => {
    const figure = weightedSpearman([1, 2, 2, 2], [4, 1, 2, 3], own);
    expect(figure(weights(1, 1, 0, 0))).toBeNaN();
    expect(figure(weights(0, 1, 1, 2))).toBeNaN();
    expect(figure(weights(2, 1, 0, 0))).toBe(-1);
  });

  it('a ratio to nothing; and the top is one row at least', () => {
    const figure = weightedTopRatio([1, 2, 3, 4], 0.1, [5, 6, 7, 8], [1, 1, 1, 0], own);
    expect(figure(weights(1, 1, 1, 1))).toBeNaN();
    expect(figure(weights(1, 1, 1, 0))).toBe(7);
  });
});
