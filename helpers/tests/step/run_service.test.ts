import { expect, test } from 'vitest';
import { parseInterval } from '../../step/run_service.ts';
import { refusal } from '../refusal.ts';

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
])('%s are %d ms', (text, ms) => expect(parseInterval(text)).toBe(ms));

test.each(['', '5', 'm', '0m', '5 m', '-5m', '5d', '1e3s'])('"%s" is no interval', (text) => {
  expect(refusal(() => parseInterval(text))).toBe(`bad-option: --every ${text} is no interval`);
});
