import { describe, expect, it } from 'vitest';
import { Funnel } from '../../trade/funnel.ts';
import type { RiskDecision } from '../../trade/types.ts';

const decision = (verdict: RiskDecision['verdict'], failed: readonly string[]): RiskDecision => ({
  clientOrderId: 'a',
  verdict,
  countHundredths: verdict === 'deny' ? 0 : 100,
  state: 'ACTIVE',
  checks: ['form', 'lock', 'day'].map((name) => ({ name, isPassed: !failed.includes(name), why: '' })),
  decidedMs: 0,
});

describe('the funnel', () => {
  it('says for each stage how many reached it, and what stopped the others, the most frequent first', () => {
    const funnel = new Funnel();
    for (let i = 0; i < 5; i++) funnel.reach('seen');
    for (let i = 0; i < 4; i++) funnel.reach('watched');
    funnel.stop('watched', 'no volume');
    funnel.stop('forecast', 'no forecaster knows it');
    for (let i = 0; i < 3; i++) funnel.reach('forecast');
    for (let i = 0; i < 2; i++) funnel.stop('edge', 'edge below 5 points');
    funnel.reach('edge');
    expect(funnel.lines().slice(0, 4)).toEqual([
      'seen           5',
      'watched        4   not: 1 no volume',
      'forecast       3   not: 1 no forecaster knows it',
      'edge           1   not: 2 edge below 5 points',
    ]);
  });

  it('takes the reasons of a denial from the checks that failed, and counts what is shrunk as allowed', () => {
    const funnel = new Funnel();
    funnel.decide(decision('deny', ['lock', 'day']));
    funnel.decide(decision('shrink', ['day']));
    funnel.decide(decision('allow', []));
    expect(funnel.lines()[5]).toBe('allowed        2   not: 1 risk: lock and day');
    expect(() => funnel.decide(decision('deny', []))).toThrow(/a denial has a reason/);
  });

  it('remembers no more than 50 reasons a stage, and prints the first five', () => {
    const funnel = new Funnel();
    for (let i = 0; i < 100; i++) funnel.stop('edge', `reason ${String(i).padStart(2, '0')}`);
    expect(Object.keys(funnel.state.stopped.edge)).toHaveLength(51);
    expect(funnel.lines()[3]).toMatch(/^edge {11}0 {3}not: 50 other reasons; 1 reason 00; .*; 46 more$/);
  });

  it('goes on after a restart', () => {
    const funnel = new Funnel();
    funnel.reach('seen');
    funnel.stop('watched', 'no volume');
    const again = new Funnel(JSON.parse(JSON.stringify(funnel.state)));
    again.stop('watched', 'no volume');
    expect(again.lines().slice(0, 2)).toEqual(['seen           1', 'watched        0   not: 2 no volume']);
    expect(funnel.lines()[1]).toBe('watched        0   not: 1 no volume');
  });
});
