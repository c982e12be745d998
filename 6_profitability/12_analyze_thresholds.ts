/**
 * Above which probability does following a fill pay, after costs?
 *
 * Reads   16_trade_predictions, 10_raw_trades, 10_markets
 * Writes  17_thresholds; reports/thresholds.json; a section of the report
 * Method  every scored fill is followed by an order of its own in an event-driven replay of the trades (helpers/replay),
 *         at four delays; precision, recall, win rate and return after fees and half spread for .50 … .90, with intervals
 *         from a bootstrap of whole markets (Field & Welsh 2007); price only and the base rate beside.
 */
import {
  backtestSettings,
  decisiveBacktest,
  ORDER_OPTIONS,
  pickOptions,
  THRESHOLD_OPTIONS,
} from '../helpers/profit/backtest_options.ts';
import { calibrationCurves } from '../helpers/profit/calibration.ts';
import { openPeriod, replayPeriod, WHY_EMPTY } from '../helpers/profit/evaluation_period.ts';
import { thresholdsFrame } from '../helpers/profit/threshold_table.ts';
import { analyseThresholds, countWithoutFees, followEverything, signalReturns } from '../helpers/profit/thresholds.ts';
import { presentThresholds, TRADE_THRESHOLDS_SECTION } from '../helpers/profit/thresholds_report.ts';
import { unlimitedMoney } from '../helpers/replay/model.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { defineStep, made, orSkip, skipped } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { MARKETS, RAW_TRADES, THRESHOLDS, TRADE_PREDICTIONS } from '../helpers/tables/schemas.ts';

const OPTIONS = {
  ...THRESHOLD_OPTIONS,
  ...inGroup('Thresholds', {
    part: option.choice(
      ['validation', 'test'],
      'validation',
      'scored fills to look at; validation: those known when the test began. Choosing by the test part spoils it',
    ),
  }),
  ...ORDER_OPTIONS,
} as const;

await runStep(
  defineStep({
    id: 'analyze_thresholds',
    options: OPTIONS,
    inputs: { predictions: orSkip(TRADE_PREDICTIONS), trades: RAW_TRADES, markets: MARKETS },
    outputs: [THRESHOLDS],
    section: TRADE_THRESHOLDS_SECTION,
    settings: (options, { predictions }) => ({
      ...backtestSettings(options, predictions),
      part: options.part,
      options: pickOptions(options, OPTIONS),
    }),
    decisive: decisiveBacktest,
    compute: async (inputs, { part, thresholds, delaysMs, stakeUsd, rules }, { seed, log }) => {
      const period = await openPeriod(inputs, part);
      const { scored, markets } = period;
      if (scored.nRows === 0) return skipped(WHY_EMPTY[part]);
      const strategies = followEverything(scored.nRows, delaysMs, unlimitedMoney(stakeUsd));
      const result = await replayPeriod(period, rules, strategies, log);
      const rows = analyseThresholds(scored, signalReturns(result), thresholds, seed);
      return made({
        tables: [[THRESHOLDS, thresholdsFrame(part, rows)]],
        facts: {
          rows,
          nScored: scored.nRows,
          nWithoutFees: countWithoutFees(scored, markets),
          calibration: calibrationCurves(scored),
        },
      });
    },
    present: presentThresholds,
  }),
);
