import { describe, expect, test } from 'vitest';
import { copulaPValues } from '../../anomaly/copula_calibration.ts';
import { SIGN_SETS, SignDetector, type SignSetName } from '../../anomaly/signs.ts';
import { countSigns, signsFrame } from '../../anomaly/wallet_signs.ts';
import { benjaminiHochberg } from '../../evaluate/multiple_testing.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { type DataFrame, pl } from '../../tables/polars.ts';
import { WALLET_SIGNS } from '../../tables/schemas.ts';
import { makeProfiles } from './profiles.ts';

/** Profiles whose columns are set by `row`. */
function withColumns(
  profiles: DataFrame,
  columns: Readonly<Record<string, (row: number) => number | null>>,
): DataFrame {
  return profiles.withColumns(
    ...Object.entries(columns).map(([name, value]) =>
      pl.Series(
        name,
        Array.from({ length: profiles.height }, (_, row) => value(row)),
        pl.Float64,
      ),
    ),
  );
}

const NAMES = Object.keys(SIGN_SETS) as SignSetName[];

describe('SignDetector', () => {
  test('is the weighted mean of ranks: solved by hand for the signs of a whale', () => {
    const four = withColumns(makeProfiles(4, 0, 1), {
      conviction_avg_buy_usd: (row) => [10, 20, 30, 40][row],
      maker_share_pct: (row) => [0, 50, 50, 100][row],
    });
    // Ranks of the buys are 1/8, 3/8, 5/8, 7/8, counted twice; those of taking 7/8, 1/2, 1/2, 1/8.
    const expected = [(2 / 8 + 7 / 8) / 3, (6 / 8 + 1 / 2) / 3, (10 / 8 + 1 / 2) / 3, (14 / 8 + 1 / 8) / 3];
    SignDetector.fit(four, 'whale_signs')
      .score(four)
      .forEach((score, row) => {
        expect(score).toBeCloseTo(expected[row], 6);
      });
  });

  test('lets a missing sign say nothing either way', () => {
    const four = withColumns(makeProfiles(4, 0, 1), {
      conviction_avg_buy_usd: (row) => [10, 20, 30, 40][row],
      maker_share_pct: () => null,
    });
    const scores = SignDetector.fit(four, 'whale_signs').score(four);
    expect(scores[3]).toBeCloseTo((2 * (7 / 8) + 1 / 2) / 3, 6);
  });

  test('ranks against the population it learnt, not against the wallets it scores', () => {
    const low = withColumns(makeProfiles(50, 0, 1), { max_bet_usd: (row) => row });
    const high = withColumns(makeProfiles(3, 0, 2), { max_bet_usd: (row) => 1000 + row });
    expect([...SignDetector.fit(low, 'largest_bet').score(high)]).toEqual([1, 1, 1]);
  });

  const [alike, one] = [makeProfiles(20, 0, 1, true), makeProfiles(1, 0, 1)];
  test.each(NAMES)('%s finds nobody special among wallets that are all alike, nor in one alone', (name) => {
    for (const profiles of [alike, one])
      for (const score of SignDetector.fit(profiles, name).score(profiles)) expect(score).toBeCloseTo(0.5, 6);
  });

  test('names the sign that adds most first', () => {
    const profiles = withColumns(makeProfiles(100, 0, 1), { maker_share_pct: (row) => (row === 0 ? 0 : 100) });
    const detector = SignDetector.fit(profiles, 'insider_signs');
    expect(detector.reasons(detector.ranks(profiles), 0)[0].name).toBe('low maker_share_pct');
  });
});

/** Rows of two columns with correlation .5; the last `nPlanted` are high in both. */
function pairs(nOrdinary: number, nPlanted: number, seed: number): Matrix {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: 2 * (nOrdinary + nPlanted) });
  for (let row = 0; row < nOrdinary + nPlanted; row++) {
    const a = random.normal();
    const b = 0.5 * a + Math.sqrt(0.75) * random.normal();
    values.set(row < nOrdinary ? [a, b] : [4.5 + 0.1 * a, 4.5 + 0.1 * b], 2 * row);
  }
  return createMatrix(values, nOrdinary + nPlanted, 2);
}

const sum = ({ values, nRows }: Matrix): Float64Array =>
  Float64Array.from({ length: nRows }, (_, row) => values[2 * row] + values[2 * row + 1]);

describe('copulaPValues', () => {
  test('keep to the false discovery rate where ordinary rows have no more than correlations, and find who stands out', () => {
    const shares: number[] = [];
    let nFound = 0;
    for (let seed = 0; seed < 20; seed++) {
      const x = pairs(600, 6, seed);
      const { pValues } = copulaPValues(x, sum, 0.1, Number.POSITIVE_INFINITY, seed);
      const { rejected, nRejected } = benjaminiHochberg(pValues, 0.1);
      const nTrue = rejected.subarray(600).reduce((a, b) => a + b, 0);
      shares.push(nRejected === 0 ? 0 : (nRejected - nTrue) / nRejected);
      nFound += nTrue;
    }
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
    const deviation = Math.sqrt(shares.reduce((s, share) => s + (share - mean) ** 2, 0) / (shares.length - 1));
    expect(mean).toBeLessThan(0.1 + (2 * deviation) / Math.sqrt(shares.length));
    // 120 were planted.
    expect(nFound).toBeGreaterThan(30);
  });

  test('are larger for who stands out in both columns when extremes may meet more often', () => {
    const x = pairs(600, 1, 3);
    const of = (degrees: number): number => copulaPValues(x, sum, 0.01, degrees, 1).pValues[600];
    expect(of(4)).toBeGreaterThan(of(Number.POSITIVE_INFINITY));
  });

  test('draws as many wallets as one flag alone would need, and are the same for the same seed', () => {
    const x = pairs(100, 0, 1);
    const first = copulaPValues(x, sum, 0.1, 15, 1);
    expect(first.nDrawn).toBeGreaterThanOrEqual(2000);
    expect(copulaPValues(x, sum, 0.1, 15, 1)).toEqual(first);
  });
});

describe('14_wallet_signs', () => {
  test('has one row a wallet, reasons for flagged wallets alone, and counts that add up', () => {
    const profiles = withColumns(makeProfiles(400, 0, 1), {
      // Three wallets have all signs of an insider at once, and nobody else more than chance has it.
      maker_share_pct: (row) => (row < 3 ? 0 : 50 + ((row * 37) % 50)),
      total_net_pnl: (row) => (row < 3 ? 1e6 : (row * 17) % 101),
      active_days: (row) => (row < 3 ? 1 : 5 + ((row * 7) % 20)),
      tenure_days: (row) => (row < 3 ? 300 : 30),
      max_bet_vs_market_volume_pct: (row) => (row < 3 ? 90 : ((row * 29) % 83) / 100),
      bet_size_cv: (row) => (row < 3 ? 9 : ((row * 13) % 71) / 50),
      top_market_share_pct: (row) => (row < 3 ? 100 : (row * 11) % 97),
    });
    const frame = signsFrame(profiles, 0.1, 1);
    expect(frame.columns).toEqual(WALLET_SIGNS.columns.map(({ name }) => name));
    const rows = frame.toRecords();
    expect(rows.slice(0, 3).every((row) => row.is_insider_flagged === true)).toBe(true);
    for (const row of rows) expect(row.insider_reason_1 !== null).toBe(row.is_insider_flagged === true);
    expect(countSigns(frame).insider).toBe(rows.filter((row) => row.is_insider_flagged === true).length);
  });
});
