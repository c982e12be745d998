import { expect, test } from 'vitest';
import { feedStartS } from '../../fetch/plan.ts';
import { fetchSettings, nameOfFetch, resolveWindow } from '../../fetch/request.ts';
import { refusal } from '../refusal.ts';

const NOW = Date.UTC(2026, 10, 21, 12, 34, 56);
const WORDS = { venue: 'polymarket', since: null, until: null, markets: [], wallets: [] } as const;
const seconds = (text: string): number => Date.parse(text) / 1000;

test('without dates the window is the 24 hours that ended ten minutes ago, in whole minutes', () => {
  expect(resolveWindow(WORDS, NOW)).toEqual({
    sinceS: seconds('2026-11-20T12:24:00Z'),
    untilS: seconds('2026-11-21T12:24:00Z'),
  });
});

test.each([
  [{ until: '2026-11-21T12:30:00Z' }, 'bad-option: --until 2026-11-21T12:30:00Z is later than ten minutes ago'],
  [{ since: '2026-11-20', until: '2026-11-20' }, 'bad-option: --since is not before --until'],
  [{ since: 'yesterday' }, 'bad-option: --since yesterday is not a time'],
])('%o is refused', (words, message) => {
  expect(refusal(() => resolveWindow({ ...WORDS, ...words }, NOW))).toContain(message);
});

test('ids that the venue does not know are refused, and a wallet on Kalshi', () => {
  const options = (more: object) =>
    ({ venue: 'polymarket', ...more }) as unknown as Parameters<typeof fetchSettings>[0];
  expect(refusal(() => fetchSettings(options({ markets: ['KXA'] })))).toContain('--markets KXA is no condition id');
  expect(refusal(() => fetchSettings(options({ venue: 'kalshi', markets: ['0xa'] })))).toContain('is no ticker');
  expect(refusal(() => fetchSettings(options({ venue: 'kalshi', wallet: [`0x${'1'.repeat(40)}`] })))).toContain(
    '--wallet',
  );
  expect(refusal(() => fetchSettings(options({ wallet: ['0x12'] })))).toContain('--wallet 0x12 is no address');
});

test('a fetch is named by venue, window and what was chosen', () => {
  const window = { sinceS: seconds('2026-01-08T00:00:00Z'), untilS: seconds('2026-01-09T12:00:00Z') };
  expect(nameOfFetch(WORDS, window)).toBe('polymarket_20260108T000000Z_20260109T120000Z');
  expect(nameOfFetch({ ...WORDS, wallets: ['0x1'] }, window)).toMatch(
    /^polymarket_20260108T000000Z_20260109T120000Z_[0-9a-f]{8}$/,
  );
});

test('the feed of all markets begins with the month before this one', () => {
  expect(feedStartS(NOW)).toBe(seconds('2026-10-01T00:00:00Z'));
  expect(feedStartS(Date.UTC(2026, 0, 5))).toBe(seconds('2025-12-01T00:00:00Z'));
});
