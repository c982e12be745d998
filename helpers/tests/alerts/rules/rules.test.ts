import { describe, expect, it } from 'vitest';
import type { BetFacts } from '../../../alerts/rules/facts.ts';
import { RULE_SETTINGS } from '../../../alerts/rules/rule.ts';
import { judgeBet } from '../../../alerts/rules/rules.ts';
import { DAY_MS, HOUR_MS } from '../../../run/clock.ts';
import { T0 } from '../made_up_record.ts';
import { madeUpBet, madeUpFacts, OLD_WALLET, SCORE } from './made_up_bets.ts';

/** What one rule says: `alert`, why not, or null when it is silent. */
function verdict(rule: string, changes: Partial<BetFacts>): string | null {
  const judgement = judgeBet(madeUpFacts(changes), RULE_SETTINGS).find((one) => one.rule === rule);
  return judgement === undefined ? null : (judgement.whyNot ?? 'alert');
}

function reasons(rule: string, changes: Partial<BetFacts>): readonly string[] {
  return judgeBet(madeUpFacts(changes), RULE_SETTINGS).find((one) => one.rule === rule)?.reasons ?? [];
}

it('an ordinary bet of an ordinary wallet is no decision at all', () => {
  expect(judgeBet(madeUpFacts(), RULE_SETTINGS)).toEqual([]);
});

describe('high conviction', () => {
  const bet = (amountUsd: number, side: 'BUY' | 'SELL' = 'BUY') => ({ bet: madeUpBet({ amountUsd, side }) });

  it('is a BUY at or above the percentile of the day and the floor', () => {
    expect(verdict('high_conviction', bet(10_000))).toBe('alert');
    expect(verdict('high_conviction', bet(9999))).toBe('$9,999 of the $10,000 that the rule asks for');
    expect(verdict('high_conviction', bet(6999))).toBeNull();
    expect(verdict('high_conviction', bet(50_000, 'SELL'))).toBeNull();
    const quiet = { ...madeUpFacts().day, largestBetCutUsd: 100 };
    expect(verdict('high_conviction', { ...bet(4999), day: quiet })).toBe(
      '$4,999 of the $5,000 that the rule asks for',
    );
    expect(verdict('high_conviction', { ...bet(5000), day: quiet })).toBe('alert');
    expect(verdict('high_conviction', { ...bet(5000), day: { ...quiet, largestBetCutUsd: Number.NaN } })).toBeNull();
  });

  it('says how large the bet is, with numbers', () => {
    expect(reasons('high_conviction', bet(20_000))).toEqual([
      "The bet of $20,000 is 2.0 times what 99 % of the day's wallets stay below with their largest bet ($10,000).",
      'The bet is 34 % of the $58,000 traded in the market so far.',
    ]);
  });
});

describe('a fresh whale', () => {
  const young = (ageMs: number, isCensored = false) => ({
    wallet: { ...OLD_WALLET, nFills: 20, firstFillMs: T0 - ageMs, isCensored },
  });

  it('is a wallet of less than seven days that bets $1,000 or more', () => {
    expect(verdict('fresh_whale', young(7 * DAY_MS - 1))).toBe('alert');
    expect(verdict('fresh_whale', young(7 * DAY_MS))).toBeNull();
    expect(verdict('fresh_whale', { ...young(0), bet: madeUpBet({ amountUsd: 1000 }) })).toBe('alert');
    expect(verdict('fresh_whale', { ...young(0), bet: madeUpBet({ amountUsd: 999 }) })).toBe(
      '$999 of the $1,000 that the rule asks for',
    );
    expect(verdict('fresh_whale', { ...young(0), bet: madeUpBet({ side: 'SELL' }) })).toBeNull();
  });

  it('had no more than 20 fills before the day', () => {
    const { wallet } = young(0);
    expect(verdict('fresh_whale', { wallet: { ...wallet, nFills: 21 } })).toBeNull();
  });

  it('is never one whose age is not known: censored, or unseen in a history that is too short', () => {
    expect(verdict('fresh_whale', young(HOUR_MS, true))).toBeNull();
    expect(verdict('fresh_whale', { wallet: null })).toBe('alert');
    const day = { ...madeUpFacts().day, historyFromMs: T0 - 6 * DAY_MS };
    expect(verdict('fresh_whale', { wallet: null, day })).toBeNull();
  });

  it('says how old the wallet is', () => {
    expect(reasons('fresh_whale', young(3 * HOUR_MS)).slice(0, 2)).toEqual([
      'The wallet began to trade 3 hours before, and bet $2,000.',
      'Before this day it had 20 fills in 10 markets.',
    ]);
    expect(reasons('fresh_whale', { wallet: null })[0]).toBe(
      'The wallet had not traded before this day, and bet $2,000.',
    );
  });
});

describe.each([
  ['anomaly', 'anomaly'],
  ['red_flags', 'redFlags'],
] as const)('the rule %s', (rule, field) => {
  const scored = (score: number, changes: Partial<BetFacts> = {}) => ({
    scores: { anomaly: null, redFlags: null, cluster: null, [field]: { ...SCORE, score } },
    ...changes,
  });

  it('follows the bar of its model', () => {
    expect(verdict(rule, scored(0.7))).toBe('alert');
    expect(verdict(rule, scored(0.69))).toBe('below the bar: score 0.690, bar 0.700');
    expect(verdict(rule, scored(0.48))).toBeNull();
    expect(verdict(rule, scored(Number.NaN))).toBeNull();
  });

  it('asks for real money', () => {
    const bet = madeUpBet({ amountUsd: 400 });
    const floor = rule === 'anomaly' ? '$1,000' : '$500';
    expect(verdict(rule, scored(0.9, { bet }))).toBe(`the bet is $400, less than ${floor}`);
    expect(verdict(rule, scored(0.9, { bet: madeUpBet({ side: 'SELL' }) }))).toBeNull();
  });

  it('gives the reasons of its model, the score, the bar, p and the run', () => {
    const [judgement] = judgeBet(madeUpFacts(scored(0.8)), RULE_SETTINGS);
    expect(judgement.reasons).toEqual([
      'It is unlike the others.',
      'The model says score 0.800, bar 0.700, p = 0.0010.',
    ]);
    expect([judgement.p, judgement.modelRun]).toEqual([0.001, 'run-1']);
  });
});

it('red flags speak of the outcome alone whose purchase they are about', () => {
  const flagged = (about: { marketId: string; outcomeIndex: number }) =>
    verdict('red_flags', { scores: { anomaly: null, redFlags: { ...SCORE, about }, cluster: null } });
  expect(flagged({ marketId: 'm1', outcomeIndex: 0 })).toBe('alert');
  expect(flagged({ marketId: 'm1', outcomeIndex: 1 })).toBeNull();
  expect(flagged({ marketId: 'm2', outcomeIndex: 0 })).toBeNull();
});

describe('the target cluster', () => {
  const inCluster = (id: number, totalInvestedUsd: number) => ({
    scores: { anomaly: null, redFlags: null, cluster: { id, modelRun: 'run-2' } },
    wallet: { ...OLD_WALLET, totalInvestedUsd },
  });

  it('is cluster 3 with $5,000 invested, the new bet included', () => {
    expect(verdict('target_cluster', inCluster(3, 3000))).toBe('alert');
    expect(verdict('target_cluster', inCluster(3, 2999))).toBe('it has invested $4,999 of the $5,000 asked for');
    expect(verdict('target_cluster', inCluster(2, 50_000))).toBeNull();
  });
});
