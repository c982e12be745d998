import { describe, expect, test } from 'vitest';
import { pl } from '../../../polars/polars.ts';
import { MarketValues } from '../../../venues/values/market_values.ts';
import { parseTime, parseTimes } from '../../../venues/values/time.ts';
import { TimeZone } from '../../../venues/values/time_zone.ts';
import { refusal } from '../../refusal.ts';

const NEW_YORK = new TimeZone('America/New_York');

/** What a text says in UTC and, when it names no zone, on the clocks of New York. */
const TIMES: readonly (readonly [string, string | null, string?])[] = [
  ['1700000001', '2023-11-14T22:13:21.000Z'],
  ['1700000001.123', '2023-11-14T22:13:21.123Z'],
  ['1700000001123', '2023-11-14T22:13:21.123Z'],
  ['1700000001123456', '2023-11-14T22:13:21.123Z'],
  ['1700000001123456789', '2023-11-14T22:13:21.123Z'],
  [' 1.700000001e9 ', '2023-11-14T22:13:21.000Z'],
  ['2023-11-14T22:13:21Z', '2023-11-14T22:13:21.000Z'],
  ['2023-11-14 22:13:21.123456789 UTC', '2023-11-14T22:13:21.123Z'],
  ['2023-11-14 22:13:21+00', '2023-11-14T22:13:21.000Z'],
  ['2023-11-14T22:13:21+02:00', '2023-11-14T20:13:21.000Z'],
  ['2023-11-14T22:13:21.5-0530', '2023-11-15T03:43:21.500Z'],
  ['2026-01-08 17:28:22 America/New_York', '2026-01-08T22:28:22.000Z'],
  ['2026-01-08 17:28:22', '2026-01-08T17:28:22.000Z', '2026-01-08T22:28:22.000Z'],
  ['2026-07-08T17:28', '2026-07-08T17:28:00.000Z', '2026-07-08T21:28:00.000Z'],
  ['2026-01-08', '2026-01-08T00:00:00.000Z', '2026-01-08T05:00:00.000Z'],
  // An hour that comes twice, and one that never was.
  ['2026-11-01 01:30:00', '2026-11-01T01:30:00.000Z', '2026-11-01T05:30:00.000Z'],
  ['2026-03-08 02:30:00', '2026-03-08T02:30:00.000Z', '2026-03-08T07:30:00.000Z'],
  ['2026-02-30 10:00:00', null],
  ['2026-01-08 17:28:22 EST', null],
  ['2026-01-08 17:28:22 No/Where', null],
  ['0x65', null],
  ['soon', null],
  ['', null],
];

const iso = (ms: number | bigint | null | undefined): string | null =>
  ms === null || ms === undefined ? null : new Date(Number(ms)).toISOString();

describe('times', () => {
  test.each(TIMES)('%j is %s', (text, utc, local) => {
    expect(iso(parseTime(text, null)?.ms)).toBe(utc);
    expect(iso(parseTime(text, NEW_YORK)?.ms)).toBe(local ?? utc);
    expect(parseTime(text, null)?.isNaive ?? false).toBe(local !== undefined);
  });

  test('a column says what its values say one by one, however they are mixed', () => {
    const nNaive = TIMES.filter(([, , local]) => local !== undefined).length;
    for (const zone of [null, NEW_YORK])
      for (const rows of [TIMES, TIMES.slice(0, 5), TIMES.slice(6, 9), TIMES.slice(12, 13)]) {
        const frame = pl.DataFrame({ t: rows.map(([text]) => text) }, { schema: { t: pl.Utf8 } });
        const { frame: times, nNaive: nFound } = parseTimes(frame, 't', zone);
        const found = times.toRecords().map(({ ts_ms }) => iso(ts_ms as number | bigint | null));
        expect(found).toEqual(rows.map(([, utc, local]) => (zone === null ? utc : (local ?? utc))));
        if (rows === TIMES) expect(nFound).toBe(nNaive);
      }
  });

  test('a zone that is none is refused', () => {
    expect(refusal(() => new TimeZone('Mars/Olympus'))).toBe('bad-option: --time-zone Mars/Olympus is not a time zone');
  });

  test('times of markets outside of 2015 to 2100 become null and are counted', () => {
    const values = new MarketValues(null);
    const texts = ['18446744073709551616', '-99999999999999999999', '2014-12-31T23:59:59Z', '4102444800', 'soon'];
    expect(texts.map((text) => values.time(text))).toEqual([null, null, null, null, null]);
    expect(values.time('2015-01-01T00:00:00Z')).toBe(Date.UTC(2015, 0, 1));
    expect(values.time('2099-12-31')).toBe(Date.UTC(2099, 11, 31));
    expect([values.nImpossibleTimes, values.nNaiveTimes]).toEqual([4, 1]);
  });
});
