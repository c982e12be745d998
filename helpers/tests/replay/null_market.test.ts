import { describe, expect, it } from 'vitest';
import { clusteredRatio } from '../../evaluate/clustered.ts';
import { createRandom } from '../../kernels/random.ts';
import { play, type SignalSpec, type TradeSpec } from './hand_tape.ts';

const N_MARKETS = 150;

/**
 * Markets whose price is a fair game: a share of outcome 0 is worth the chance that it wins, and steps of two cents up or
 * down are equally likely until it resolves. No signal can know anything.
 */
function fairMarkets(seed: number) {
  const random = createRandom(seed);
  const trades: TradeSpec[] = [];
  const signals: SignalSpec[] = [];
  const markets = Array.from({ length: N_MARKETS }, (_, market) => {
    let cents = 10 + 2 * random.integer(41);
    const fromMinute = random.integer(600);
    for (let step = 0; step < 100 && cents > 0 && cents < 100; step++) {
      trades.push({ at: fromMinute + 10 * step, market, price: cents / 100 });
      if (step % 12 === 0) signals.push({ at: fromMinute + 10 * step, market, outcome: random.integer(2) as 0 | 1 });
      cents += random.integer(2) === 0 ? 2 : -2;
    }
    const payout = random.uniform() < cents / 100 ? 1 : 0;
    return { feeRate: 0.05, feeExponent: 1, resolvedAt: fromMinute + 1000, payout };
  });
  const byTime = <T extends { at: number }>(rows: T[]): T[] => rows.sort((a, b) => a.at - b.at);
  return { trades: [...byTime(trades), { at: 10_000, price: 0.5 }], signals: byTime(signals), markets };
}

function meanReturn(seed: number, halfSpread: number, feeRate: number, isReversed = false) {
  const { trades, signals, markets } = fairMarkets(seed);
  const { rows } = play({
    trades,
    signals,
    markets: markets.map((market) => ({ ...market, feeRate })),
    strategies: [{ isReversed }],
    money: { bankrollUsd: Number.POSITIVE_INFINITY },
    rules: { halfSpread },
  });
  const filled = rows.filter((row) => row.shares > 0);
  const returns = filled.map((row) => {
    const cost = row.shares * row.entryPrice + row.entryFee;
    return (row.proceeds - row.exitFee - cost) / cost;
  });
  const groups = filled.map((row) => signals[row.signal].market!);
  return clusteredRatio(returns, new Float64Array(returns.length).fill(1), { groups, seed });
}

describe('in a market that is a fair game', () => {
  const seeds = [1, 2, 3, 4];

  it.each(seeds)('following pays nothing before costs, beyond three standard errors (seed %d)', (seed) => {
    const { estimate, standardError } = meanReturn(seed, 0, 0);
    expect(Math.abs(estimate)).toBeLessThan(3 * standardError);
    expect(standardError).toBeLessThan(0.08);
  });

  it.each(seeds)('following does not pay after costs: the interval is not above 0 (seed %d)', (seed) => {
    expect(meanReturn(seed, 0.005, 0.05).low).toBeLessThan(0);
  });

  it('loses the fees and the spread on the mean of many markets, whichever side it takes', () => {
    for (const isReversed of [false, true]) {
      const all = seeds.map((seed) => meanReturn(seed, 0.01, 0.05, isReversed).estimate);
      expect(all.reduce((sum, value) => sum + value / all.length, 0)).toBeLessThan(-0.03);
    }
  });
});

it('a signal that does know the outcome is seen to pay, after costs', () => {
  const { trades, signals, markets } = fairMarkets(7);
  const knowing = signals.map((signal) => ({
    ...signal,
    outcome: (markets[signal.market!].payout === 1 ? 0 : 1) as 0 | 1,
  }));
  const { rows } = play({
    trades,
    signals: knowing,
    markets,
    money: { bankrollUsd: Number.POSITIVE_INFINITY },
    rules: { halfSpread: 0.005, horizonMs: Number.POSITIVE_INFINITY },
  });
  const filled = rows.filter((row) => row.shares > 0);
  expect(filled.every((row) => row.state !== 'resolved' || row.proceeds === row.shares)).toBe(true);
  const gain = filled.reduce((sum, row) => sum + row.proceeds - row.shares * row.entryPrice - row.entryFee, 0);
  expect(gain / filled.length).toBeGreaterThan(20);
});
