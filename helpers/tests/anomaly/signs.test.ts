import { describe, expect, test } from 'vitest';
import { flagByCopula } from '../../anomaly/copula_calibration.ts';
import { ExceedanceCounts } from '../../anomaly/exceedances.ts';
import { SIGN_SETS, SignDetector, type SignSetName } from '../../anomaly/signs.ts';
import { scoreSigns } from '../../anomaly/wallet_signs.ts';
import { formatSigns, signBlocks } from '../../anomaly/wallet_signs_report.ts';
import { conformalPValues } from '../../evaluate/conformal.ts';
import { benjaminiHochberg } from '../../evaluate/multiple_testing.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { createLog } from '../../run/console.ts';
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

/** Rows of two columns; the last `nPlanted` are high in both, which is the less of a surprise the higher the correlation. */
function pairs(nOrdinary: number, nPlanted: number, seed: number, correlation = 0.2): Matrix {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: 2 * (nOrdinary + nPlanted) });
  for (let row = 0; row < nOrdinary + nPlanted; row++) {
    const a = random.normal();
    const b = correlation * a + Math.sqrt(1 - correlation ** 2) * random.normal();
    values.set(row < nOrdinary ? [a, b] : [4.5 + 0.1 * a, 4.5 + 0.1 * b], 2 * row);
  }
  return createMatrix(values, nOrdinary + nPlanted, 2);
}

const sum = ({ values, nRows }: Matrix): Float64Array =>
  Float64Array.from({ length: nRows }, (_, row) => values[2 * row] + values[2 * row + 1]);

const count = (marks: Uint8Array): number => marks.reduce((a, b) => a + b, 0);
const GAUSSIAN = Number.POSITIVE_INFINITY;

describe('ExceedanceCounts', () => {
  const random = createRandom(4);
  // Ties, within the scores and with the samples.
  const tenths = (n: number): Float64Array =>
    Float64Array.from({ length: n }, () => Math.round(10 * random.normal()) / 10);

  test.each([
    ['scores with ties', tenths(50)],
    ['one score', Float64Array.of(0.3)],
    ['equal scores', new Float64Array(9).fill(0.2)],
    ['a score far from all others', Float64Array.of(1e9, ...tenths(20))],
  ])('give the p-values and flags of a list of all samples: %s', (_, scores) => {
    const counts = new ExceedanceCounts(scores);
    const samples = [tenths(300), tenths(200)];
    for (const sample of samples) counts.add(sample);
    const expected = conformalPValues(Float64Array.from(samples.flatMap((sample) => [...sample])), scores);
    expect(counts.pValues()).toEqual(expected);
    const { rejected, nRejected } = benjaminiHochberg(expected, 0.4);
    expect(counts.highest(0, counts.nRejected(0.4, 0))).toEqual(rejected);
    expect(counts.nRejected(0.4, 3)).toBeLessThanOrEqual(nRejected);
    expect(counts.nRejected(0.4, -3)).toBeGreaterThanOrEqual(nRejected);
  });
});

describe('flagByCopula', () => {
  test('keeps to the false discovery rate where ordinary rows have no more than correlations, and finds who stands out', async () => {
    const shares: number[] = [];
    let nFound = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { flags } = await flagByCopula(pairs(600, 6, seed), sum, 0.1, GAUSSIAN, seed, 0);
      const nTrue = count(flags.subarray(600));
      shares.push(count(flags) === 0 ? 0 : 1 - nTrue / count(flags));
      nFound += nTrue;
    }
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
    const deviation = Math.sqrt(shares.reduce((s, share) => s + (share - mean) ** 2, 0) / (shares.length - 1));
    expect(mean).toBeLessThan(0.1 + (2 * deviation) / Math.sqrt(shares.length));
    // 120 were planted.
    expect(nFound).toBeGreaterThan(100);
  });

  test('gives larger p-values to who stands out in both columns when extremes may meet more often', async () => {
    const x = pairs(600, 1, 3);
    const of = async (degrees: number) => (await flagByCopula(x, sum, 0.01, degrees, 1, 0)).pValues[600];
    expect(await of(4)).toBeGreaterThan(await of(GAUSSIAN));
  });

  test('flags the same wallets whatever the seed of the samples, also where they lie near the bar', async () => {
    for (let market = 0; market < 6; market++) {
      const x = pairs(500, 5, market, 0.35);
      const flagged: number[] = [];
      for (let seed = 1; seed <= 4; seed++)
        flagged.push(count((await flagByCopula(x, sum, 0.1, GAUSSIAN, seed, 400_000)).flags));
      // 5, 4, 3, 5 and the like when as many are sampled as two flags would need.
      expect(flagged).toEqual([5, 5, 5, 5]);
    }
  });

  test('samples more where wallets lie near the bar, not without end, and then says that they are borderline', async () => {
    const flag = (correlation: number) => flagByCopula(pairs(500, 5, 3, correlation), sum, 0.1, GAUSSIAN, 1, 400_000);
    const [far, near] = [await flag(0.2), await flag(0.42)];
    expect(far.nSampled).toBeLessThan(100_000);
    expect(count(far.isBorderline)).toBe(0);
    expect(near.nSampled).toBeGreaterThanOrEqual(400_000);
    expect(near.nSampled).toBeLessThan(400_000 + 8192);
    expect(count(near.isBorderline)).toBeGreaterThan(0);
    expect(count(near.isBorderline.subarray(0, 500))).toBe(0);
  });

  test('is the same for the same seed', async () => {
    const x = pairs(100, 2, 1);
    const first = await flagByCopula(x, sum, 0.1, 15, 1, 0);
    expect(await flagByCopula(x, sum, 0.1, 15, 1, 0)).toEqual(first);
  });
});

describe('14_wallet_signs', () => {
  test('has one row a wallet, reasons for flagged wallets alone, and counts that add up', async () => {
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
    const { frame, counts } = await scoreSigns(profiles, 0.1, 1, createLog({ quiet: true }));
    expect(frame.columns).toEqual(WALLET_SIGNS.columns.map(({ name }) => name));
    const rows = frame.toRecords() as Record<string, unknown>[];
    expect(rows.slice(0, 3).every((row) => row.is_insider_flagged === true)).toBe(true);
    for (const row of rows) expect(row.insider_reason_1 !== null).toBe(row.is_insider_flagged === true);
    const nTrue = (name: string): number => rows.filter((row) => row[name] === true).length;
    expect(counts.insider.nFlagged).toBe(nTrue('is_insider_flagged'));
    expect(counts.copy.nBorderline).toBe(nTrue('is_copy_borderline'));

    const [table, verdict, sampling] = formatSigns(frame, counts);
    // A head, a rule and five wallets.
    expect(table.split('\n')).toHaveLength(7);
    expect(verdict).toContain(`${counts.insider.nFlagged} as insider`);
    expect(sampling).toContain(`wash ${counts.wash.nSampled.toLocaleString('en-US')}`);
    const [box] = signBlocks(frame, counts);
    expect(box).toMatchObject({ kind: 'verdict', text: verdict });
    expect(verdict.split(' ').length).toBeLessThanOrEqual(25);
  });
});
