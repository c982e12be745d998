import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import {
  type BacktestSettings,
  backtestSettings,
  ORDER_OPTIONS,
  PORTFOLIO_OPTIONS,
  portfolioMoney,
  THRESHOLD_OPTIONS,
} from '../../profit/backtest_options.ts';
import { calibrationCurves } from '../../profit/calibration.ts';
import { chooseOnValidation } from '../../profit/choice.ts';
import { type EvaluationPeriod, openPeriod, replayPeriod } from '../../profit/evaluation_period.ts';
import type { Part } from '../../profit/scored_fills.ts';
import {
  analyseThresholds,
  countWithoutFees,
  followEverything,
  signalReturns,
  type ThresholdRow,
} from '../../profit/thresholds.ts';
import { formatWithoutFees, presentThresholds } from '../../profit/thresholds_report.ts';
import { unlimitedMoney } from '../../replay/model.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { createLog } from '../../run/console.ts';
import { readJson } from '../../run/files.ts';
import { parseOptions } from '../../run/options.ts';
import {
  MARKETS,
  RAW_TRADES,
  STRATEGIES,
  STRATEGY_EQUITY,
  STRATEGY_TRADES,
  THRESHOLDS,
  TRADE_PREDICTIONS,
} from '../../tables/schemas.ts';
import { openTable, openTableIfThere, readTable } from '../../tables/table_store.ts';
import { type FillSpec, newFolder, removeFolders, START_MS, writeTables } from '../features/tables.ts';
import { rejection } from '../refusal.ts';
import { PREDICTION_SETTINGS, type PredictionSpec, writePredictions } from './predictions.ts';
import { runChapter6 } from './training.ts';

const SCRIPT_12 = '12_analyze_thresholds';
const SCRIPT_13 = '13_finalize_strategies';
const WORDS = ['--stake', '50', '--step', '0.1'];
const log = createLog({ quiet: true });

afterAll(removeFolders);

/**
 * 24 markets over four days. Signals with a high probability come right before a rise of a third; the others before nothing.
 * The first two days are validation, the last two test. Predictions say that a model made elsewhere was scored.
 */
function planted(): { fills: FillSpec[]; predictions: PredictionSpec[] } {
  const random = createRandom(4);
  const fills: FillSpec[] = [];
  const predictions: PredictionSpec[] = [];
  for (let m = 0; m < 24; m++)
    for (let half = 0; half < 8; half++) {
      const market = `m${String(m).padStart(2, '0')}`;
      const at = START_MS + half * 12 * HOUR_MS + random.integer(3600) * 1000;
      const rises = (m + half) % 3 === 0;
      const price = (20 + random.integer(30)) / 100;
      const later = rises ? Math.round(price * 133) / 100 : price;
      for (const [minutes, p] of [
        [0, price],
        [2, price],
        [364, later],
        [370, later],
      ])
        fills.push({ at: at + minutes * 60_000, market, price: p, shares: 5000 });
      predictions.push({
        at,
        market,
        price,
        label: rises ? 1 : 0,
        probability: rises ? 0.8 + 0.19 * random.uniform() : 0.6 * random.uniform(),
        priceOnly: 0.3 + price / 10,
        part: half < 4 ? 'validation' : 'test',
        fillId: half * 24 + m,
      });
    }
  return { fills: fills.sort((a, b) => a.at! - b.at!), predictions };
}

function plantedFolder(): string {
  const { fills, predictions } = planted();
  const markets = Array.from({ length: 24 }, (_, m) => ({ id: `m${String(m).padStart(2, '0')}`, feeRate: 0.05 }));
  const dataDir = writeTables(fills, markets);
  writePredictions(dataDir, predictions);
  return dataDir;
}

const SPECS = { ...THRESHOLD_OPTIONS, ...ORDER_OPTIONS, ...PORTFOLIO_OPTIONS };
const parse = (words: readonly string[]) => parseOptions(words, 'usage', SPECS);

async function settingsOf(dataDir: string, words: readonly string[] = WORDS): Promise<BacktestSettings> {
  return backtestSettings(await parse(words), openTable(dataDir, TRADE_PREDICTIONS));
}

