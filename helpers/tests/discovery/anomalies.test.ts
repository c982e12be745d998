import { describe, expect, it } from 'vitest';
import { scoreAnomalies } from '../../discovery/anomalies.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { pl } from '../../polars/polars.ts';
import { ANOMALIES } from '../../tables/schemas.ts';
import { makeProfiles } from '../anomaly/profiles.ts';
import { executor, findAnomalies } from './chapter_2.ts';

describe('scoreAnomalies', () => {
  it('marks the asked share and explains a row that is anomalous in one feature by that feature', () => {
    const random = createRandom(3);
    const x = createMatrix(
      Float32Array.from({ length: 460 * 4 }, () => random.normal()),
      460,
      4,
    );
    x.values[2] = 60;
    const { isTop, scores, explain } = scoreAnomalies(x, ['a', 'b', 'c', 'd'], 0.05, 1, executor);
    expect(isTop.reduce((a, b) => a + b, 0)).toBe(23);
    expect(Math.min(...scores.filter((_, row) => isTop[row] === 1))).toBeGreaterThanOrEqual(
      Math.max(...scores.filter((_, row) => isTop[row] === 0)),
    );
    expect(explain([0])[0][0].feature).toBe('c');
    expect(explain([0])[0]).toHaveLength(3);
  });
});

describe('12_anomalies', () => {
  it('gives reasons to flagged wallets and to no others', () => {
    const { anomalies } = findAnomalies(makeProfiles(200, 10, 1), 0.05);
    expect(anomalies.columns).toEqual(ANOMALIES.columns.map(({ name }) => name));
    const rows = anomalies.toRecords();
    expect(rows.filter((row) => row.is_top_share).length).toBe(10);
    for (const row of rows) expect(row.reason_1 !== null).toBe(row.is_top_share === true || row.is_conformal === true);
    // The planted ten are a hundred thousand times larger in every column.
    expect(rows.slice(200).every((row) => row.is_top_share === true)).toBe(true);
  });

  it('gives no reason where wallets are all alike, because nothing moved a score', () => {
    const { anomalies } = findAnomalies(makeProfiles(200, 0, 1, true), 0.05);
    expect(anomalies.filter(pl.col('is_top_share')).height).toBe(10);
    expect(['reason_1', 'reason_1_bits'].map((name) => anomalies.getColumn(name).nullCount())).toEqual([200, 200]);
  });
});
