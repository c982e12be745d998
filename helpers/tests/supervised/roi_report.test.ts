import { describe, expect, it } from 'vitest';
import { chartsOf } from '../../charts/section.ts';
import type { RoiFacts } from '../../supervised/roi_model.ts';
import { formatFiltering, formatFreshWhales, presentRoi } from '../../supervised/roi_report.ts';
import { interval, NO_INTERVAL, verdictWords } from './intervals.ts';

const whales = (base: [number, number, number]) => ({
  nWhales: 60,
  roi: { difference: interval(20, 27, 34), base: interval(...base), ratio: interval(3, 4.4, 6) },
});

describe('the published claims in words', () => {
  it('give a multiple of a base that is above zero, and none of one that may be zero', () => {
    expect(formatFreshWhales(whales([7, 8, 9]))).toContain(
      'they earn more: 27.0 [20.0, 34.0] percentage points beside a base of 8.0 [7.0, 9.0] %, 4.40 [3.00, 6.00] times',
    );
    expect(formatFreshWhales(whales([-1, 8, 9]))).toContain('a multiple means nothing');
  });

  it('say that too few rows are no answer', () => {
    expect(formatFreshWhales({ nWhales: 10, roi: null })).toContain('only 10 rows are fresh whales, 20 are needed');
    expect(formatFiltering({ change: null, nKept: 3, nRows: 90 })).toContain('only 3 test rows are not casual');
  });

  it.each([
    [interval(0.1, 0.2, 0.3), 'yes, here: '],
    [interval(-0.3, -0.2, -0.1), 'no, it makes it worse: '],
    [interval(-0.1, 0, 0.1), 'not shown: '],
  ])('answer by the whole interval', (change, answer) => {
    expect(formatFiltering({ change, nKept: 30, nRows: 90 })).toContain(answer);
  });
});

describe('presentRoi', () => {
  const trial = (r2Low: number) => ({
    nRows: 1000,
    r2: interval(r2Low, 0.1, 0.2),
    spearman: NO_INTERVAL,
    topRoi: interval(-3, 1, 5),
    topRoiByMoney: interval(-3, 1, 5),
  });
  const factsOf = (r2Low: number): RoiFacts => ({
    asOfMs: 0,
    nWindows: 4,
    nRows: 2000,
    results: (['roi', 'alpha'] as const).flatMap((outcome) =>
      ['mean', 'all columns'].map((model) => ({ outcome, model, trial: trial(model === 'mean' ? 0.5 : r2Low) })),
    ),
    claims: { filtering: { change: null, nKept: 3, nRows: 90 }, freshWhales: { nWhales: 1, roi: null } },
    importances: [{ feature: 'edge_z', importance: 0.2 }],
    partial: [{ feature: 'edge_z', points: [{ value: 1, predicted: 2 }] }],
  });

  it('calls ROI predictable when the whole interval of the full model says so, the baselines notwithstanding', () => {
    const [good, bad] = [presentRoi(factsOf(0.01)), presentRoi(factsOf(-0.01))];
    expect(good.blocks![0]).toMatchObject({ tone: 'good' });
    expect(bad.blocks![0]).toMatchObject({ tone: 'bad' });
    for (const words of verdictWords(bad.blocks)) expect(words.length).toBeLessThanOrEqual(25);
    expect(chartsOf(bad.blocks!).map(({ stem }) => stem)).toEqual(['top_tenth', 'importance', 'partial_edge_z']);
  });
});
