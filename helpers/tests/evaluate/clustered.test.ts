import { describe, expect, it } from 'vitest';
import { bootstrapInterval } from '../../evaluate/bootstrap.ts';
import { clusteredAuc, clusteredRatio, numberGroups } from '../../evaluate/clustered.ts';
import { rocCurve } from '../../evaluate/roc_curve.ts';
import { createRandom } from '../../kernels/random.ts';

const N = 400;
const random = createRandom(7);
const groups = Array.from({ length: N }, () => random.integer(20));
const clusters = numberGroups(groups);
const labels = Array.from({ length: N }, () => (random.uniform() < 0.3 ? 1 : 0));
const scores = labels.map((label) => Math.round(8 * (0.4 * label + random.uniform())) / 8);
const noise = labels.map(() => random.uniform());
const flags = Array.from({ length: N }, () => (random.uniform() < 0.5 ? 1 : 0));

describe('figures clustered by group', () => {
  it('are what a bootstrap over the rows of whole groups gives, without going through the rows', () => {
    const hits = labels.map((label, i) => label * flags[i]);
    const fast = clusteredRatio(hits, flags, { groups, seed: 3, nResamples: 200 });
    const slow = bootstrapInterval({
      nRows: N,
      groups,
      seed: 3,
      nResamples: 200,
      statistic: (rows) => {
        let [a, b] = [0, 0];
        for (const row of rows) {
          a += hits[row];
          b += flags[row];
        }
        return a / b;
      },
    });
    expect(fast.estimate).toBeCloseTo(slow.estimate, 12);
    expect(fast.low).toBeCloseTo(slow.low, 12);
    expect(fast.high).toBeCloseTo(slow.high, 12);
  });

  it('are undefined, not 0, where nothing was picked', () => {
    const none = clusteredRatio(
      labels.map(() => 0),
      labels.map(() => 0),
      { groups: clusters, seed: 1 },
    );
    expect([none.estimate, none.low, none.high]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('are wider by group than by row when the rows of a group are copies', () => {
    const copies = Array.from({ length: 400 }, (_, i) => Math.floor(i / 20));
    const same = copies.map((group) => group % 2);
    const ones = copies.map(() => 1);
    const byGroup = clusteredRatio(same, ones, { groups: numberGroups(copies), seed: 1 });
    const byRow = clusteredRatio(same, ones, { groups: numberGroups(copies.map((_, i) => i)), seed: 1 });
    expect(byGroup.high - byGroup.low).toBeGreaterThan(3 * (byRow.high - byRow.low));
  });
});

describe('the clustered area under the curve', () => {
  const result = clusteredAuc(labels, scores, noise, { groups: clusters, seed: 5, nResamples: 100 });

  it('has the estimate of the ROC curve, ties included', () => {
    expect(result.auc.estimate).toBeCloseTo(rocCurve(labels, scores).auc, 12);
    expect(result.rivalAuc.estimate).toBeCloseTo(rocCurve(labels, noise).auc, 12);
  });

  it('pairs the two scores on the same resamples', () => {
    expect(result.difference.estimate).toBeCloseTo(result.auc.estimate - result.rivalAuc.estimate, 12);
    expect(result.difference.low).toBeGreaterThan(0);
    const itself = clusteredAuc(labels, scores, scores, { groups: clusters, seed: 5, nResamples: 50 }).difference;
    expect([itself.low, itself.estimate, itself.high]).toEqual([0, 0, 0]);
  });

  it('stays near the whole when it looks at a part of the rows', () => {
    const part = clusteredAuc(labels, scores, noise, { groups: clusters, seed: 5, nResamples: 20, rowsMax: 200 });
    expect(Math.abs(part.auc.estimate - result.auc.estimate)).toBeLessThan(0.1);
  });
});