async function periodOf(dataDir: string, part: Part): Promise<EvaluationPeriod> {
  const [predictions, trades, markets] = [TRADE_PREDICTIONS, RAW_TRADES, MARKETS].map((schema) =>
    openTable(dataDir, schema),
  );
  return await openPeriod({ predictions, trades, markets }, part);
}

/** Thresholds compared on the validation fills of a folder. */
async function compare(dataDir: string): Promise<{ period: EvaluationPeriod; rows: ThresholdRow[] }> {
  const { delaysMs, thresholds, rules, stakeUsd } = await settingsOf(dataDir);
  const period = await periodOf(dataDir, 'validation');
  const strategies = followEverything(period.scored.nRows, delaysMs, unlimitedMoney(stakeUsd));
  const result = await replayPeriod(period, rules, strategies, log);
  return {
    period,
    rows: analyseThresholds(period.scored, signalReturns(result), thresholds, 1),
  };
}

describe('12, the comparison of thresholds', () => {
  it('finds the planted rise after costs, and price alone beside it finds nothing', () => {
    const dataDir = plantedFolder();
    const { status, lines, errors } = runChapter6(SCRIPT_12, dataDir, ...WORDS);
    expect([status, errors]).toEqual([0, '']);
    const rows = readTable(openTable(dataDir, THRESHOLDS)).toRecords();
    const at = (source: string, threshold: number | null) =>
      rows.find((row) => row.source === source && row.threshold === threshold && row.delay_s === 30)!;
    expect(at('model', 0.7)).toMatchObject({ precision: 1, recall: 1 });
    expect(Number(at('model', 0.7).n_signals)).toBe(32);
    // A rise of a third, less a cent of spread and fees of about 3.3 % each way at these prices.
    expect(at('model', 0.7).return_low).toBeGreaterThan(0.15);
    expect(at('model', 0.7).return_high).toBeLessThan(0.3);
    expect(at('price_only_as_many', 0.7).return_mean).toBeLessThan(0.1);
    expect(at('base_rate', null).precision).toBeCloseTo(1 / 3, 2);
    expect(lines.join('\n')).toMatch(/Following the model at 0\.\d\d and above earned/);
    expect(existsSync(join(dataDir, 'reports', 'report.html'))).toBe(true);
    expect(readJson(join(dataDir, 'reports', 'thresholds.json'))).toMatchObject({
      part: 'validation',
      target: 'roi',
      options: { delay: 30, stake: 50, step: 0.1 },
    });
  });

  it('shows on validation nothing that became known after the test began, so that a choice owes the test nothing', async () => {
    const { fills, predictions } = planted();
    const testMs = Math.min(...predictions.filter(({ part }) => part === 'test').map(({ at }) => at!));
    // The next fold of a walk-forward validates on what was the test of this one.
    const later = predictions
      .filter(({ part }) => part === 'test')
      .map((row) => ({ ...row, fold: 1, part: 'validation' as const }));
    const rowsOf = async (extra: readonly PredictionSpec[]) => {
      const dataDir = writeTables(fills);
      writePredictions(dataDir, [...predictions, ...extra]);
      return (await compare(dataDir)).rows;
    };
    const honest = await rowsOf([]);
    expect(await rowsOf(later)).toEqual(honest);
    const nKnown = predictions.filter(({ part, at }) => part === 'validation' && at! + 6 * HOUR_MS <= testMs).length;
    expect(honest.find((row) => row.source === 'base_rate')!.nSignals).toBe(nKnown);
  });

  it('without predictions is skipped with a line that names the command, and leaves no table', () => {
    const dataDir = writeTables([{}]);
    const { status, lines } = runChapter6(SCRIPT_12, dataDir);
    expect(status).toBe(0);
    expect(lines).toEqual([
      expect.stringMatching(
        /^Nothing to do, skipped: there is no 16_trade_predictions; npx tsx 6_profitability\/11_train_profitability\.ts .* makes it\.$/,
      ),
    ]);
    expect(openTableIfThere(dataDir, THRESHOLDS)).toBeNull();
  });

  it('has nothing to choose on where predictions are empty', async () => {
    const dataDir = writeTables([{}]);
    writePredictions(dataDir, []);
    expect((await periodOf(dataDir, 'validation')).scored.nRows).toBe(0);
  });

  it('says how many fills lie in markets that tell no fees, and nothing when all tell them', async () => {
    const dataDir = writeTables(
      [{}, { market: 'free' }, { market: 'k' }],
      [
        { id: 'm', feeRate: 0.05 },
        { id: 'k', venue: 'kalshi' },
      ],
    );
    writePredictions(dataDir, [{}, { market: 'free' }, { market: 'k' }]);
    const { scored, markets } = await periodOf(dataDir, 'test');
    expect(formatWithoutFees(countWithoutFees(scored, markets), scored.nRows)).toEqual([
      '1 of 3 fills lie in markets without a fee schedule: no fee is charged there.',
    ]);
    expect(formatWithoutFees(0, 3)).toEqual([]);
  });

  it('is shown from its facts alone: one sentence of at most 25 words, a picture of every kind, the same JSON', async () => {
    const dataDir = plantedFolder();
    const { period, rows } = await compare(dataDir);
    const settings = { ...(await settingsOf(dataDir)), part: 'validation' as const, options: {} };
    const facts = {
      rows,
      nScored: period.scored.nRows,
      nWithoutFees: 0,
      calibration: calibrationCurves(period.scored),
    };
    const { blocks, files, lines } = presentThresholds(facts, { settings });
    const [verdict] = blocks!.filter((block) => block.kind === 'verdict');
    expect(verdict.text).toMatch(/^[^.]+(\.\d[^.]*)*\.$/);
    expect(verdict.text.split(' ').length).toBeLessThanOrEqual(25);
    expect(blocks!.flatMap((block) => (block.kind === 'chart' ? [block.stem] : []))).toEqual([
      'win_rate',
      'return',
      'reliability',
    ]);
    expect(files!['thresholds.json']).toMatchObject({ rows, verdict: lines.at(-1) });
  });
});

