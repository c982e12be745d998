import { describe, expect, it } from 'vitest';
import { chartsOf } from '../../charts/section.ts';
import { ROWS, TRADED_ON } from '../../supervised/circularity.ts';
import { bestEarlyTrial, type ClassifierFacts } from '../../supervised/classifier_model.ts';
import { presentClassifier } from '../../supervised/classifier_report.ts';
import { MODEL_KINDS, type ModelKind, type Trial } from '../../supervised/classifier_trial.ts';
import { interval, NO_INTERVAL, verdictWords } from './intervals.ts';

const trialOf = (kind: ModelKind, prAuc: number): Trial => ({
  kind,
  nRows: 1200,
  nWhales: 9,
  accuracy: interval(0.9, 0.95, 0.99),
  macroF1: 0.75,
  whalePrecision: NO_INTERVAL,
  whalePrAuc: interval(prAuc - 0.1, prAuc, prAuc + 0.1),
  reliability: {
    bins: [{ nRows: 40, meanProbability: 0.1, eventRate: 0.2 }],
    expectedCalibrationError: 0.1,
    maximumCalibrationError: 0.1,
  },
});

const NAMES = [...ROWS, TRADED_ON] as const;
/** Forest .3, boosting .6 in every row. */
const trials = NAMES.flatMap((row) =>
  MODEL_KINDS.map((kind) => ({ row, trial: trialOf(kind, kind === 'forest' ? 0.3 : 0.6) })),
);
const factsOf = (rulePrAuc: number): ClassifierFacts => ({
  asOfMs: 0,
  nSnapshots: 8,
  nRows: 4000,
  nWallets: 2000,
  nWhollySeen: 1900,
  trials,
  rule: { whalePrAuc: interval(0.9, 0.99, 1) },
  ruleTradedOn: { whalePrAuc: interval(rulePrAuc - 0.1, rulePrAuc, rulePrAuc + 0.1) },
  winner: 'boosting',
});

describe('bestEarlyTrial', () => {
  it('is the better among wallets that traded on, whatever the other rows say', () => {
    const others = trials.map((own) => (own.row !== TRADED_ON ? { ...own, trial: trialOf('forest', 0.99) } : own));
    expect(bestEarlyTrial(others)).toEqual(trialOf('boosting', 0.6));
  });
});

describe('presentClassifier', () => {
  it('says in one sentence whether a model beats the rule for wallets that traded on, whatever it does for all', () => {
    const [good, bad] = [presentClassifier(factsOf(0.5)), presentClassifier(factsOf(0.9))];
    expect(good.blocks![0]).toMatchObject({ kind: 'verdict', tone: 'good' });
    expect(bad.blocks![0]).toMatchObject({ kind: 'verdict', tone: 'bad' });
    for (const words of [...verdictWords(good.blocks), ...verdictWords(bad.blocks)])
      expect(words.length).toBeLessThanOrEqual(25);
  });

  it('says how many wallets have no more fills than it sees', () => {
    const { lines, blocks } = presentClassifier(factsOf(0.5));
    const sentence =
      '1,900 of 2,000 wallets (95 %) have no more fills than early detection sees: for them it is not early. It is tested over all wallets, and over those that traded on.';
    expect(lines).toContain(sentence);
    expect(JSON.stringify(blocks)).toContain(sentence);
  });

  it('shows every row with both models, an unknown precision as none', () => {
    const { lines, blocks } = presentClassifier(factsOf(0.5));
    expect(lines[0].match(/0\.60 \[0\.50, 0\.70\]/g)).toHaveLength(NAMES.length);
    expect(lines[0].match(/\bnone\b/g)).toHaveLength(2 * NAMES.length);
    expect(chartsOf(blocks!).map(({ stem }) => stem)).toEqual(['pr_auc', 'reliability']);
  });
});
