import { expect, test } from 'vitest';
import { shortWallet } from '../../run/words.ts';

test('wallets that begin alike can be told from each other in short', () => {
  const [one, two] = ['1', '2'].map((digit) => `0x${digit.padStart(40, '0')}`);
  expect([one, two].map(shortWallet)).toEqual(['0x000000…0001', '0x000000…0002']);
  expect(shortWallet('0xabc')).toBe('0xabc');
});