describe('options of the back-test', () => {
  it.each([
    [['--from-threshold', '-0.1'], '--from-threshold -0.1: it must be a probability from 0 to 1'],
    [['--to-threshold', '1.2'], '--to-threshold 1.2: it must be a probability from 0 to 1'],
    [['--step', '0'], '--step 0: it must be a probability from 0.005 to 1'],
    [['--delay', '-1'], '--delay -1: it must be seconds from 0 to 86400'],
    [['--half-spread', '50'], '--half-spread 50: it must be cents from 0 to 49'],
  ])('outside their range are refused: %j', async (words, message) => {
    expect(await rejection(() => parse(words))).toBe(`bad-option: ${message}`);
  });

  it.each([
    [['--from-threshold', '0.9', '--to-threshold', '0.5'], '--to-threshold 0.5: it must be a number from 0.9 to 1'],
    [['--stake', '0.5'], '--stake 0.5: it must be USD from 1 to 1,000,000,000,000'],
    [['--stake', '50', '--bankroll', '10'], '--bankroll 10: it must be USD from 50 to 1,000,000,000,000'],
    [['--min-order', '5', '--market-limit', '2'], '--market-limit 2: it must be USD from 5 to 1,000,000,000,000'],
  ])('that contradict each other are refused: %j', async (words, message) => {
    const dataDir = newFolder();
    writePredictions(dataDir, [{}]);
    const work = async () => {
      await settingsOf(dataDir, words);
      portfolioMoney(await parse(words));
    };
    expect(await rejection(work)).toBe(`bad-option: ${message}`);
  });

  it('need predictions that tell how they were made', async () => {
    const dataDir = newFolder();
    writePredictions(dataDir, [{}], { horizon: 6, target: 'roi' });
    expect(await rejection(() => settingsOf(dataDir))).toBe(
      'bad-schema: the manifest of table 16_trade_predictions does not tell how its predictions were made',
    );
  });

  it('become settings in the units of the engine', async () => {
    const dataDir = newFolder();
    writePredictions(dataDir, [{}]);
    expect(await settingsOf(dataDir, ['--delay', '60', '--from-threshold', '0.7', '--step', '0.1'])).toEqual({
      horizonMs: PREDICTION_SETTINGS.horizonMs,
      target: PREDICTION_SETTINGS.target,
      rules: {
        horizonMs: 6 * HOUR_MS,
        entryWindowMs: HOUR_MS,
        staleMs: 6 * HOUR_MS,
        halfSpread: 0.005,
        minOrderUsd: 1,
      },
      delaysMs: [60_000, 0, 30_000, 300_000, HOUR_MS],
      thresholds: [0.7, 0.8, 0.9],
      stakeUsd: 100,
    });
    const held = await settingsOf(dataDir, ['--exit', 'resolution']);
    expect(held.rules.horizonMs).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('13, the strategies', () => {
  let dataDir: string;
  let lines: readonly string[];
  beforeAll(() => {
    dataDir = plantedFolder();
    const words = ['--bankroll', '5000', '--participation', '0.5', '--draws', '5'];
    const ended = runChapter6(SCRIPT_13, dataDir, ...WORDS, ...words);
    expect(ended).toMatchObject({ status: 0, errors: '' });
    lines = ended.lines;
  });

  it('chooses on validation, reports the planted edge on test once, and finds none in its controls', () => {
    const rows = readTable(openTable(dataDir, STRATEGIES)).toRecords();
    const of = (strategy: string, variant: string) =>
      rows.find((row) => row.strategy === strategy && row.variant === variant)!;
    for (const name of ['chosen', 'sniper']) {
      expect(of(name, 'main')).toMatchObject({ n_signals: 32, n_filled: 32, win_rate: 1 });
      expect(of(name, 'main').return_low).toBeGreaterThan(0.1);
      expect(of(name, 'reverse').return_mean).toBeLessThan(-0.05);
      expect(of(name, 'random').return_mean).toBeLessThan(0.5 * Number(of(name, 'main').return_mean));
      expect(of(name, 'random').n_signals).toBe(32);
      expect(of(name, 'price_only').n_signals).toBe(32);
    }
    expect(of('god_mode', 'main').n_signals).toBeLessThan(32);
    expect(Number(of('everything', 'main').n_signals)).toBe(96);
    expect(lines.some((line) => line.startsWith('Sniper (>= 0.75) earned'))).toBe(true);
    const trades = readTable(openTable(dataDir, STRATEGY_TRADES)).toRecords();
    const gain = trades.filter((row) => row.strategy === 'sniper').reduce((sum, row) => sum + Number(row.gain_usd), 0);
    const equity = readTable(openTable(dataDir, STRATEGY_EQUITY))
      .toRecords()
      .filter((row) => row.strategy === 'sniper');
    expect(Number(equity.at(-1)!.equity_usd)).toBeCloseTo(5000 + gain, 6);
    expect(of('sniper', 'main').total_return).toBeCloseTo(gain / 5000, 9);
  });

  it('trains no model where one made elsewhere was scored, and says so', () => {
    expect(lines).toContain('No final model: the fills were scored by a model made elsewhere.');
    expect(existsSync(join(dataDir, 'models'))).toBe(false);
  });

  it('choose by what was known before the test: other test prices do not change the choice', async () => {
    const { fills, predictions } = planted();
    const choose = async (isChanged: boolean) => {
      const testMs = START_MS + 2 * DAY_MS;
      // Nobody trades before the test when the last validation orders fall due: what they could be sold at is not known.
      const known = fills.filter((fill) => fill.at! < START_MS + 42 * HOUR_MS || fill.at! >= testMs);
      const tape = known.map((fill) => (isChanged && fill.at! >= testMs ? { ...fill, price: 0.9 } : fill));
      const folder = writeTables(tape);
      writePredictions(folder, predictions);
      const settings = { ...(await settingsOf(folder)), money: portfolioMoney(await parse(WORDS)) };
      return await chooseOnValidation(await periodOf(folder, 'validation'), settings, { seed: 1, log });
    };
    expect(await choose(true)).toEqual(await choose(false));
  });

  it('without a validation fill whose result was known in time is skipped, and leaves no table', () => {
    const { fills, predictions } = planted();
    const folder = writeTables(fills);
    writePredictions(
      folder,
      predictions.map((row) => ({ ...row, exitMs: START_MS + 9 * DAY_MS })),
    );
    expect(runChapter6(SCRIPT_13, folder).lines).toEqual([
      'Nothing to do, skipped: no validation fill had its result before the first test fill, so nothing can be chosen.',
    ]);
    expect(openTableIfThere(folder, STRATEGIES)).toBeNull();
  });
});
