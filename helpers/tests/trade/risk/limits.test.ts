import { expect, it } from 'vitest';
import { createRandom } from '../../../kernels/random.ts';
import { newTally, playSequence } from './drawn_account.ts';

it('no limit is exceeded as a worst-case loss in drawn sequences of intents and fills, and each is met', () => {
  const random = createRandom(7);
  const tally = newTally();
  for (let i = 0; i < 1000; i++) playSequence(random.fork(i), i % 10 === 9, 16, tally);
  expect(Math.min(tally.nAllowed, tally.nShrunk, tally.nDenied, tally.nFills)).toBeGreaterThan(1000);
  expect(Math.min(tally.nExits, 10 * tally.nReducing, tally.nHalted)).toBeGreaterThan(100);
  for (const name of ['position', 'category', 'total', 'day', 'drawdown', 'heat'])
    expect(tally.nearest[name]).toBeGreaterThan(0.99);
});
