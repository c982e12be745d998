import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import type { Strategy } from '../../replay/model.ts';
import { SignalPicks } from '../../replay/picks.ts';

const MONEY = { bankrollUsd: 1, stakeUsd: 1, marketLimitUsd: 1, participation: 1 };
const picking = (picks: Uint32Array): Strategy => ({ name: '', picks, isReversed: false, delayMs: 0, money: MONEY });

describe('picks by signal', () => {
  it('are those of every strategy, over more signals than are looked up at once, also when some are not asked for', () => {
    const random = createRandom(2);
    const nSignals = 100_000;
    const all = Array.from({ length: nSignals }, (_, i) => i);
    const strategies = [1, 0.5, 0.001, 0].map((share) =>
      picking(Uint32Array.from(all.filter(() => random.uniform() < share))),
    );
    const sets = strategies.map(({ picks }) => new Set(picks));
    for (const step of [1, 33_000]) {
      const picks = new SignalPicks(strategies);
      const wrong = all.filter((signal) => {
        if (signal % step !== 0) return false;
        const expected = [0, 1, 2, 3].filter((s) => sets[s].has(signal));
        return picks.of(signal).join() !== expected.join();
      });
      expect(wrong).toEqual([]);
    }
  });
});
