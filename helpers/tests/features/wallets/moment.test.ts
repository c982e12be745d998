import { afterAll, expect, test } from 'vitest';
import { resolveAsOf } from '../../../features/wallets/as_of.ts';
import { DAY_MS } from '../../../run/clock.ts';
import { RAW_TRADES } from '../../../tables/schemas.ts';
import { openTable } from '../../../tables/table_store.ts';
import { refusal } from '../../refusal.ts';
import { removeFolders, START_MS, writeTables } from '../tables.ts';

afterAll(removeFolders);

test('a moment more than a day after the last fill is remarked upon, and none means the end of the last day', () => {
  const trades = openTable(writeTables([{ at: START_MS }, { at: START_MS + DAY_MS }]), RAW_TRADES);
  const told: string[] = [];
  const at = (asOf: string | undefined) => resolveAsOf(trades, asOf, { warn: (line) => told.push(line) });
  expect(at(undefined)).toBe(START_MS + 2 * DAY_MS);
  expect(at('2026-01-07')).toBe(START_MS + 2 * DAY_MS);
  expect(told).toEqual([]);
  expect(at('2026-01-16')).toBe(START_MS + 11 * DAY_MS);
  expect(told).toEqual(['--as-of 2026-01-16 is 10 days after the last fill, 2026-01-06T00:00:00.000Z']);
});

test('the moment of a table without fills is refused in one line, with and without --as-of', () => {
  const trades = openTable(writeTables([]), RAW_TRADES);
  for (const asOf of [undefined, '2026-01-09'])
    expect(refusal(() => resolveAsOf(trades, asOf, { warn: () => undefined }))).toBe(
      'empty-input: 10_raw_trades has no fills: there is nobody to tell of',
    );
});
