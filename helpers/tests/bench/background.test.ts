import { afterAll, describe, expect, it } from 'vitest';
import { plant, randomiseOutcomes } from '../../bench/background/plant.ts';
import { CHOOSING_STYLES, FINAL_STYLES, REPORTED_STYLES, type Style } from '../../bench/background/styles.ts';
import { priceAt, readTape } from '../../bench/background/tape.ts';
import { createRandom } from '../../kernels/random.ts';
import { pl } from '../../polars/polars.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { toNumbers } from '../../tables/matrix.ts';
import { removeFolders, START_MS, writeTables } from '../features/tables.ts';

afterAll(removeFolders);

/** Four markets of 100 hourly trades of $50 on outcome 1, at .40 for 90 hours and at .97 from then on; outcome 1 wins. */
function newTape(): string {
  const ids = ['m1', 'm2', 'm3', 'm4'];
  const trades = ids.flatMap((market) =>
    Array.from({ length: 100 }, (_, hour) => ({
      market,
      at: START_MS + hour * HOUR_MS,
      wallet: `0x${String(hour % 7).padStart(40, '0')}`,
      outcome: 1 as const,
      price: hour < 90 ? 0.4 : 0.97,
      usd: 50,
    })),
  );
  return writeTables(
    trades,
    ids.map((id) => ({ id, winner: 1 as const, resolvedMs: START_MS + 101 * HOUR_MS })),
  );
}

const fresh = REPORTED_STYLES[0];
const single: Style = { ...fresh, nBuys: [1, 1], leadHours: [10, 20] };

describe('planting into a tape', () => {
  const dataDir = newTape();
  const tape = readTape('made up', dataDir, 'all');

  it('dates the price move by the last trade of the winner below .95', () => {
    expect(tape.paths.map(({ moveMs }) => moveMs)).toEqual(Array(4).fill(START_MS + 89 * HOUR_MS));
    expect(priceAt(tape.paths[0], 0, START_MS + 5.5 * HOUR_MS)).toEqual({ price: 0.6, usdBefore: 250 });
  });

  it('puts every event into one of the two halves', () => {
    const halves = (['first', 'second'] as const).map((half) => readTape('made up', dataDir, half));
    const ids = halves.map(({ paths }) => paths.map(({ id }) => id));
    expect(ids).toEqual([
      ['m1', 'm4'],
      ['m2', 'm3'],
    ]);
  });

  it('buys the winner before the move, at the price of the time plus impact', () => {
    const { trades, wallets, betsUsd } = plant(tape, single, 400, 5, createRandom(1));
    const planted = trades.filter(pl.col('wallet').isIn([...wallets]));
    expect([planted.height, wallets.size]).toEqual([5, 5]);
    const [ms, price, usd] = ['ts_ms', 'price', 'amount_usd'].map((name) => toNumbers(planted, name));
    ms.forEach((at, i) => {
      const lead = (START_MS + 89 * HOUR_MS - at) / HOUR_MS;
      expect(lead > 9.99 && lead < 20.01).toBe(true);
      // Half the traded USD is below $2,000 for these paths, so the depth is $2,000.
      const depthUsd = Math.max(2_000, 0.5 * 50 * Math.floor((at - START_MS) / HOUR_MS));
      expect(price[i]).toBeCloseTo(1 / (1 + Math.exp(-(Math.log(0.4 / 0.6) + usd[i] / 2 / depthUsd))), 6);
    });
    const placed = [...usd].sort((a, b) => a - b);
    expect([...betsUsd].sort((a, b) => a - b).every((bet, i) => Math.abs(bet - placed[i]) < 1e-4)).toBe(true);
  });

  it('is the same for a seed, and leaves the real fills as they are', () => {
    const [a, b] = [1, 1].map((seed) => plant(tape, fresh, 1_000, 3, createRandom(seed)));
    expect(a.trades.toRecords()).toEqual(b.trades.toRecords());
    const real = a.trades.filter(
      pl
        .col('wallet')
        .isIn([...a.wallets])
        .not(),
    );
    expect(real.toRecords()).toEqual(tape.trades.toRecords());
  });

  it('lets a randomised market be won as often as its prices by USD promise', () => {
    // 90 of 100 trades at .40 and 10 at .97, all of $50: outcome 1 at a mean of .457.
    const random = createRandom(3);
    let wins = 0;
    for (let draw = 0; draw < 500; draw++)
      wins += toNumbers(randomiseOutcomes(tape, random), 'winner_index').reduce((sum, winner) => sum + winner, 0);
    expect(Math.abs(wins / 2000 - 0.457)).toBeLessThan(4 * Math.sqrt((0.457 * 0.543) / 2000));
  });

  it('sells the loser at one minus the price of the winner, and half of a position after the move', () => {
    const fillsOf = (style: Style) => {
      const { trades, wallets } = plant(tape, style, 400, 1, createRandom(1));
      return trades.filter(pl.col('wallet').isIn([...wallets])).toRecords() as Record<string, unknown>[];
    };
    const [bought] = fillsOf(single);
    const [sold] = fillsOf({ ...single, sellsLoser: true });
    expect(sold).toMatchObject({ side: 'SELL', outcome_index: 0, ts_ms: bought.ts_ms, shares: bought.shares });
    expect(Number(sold.price)).toBeCloseTo(1 - Number(bought.price), 12);
    const [, half] = fillsOf({ ...single, soldShare: 0.5 });
    expect([half.side, half.outcome_index]).toEqual(['SELL', 1]);
    expect(Number(half.shares)).toBeCloseTo(Number(bought.shares) / 2, 5);
  });

  it('hedges with a share of the bet within the range', () => {
    const { trades, wallets } = plant(tape, { ...single, hedgeShare: [0.1, 0.3] }, 400, 1, createRandom(2));
    const planted = trades.filter(pl.col('wallet').isIn([...wallets]));
    const [outcome, usd] = ['outcome_index', 'amount_usd'].map((name) => [...toNumbers(planted, name)]);
    const share = usd[outcome.indexOf(0)] / usd[outcome.indexOf(1)];
    expect(share > 0.0999 && share < 0.3001).toBe(true);
  });

  it('reports on styles that were not chosen on', () => {
    const names = [...CHOOSING_STYLES, ...REPORTED_STYLES, ...FINAL_STYLES].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
