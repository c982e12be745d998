import { describe, expect, it } from 'vitest';
import { formatStrategy, presentStrategies, type StrategyFacts } from '../../profit/strategies_report.ts';
import type { StrategyRow } from '../../profit/strategy_rows.ts';
import { emptyFrame } from '../../tables/schema.ts';
import { STRATEGY_EQUITY } from '../../tables/schemas.ts';
import { PREDICTION_SETTINGS } from './predictions.ts';

/** A strategy that was profitable by its interval, its markets and its total. */
const PROFITABLE: StrategyRow = {
  name: 'chosen',
  variant: 'main',
  threshold: 0.75,
  delayMs: 30_000,
  nSignals: 100,
  nFilled: 90,
  nMarked: 0,
  nGroups: 20,
  states: null,
  returnMean: 0.1,
  returnLow: 0.06,
  returnHigh: 0.14,
  winRate: 0.9,
  totalReturn: 0.03,
  sharpeAnnual: 7,
  deflatedSharpe: 0.005,
  maxDrawdown: 0,
  recoveryDays: null,
  holdingHours: 4,
  turnover: 1,
  feesUsd: 0,
};
const CASES = [
  [{}, 'earned 10.0% per trade after costs (95 % interval 6.0% to 14.0%), but luck among all trials could explain it.'],
  [{ deflatedSharpe: 0.99 }, 'earned 10.0% per trade after costs (95 % interval 6.0% to 14.0%).'],
  [{ deflatedSharpe: null }, 'earned 10.0% per trade after costs (95 % interval 6.0% to 14.0%).'],
  [
    { returnMean: -0.18, returnLow: -0.35, returnHigh: -0.006 },
    'lost 18.0% per trade after costs (95 % interval -35.0% to -0.6%).',
  ],
  [{ nGroups: 3 }, 'is not shown to be profitable: 10.0% per trade after costs (95 % interval 6.0% to 14.0%).'],
  [{ nFilled: 0 }, 'made no trade on the test period.'],
] as const;

describe('the sentence on a strategy', () => {
  it.each(CASES)('of %o has at most 25 words and says what is known', (change, text) => {
    const sentence = formatStrategy([{ ...PROFITABLE, ...change }], 'chosen');
    expect(sentence).toBe(`Chosen on validation (>= 0.75) ${text}`);
    expect(sentence.split(' ').length).toBeLessThanOrEqual(25);
  });
});

it('strategies are shown from facts and the table of equity, one sentence each', () => {
  const money = { bankrollUsd: 100, stakeUsd: 1, marketLimitUsd: 10, participation: 1 };
  const rules = { horizonMs: 1, entryWindowMs: 1, staleMs: 1, halfSpread: 0.005, minOrderUsd: 1 };
  const settings = {
    ...PREDICTION_SETTINGS,
    rules,
    money,
    delaysMs: [0],
    thresholds: [0.5],
    stakeUsd: 1,
    options: {},
    nDraws: 1,
    training: null,
  };
  const curve = { points: [{ x: 0.5, y: 0.5 }], error: 0 };
  const facts: StrategyFacts = {
    chosen: null,
    trials: [],
    nTrials: 4,
    rows: [PROFITABLE, { ...PROFITABLE, name: 'sniper', variant: 'main' }],
    nWithoutFees: 0,
    calibration: { model: curve, priceOnly: curve },
    finalModel: { nFitRows: 7 },
  };
  const { blocks, lines, files } = presentStrategies(facts, {
    settings: { ...settings, target: { kind: 'roi', threshold: 0.05 } },
    modelFolder: 'models/trade_profit/abc',
    read: () => emptyFrame(STRATEGY_EQUITY),
  });
  expect(blocks!.map(({ kind }) => kind).slice(0, 3)).toEqual(['verdict', 'verdict', 'details']);
  expect(lines.at(-1)).toBe('The final model learned from 7 fills; it is in models/trade_profit/abc.');
  expect(files!['strategies.json']).toMatchObject({ target: 'roi', chosen: null, rows: facts.rows });
});
