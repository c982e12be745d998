import { describe, expect, it } from 'vitest';
import { fitLogistic } from '../../bench/red_flags/fit_logistic.ts';
import { createRandom } from '../../kernels/random.ts';
import { pl } from '../../polars/polars.ts';
import { COEFFICIENTS } from '../../red_flags/coefficients.ts';
import { EVIDENCE, EVIDENCE_NAMES } from '../../red_flags/evidence.ts';
import { rankWallets, strongestTerms } from '../../red_flags/rank_wallets.ts';
import { scoreEvidence } from '../../red_flags/score.ts';
import { EVIDENCE_COLUMNS } from '../../tables/red_flag_schemas.ts';

const MODEL = {
  intercept: Math.log(2),
  terms: [
    { name: 'kept_pct', mean: 0.5, sd: 0.25, weight: Math.log(4) },
    { name: 'hedge_pct', mean: -0.1, sd: 0.1, weight: Math.log(8) },
  ],
};

function frame(rows: readonly (readonly [stake: number, kept: number | null, hedge: number])[]) {
  return pl.DataFrame([
    pl.Series(
      'stake_usd',
      rows.map(([stake]) => stake),
      pl.Float64,
    ),
    pl.Series(
      'kept_pct',
      rows.map(([, kept]) => kept),
      pl.Float64,
    ),
    pl.Series(
      'hedge_pct',
      rows.map(([, , hedge]) => hedge),
      pl.Float64,
    ),
  ]);
}

describe('red flags', () => {
  it('add up in bits, and missing evidence adds nothing', () => {
    const { bits } = scoreEvidence(
      MODEL,
      frame([
        [1, 100, 0],
        [1, null, 20],
      ]),
    );
    // 1 + 2 · (1 − .5) / .25 + 3 · (0 + .1) / .1 = 8, and 1 + 0 + 3 · (−.2 + .1) / .1 = −2.
    expect(Array.from(bits)).toEqual([expect.closeTo(8, 9), expect.closeTo(-2, 9)]);
  });

  it('rank nobody below the floor, and break ties by the stake', () => {
    const { order } = rankWallets(
      MODEL,
      frame([
        [499, 100, 0],
        [500, 80, 0],
        [700, 100, 0],
        [900, 100, 0],
      ]),
      500,
    );
    expect(order).toEqual([3, 2, 1]);
  });

  it('give as reasons only what speaks for an insider, the strongest first', () => {
    const rows = frame([
      [1, 75, 0],
      [1, 25, 0],
    ]);
    const scored = scoreEvidence(MODEL, rows);
    expect([0, 1].map((row) => strongestTerms(MODEL, scored, row))).toEqual([['hedge_pct', 'kept_pct'], ['hedge_pct']]);
  });

  it('have words and a feature for every piece of evidence, finite where it is known', () => {
    expect(EVIDENCE_NAMES).toEqual(EVIDENCE_COLUMNS.map(({ name }) => name));
    for (const name of EVIDENCE_NAMES)
      for (const value of [0.5, 1, 50]) {
        expect([name, Number.isFinite(EVIDENCE[name].feature(value))]).toEqual([name, true]);
        expect(EVIDENCE[name].words(value)).toMatch(/^[a-z$0-9].*[^.]$/);
      }
  });

  it('weigh no evidence against the direction that is argued for it', () => {
    expect(COEFFICIENTS.terms.every(({ weight }) => weight >= 0)).toBe(true);
  });
});

describe('logistic regression with weights of one sign', () => {
  it('finds the log odds of two groups, and drops what points the other way', () => {
    // 3 of 4 with x = 1 and 1 of 4 with x = 0 have label 1: log odds ln 3 and −ln 3.
    const labels = Uint8Array.from([1, 1, 1, 0, 1, 0, 0, 0]);
    const x = Float64Array.from([1, 1, 1, 1, 0, 0, 0, 0]);
    const features = [x, x.map((value) => -value + 0.01 * createRandom(1).uniform())];
    const { terms, intercept } = fitLogistic(
      ['a', 'b'],
      { features, labels, weights: new Float64Array(8).fill(1) },
      1e-9,
    );
    expect([terms[0].mean, terms[0].sd, terms[1].weight]).toEqual([0.5, 0.5, 0]);
    expect(terms[0].weight).toBeCloseTo(Math.log(3), 5);
    expect(intercept).toBeCloseTo(0, 5);
  });
});
