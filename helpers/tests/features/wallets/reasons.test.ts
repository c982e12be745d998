import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ANOMALY_FEATURES, BASELINE_FEATURES } from '../../../features/wallets/feature_sets.ts';
import { Population, quantileOf } from '../../../features/wallets/population.ts';
import { figureName, percentText, reasonInWords, usdText } from '../../../features/wallets/reasons_report.ts';
import { WALLET_PROFILES } from '../../../tables/schemas.ts';
import { frameOf } from '../tables.ts';

/** Profile columns that tell of a wallet, and not when it was looked at. */
const FIGURES = WALLET_PROFILES.columns.filter(
  ({ type, class: kind }) => (type === 'float64' || type === 'int64') && kind !== 'key',
);

it('says a figure with its value and the share of wallets that it exceeds or stays below, rounded down', () => {
  expect(reasonInWords('domain_focus_crypto_pct', 96.2, { below: 0.999, above: 0.0004 })).toBe(
    '96 % of its bets are in crypto, more than 99.9 % of wallets',
  );
  expect(reasonInWords('maker_share_pct', 0, { below: 0, above: 0.976 })).toBe(
    '0 % of its bets were offers that others took, less than 97 % of wallets',
  );
  expect(reasonInWords('tenure_days', 1, { below: 0, above: 0.9 })).toBe(
    'it has traded for 1 day, not as long as 90 % of wallets',
  );
  expect(reasonInWords('total_net_pnl', -1234.5, { below: 0.01, above: 0.99 })).toBe(
    'it lost $1,235, worse than 99 % of wallets',
  );
  expect(reasonInWords('wins', 2, { below: 0.3, above: 0.2 })).toBe('it made money in 2 markets, as many wallets do');
  expect([1, 1_234_567].map((n) => reasonInWords('n_fills', n, null))).toEqual([
    'it placed 1 bet',
    'it placed 1,234,567 bets',
  ]);
  expect(reasonInWords('win_rate_pct', Number.NaN, null)).toBe('win rate: not known');
});

it('has words for every column that a model gives as a reason, and for every other figure of a profile', () => {
  const columns = new Set([...ANOMALY_FEATURES, ...BASELINE_FEATURES, ...FIGURES.map(({ name }) => name)]);
  const texts = [...columns].map((name) => reasonInWords(name, 7, { below: 0.9, above: 0.1 }));
  for (const [i, name] of [...columns].entries()) {
    expect(texts[i]).toMatch(/7.*, (more|longer|better|later) than 90 % of wallets$/);
    expect(texts[i]).not.toContain(name);
    expect(figureName(name)).not.toMatch(/_/);
  }
  expect(new Set(texts).size).toBe(columns.size);
  expect(() => reasonInWords('no_such_column', 1, null)).toThrow(/no words for no_such_column/);
});

it('never calls a part all or nothing', () => {
  expect([0, 0.04, 3.14, 12.5, 99.4, 99.6, 99.99, 100].map(percentText)).toEqual([
    '0 %',
    '0.04 %',
    '3.1 %',
    '13 %',
    '99 %',
    '99.6 %',
    '99.9 %',
    '100 %',
  ]);
  expect([0, 0.0012, 0.5, 12.345, -99.9, 100, -1234567.8].map(usdText)).toEqual([
    '$0.00',
    '$0.0012',
    '$0.50',
    '$12.35',
    '−$99.90',
    '$100',
    '−$1,234,568',
  ]);
});

it('finds the place of a value among all others, as a plain count does', () => {
  expect(quantileOf(Float64Array.of(1, 2, 2, 4, Number.NaN), 2)).toEqual({ below: 0.25, above: 0.25 });
  expect(quantileOf(Float64Array.of(1, 2), Number.NaN)).toBeNull();
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), fc.nat(), (values, pick) => {
      const value = values[pick % values.length];
      const { below, above } = quantileOf(Float64Array.from(values), value)!;
      const nEqual = values.filter((other) => other === value).length;
      expect(below + above).toBeCloseTo(1 - nEqual / values.length, 12);
      expect(below).toBe(values.filter((other) => other < value).length / values.length);
    }),
  );
});

it('unpacks the figures of a population, null as not known', () => {
  const population = new Population(
    frameOf(WALLET_PROFILES, [
      { wallet: 'a', wins: 3 },
      { wallet: 'b', wins: null },
    ]),
  );
  expect([...population.values('wins')]).toEqual([3, Number.NaN]);
  expect(population.nWallets).toBe(2);
});
