import { describe, expect, it } from 'vitest';
import type { PresentView } from '../../step/contract.ts';
import { ROWS, TRADED_ON } from '../../supervised/circularity.ts';
import type { ScoutFacts, ScoutSettings } from '../../supervised/scout_model.ts';
import { presentScout } from '../../supervised/scout_report.ts';
import type { ScoutTrial } from '../../supervised/scout_trial.ts';
import { interval, NO_INTERVAL, verdictWords } from './intervals.ts';

const view = { settings: { target: 'fresh_whale', recallMin: 0.5, nFolds: 3 } } as PresentView<ScoutSettings>;
const choice = { minLeafRows: 1, threshold: 0.4, precision: 0.5, recall: 0.6 };
const trial: ScoutTrial = {
  nRows: 1000,
  nTargets: 5,
  nPredictedPositive: 40,
  precision: interval(0.01, 0.04, 0.08),
  recall: interval(0.5, 0.8, 1),
  prAuc: interval(0.02, 0.12, 0.33),
  choices: [choice, choice],
};
const factsOf = (early: Partial<ScoutTrial>): ScoutFacts => ({
  asOfMs: 0,
  nSnapshots: 8,
  nRows: 4000,
  nWallets: 2000,
  nWhollySeen: 500,
  choice,
  trials: [...ROWS.map((row) => ({ row, trial })), { row: TRADED_ON, trial: { ...trial, ...early } }],
});

describe('presentScout', () => {
  it('says in one sentence what a prediction is worth beside the base rate', () => {
    const { blocks, lines } = presentScout(factsOf({}), view);
    const verdict =
      'Of wallets that trade on, 4 % [1 %, 8 %] of those predicted to become fresh_whale do; of all, 0.50 %.';
    expect(blocks![0]).toEqual({ kind: 'verdict', tone: 'good', text: verdict });
    expect(verdictWords(blocks)[0].length).toBeLessThanOrEqual(25);
    expect(lines).toContain('2 of 3 folds had enough fresh_whale wallets to choose a threshold by.');
  });

  it('is bad when its precision may be that of chance, or when nobody is predicted positive', () => {
    expect(presentScout(factsOf({ precision: interval(0.002, 0.04, 0.08) }), view).blocks![0]).toMatchObject({
      tone: 'bad',
    });
    expect(presentScout(factsOf({ nPredictedPositive: 0, precision: NO_INTERVAL }), view).blocks![0]).toEqual({
      kind: 'verdict',
      tone: 'bad',
      text: 'The scout predicts no test wallet that trades on to become fresh_whale.',
    });
  });
});
