import { describe, expect, it } from 'vitest';
import type { StrategyRow } from '../../profit/strategy_rows.ts';
import { strategyVerdict } from '../../profit/strategy_tables.ts';

/** A strategy that has paid by its interval, its markets and its total. */
function paidRow(deflatedSharpe: number | null): StrategyRow {
  return {
    name: 'sniper',
    variant: 'main',
    threshold: 0.75,
    delayMs: 30_000,
    nSignals: 100,
    nFilled: 90,
    nMarked: 0,
    nMarkets: 20,
    states: null,
    returnMean: 0.1,
    returnLow: 0.06,
    returnHigh: 0.14,
    winRate: 0.9,
    totalReturn: 0.03,
    sharpeAnnual: 7,
    deflatedSharpe,
    maxDrawdown: 0,
    recoveryDays: null,
    holdingHours: 4,
    turnover: 1,
    feesUsd: 0,
  };
}

describe('strategyVerdict', () => {
  it('says in the same breath as "has paid" that luck among all trials would do as well', () => {
    const text = strategyVerdict([paidRow(0.005)], 'sniper');
    expect(text).toMatch(/^Sniper \(>= 0\.75\) has paid on the test period: /);
    expect(text).toMatch(/does not beat the luck of the best of all trials \(chance 0\.005\)\.$/);
  });

  it('has no word of caution for a ratio that stands out, or for one that does not exist', () => {
    for (const luck of [0.99, null])
      expect(strategyVerdict([paidRow(luck)], 'sniper')).toMatch(/than random trades at the same prices\.$/);
  });
});
