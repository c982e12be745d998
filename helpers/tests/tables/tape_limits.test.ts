import { afterAll, describe, expect, it } from 'vitest';
import { cutAt, limitsOf, type TapeFacts, tapeFacts } from '../../tables/tape_limits.ts';
import { formatTapeLimits } from '../../tables/tape_limits_report.ts';
import { newFolder, removeFolders } from '../features/tables.ts';

afterAll(removeFolders);

const WHOLE: TapeFacts = {
  nDays: 300,
  nWallets: 1000,
  nCensored: 10,
  cutUsd: null,
  roles: 'both',
  nMarkets: 500,
  nResolved: 400,
};

describe('cutAt', () => {
  it('is the smallest amount of a tape that begins at $1,000, where amounts pile up', () => {
    expect(cutAt(Float64Array.from({ length: 1000 }, (_, i) => 1000 + i))).toBe(1000);
  });

  it('is none where small fills are there, or where amounts thin out towards the smallest', () => {
    expect(cutAt(Float64Array.from({ length: 1000 }, (_, i) => 0.1 * (i + 1)))).toBeNull();
    expect(cutAt(Float64Array.from({ length: 1000 }, (_, i) => 10 * (i + 1)))).toBeNull();
    expect(cutAt(new Float64Array(0))).toBeNull();
  });
});

describe('limits of a tape', () => {
  it('are none of a long tape with roles and outcomes', () => {
    expect(limitsOf(WHOLE)).toEqual([]);
    expect(formatTapeLimits(WHOLE)).toEqual([]);
  });

  it.each([
    ['short', { nDays: 1.2 }, 'The tape is short: 1.2 days'],
    ['censored', { nCensored: 50 }, '50 of 1,000 wallets were there when the tape began'],
    ['cut', { cutUsd: 1000 }, 'Fills begin at $1,000 and'],
    ['roles', { roles: 'takers only' }, 'All fills are those of takers'],
    ['roles', { roles: 'unknown' }, 'The source does not say who was maker'],
    ['resolutions', { nResolved: 37 }, 'Outcomes are known of 37 markets (of 500)'],
  ] as const)('name %s of %o', (limit, change, words) => {
    const facts = { ...WHOLE, ...change };
    expect(limitsOf(facts)).toEqual([limit]);
    expect(formatTapeLimits(facts)).toEqual([expect.stringContaining(words)]);
  });

  it('are said only in the sections that they limit', () => {
    const facts: TapeFacts = { ...WHOLE, roles: 'takers only', nResolved: 37 };
    expect(formatTapeLimits(facts, 'strategies')).toEqual([expect.stringContaining('37 markets')]);
    expect(formatTapeLimits(facts, 'wash_trading')).toEqual([expect.stringContaining('takers')]);
    expect(formatTapeLimits(facts, 'manifold')).toEqual([]);
  });

  it('are not known before there are tables', () => {
    expect(tapeFacts(newFolder())).toBeNull();
  });
});
