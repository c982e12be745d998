import { expect, it } from 'vitest';
import { createRandom } from '../../../kernels/random.ts';
import { newTally, playSequence } from './drawn_account.ts';

/** SEQUENCES=100000 for the whole of it, some minutes. */
const N_SEQUENCES = Number(process.env.SEQUENCES ?? 20_000);

it(`no limit is exceeded as a worst-case loss in ${N_SEQUENCES} drawn sequences of intents and fills, in each state`, () => {
  const random = createRandom(Number(process.env.PROPERTY_SEED ?? 21));
  const tally = newTally();
  for (let i = 0; i < N_SEQUENCES; i++) playSequence(random.fork(i), i % 10 === 9, 16, tally);
  expect(Math.min(tally.nAllowed, tally.nShrunk, tally.nDenied, tally.nFills)).toBeGreaterThan(N_SEQUENCES);
  expect(Math.min(tally.nExits, tally.nHalted)).toBeGreaterThan(N_SEQUENCES / 4);
  expect(tally.nReducing).toBeGreaterThan(N_SEQUENCES / 100);
}, 3_600_000);
