import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import type { PlannedAction } from '../../simulate/agenda.ts';
import { MODEL } from '../../simulate/model.ts';
import { resolveSimulateOptions } from '../../simulate/options.ts';
import { CASUAL, countActive, createPopulation, INSIDER, walletsOfType } from '../../simulate/population.ts';
import { Visitors } from '../../simulate/visitors.ts';

const DAY_S = 86_400;
const options = resolveSimulateOptions({ population: 'whole', nTrades: 200_000, nDays: 4, seed: 3 });
const population = createPopulation(createRandom(3), options);
/** Nothing happens on the first day, and half of everything on the last. */
const ACTIVITY = Float64Array.from([0, 0, 1, 2, 4]);

function arrivalsByDay(visitors: Visitors): PlannedAction[][] {
  return [0, 1, 2, 3].map((day) => [...visitors.arrivals(day, day * DAY_S)]);
}

describe('the whole market', () => {
  it('has active wallets first, then visitors, then insiders', () => {
    const nActive = countActive(options);
    expect(nActive).toBe(Math.round(options.nWallets * MODEL.visitors.activeShare));
    const insiders = walletsOfType(population, INSIDER);
    expect(insiders.length).toBe(Math.round(options.nWallets * options.insiderShare));
    expect(insiders[0]).toBe(options.nWallets - insiders.length);
    const between = population.types.subarray(nActive, insiders[0]);
    expect(new Set(between)).toEqual(new Set([CASUAL]));
    expect(population.activity.subarray(nActive).every((activity) => activity === 0)).toBe(true);
  });

  it('keeps every wallet active in the other population', () => {
    const active = resolveSimulateOptions({ population: 'active', nTrades: 200_000 });
    expect(countActive(active)).toBe(active.nWallets);
    expect(createPopulation(createRandom(3), active).splitProbabilities.every((p) => p === 0)).toBe(true);
  });
});

describe('visitors', () => {
  it('arrive once each, on days as busy as the venue, at any time of the day', () => {
    const days = arrivalsByDay(new Visitors(createRandom(1), population, options, ACTIVITY));
    const n = options.nWallets - countActive(options) - walletsOfType(population, INSIDER).length;
    expect(new Set(days.flat().map(({ actor }) => actor)).size).toBe(n);
    expect(days.flat().length).toBe(n);
    // Shares 0, 1/4, 1/4, 1/2; the standard error is half a percent.
    expect(days[0].length).toBe(0);
    expect(Math.abs(days[1].length / n - 0.25)).toBeLessThan(0.025);
    expect(Math.abs(days[3].length / n - 0.5)).toBeLessThan(0.025);
    expect(days.every((list, day) => list.every(({ timeS }) => Math.floor(timeS / DAY_S) === day))).toBe(true);
    expect(days.flat().every(({ isBuy, usd, target }) => isBuy && usd > 0 && target === -1)).toBe(true);
  });

  it('come back as often as was planned, before the market closes, and then no more', () => {
    const visitors = new Visitors(createRandom(1), population, options, ACTIVITY);
    const closesS = 10 * DAY_S;
    const nVisits = arrivalsByDay(visitors)
      .flat()
      .map((first) => {
        let n = 1;
        for (let next = visitors.next(first, 7, 1, closesS, 100); next !== null; n++) {
          expect(next.timeS).toBeGreaterThan(first.timeS);
          expect(next.timeS).toBeLessThan(closesS);
          expect(next.target === -1 || (next.target === 7 && next.outcome === 1)).toBe(true);
          next = visitors.next(next, 7, 1, closesS, 100);
        }
        return n;
      });
    const share = nVisits.filter((n) => n === 1).length / nVisits.length;
    expect(Math.abs(share - MODEL.visitors.onceShare)).toBeLessThan(0.03);
    const returning = nVisits.filter((n) => n > 1);
    const mean = returning.reduce((sum, n) => sum + n, 0) / returning.length;
    expect(Math.abs(mean - 2 - MODEL.visitors.moreFillsMean)).toBeLessThan(0.1);
  });

  it('sell only what they hold', () => {
    const visitors = new Visitors(createRandom(1), population, options, ACTIVITY);
    const seconds = arrivalsByDay(visitors)
      .flat()
      .map((first) => visitors.next(first, 7, 1, 10 * DAY_S, 0));
    expect(seconds.filter((next) => next !== null && !next.isBuy)).toEqual([]);
  });

  it('stay away where there are more of them than the run has rows for', () => {
    const few = { ...options, nTrades: 1000 };
    const arrived = arrivalsByDay(new Visitors(createRandom(1), population, few, ACTIVITY)).flat();
    expect(arrived.length).toBeGreaterThan(50);
    expect(arrived.length).toBeLessThanOrEqual(1000 * MODEL.visitors.fillShareMax);
  });
});
