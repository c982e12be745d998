import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { publishSection, readSections } from '../../charts/report.ts';
import { THRESHOLDS_SECTION } from '../../discovery/threshold_shifts_report.ts';
import { createRandom } from '../../kernels/random.ts';
import { openInputs, openScene } from '../../profit/backtest_inputs.ts';
import { finalizeStrategies } from '../../profit/strategy_step.ts';
import { analyseThresholdStep, withoutFeesLines } from '../../profit/threshold_step.ts';
import { countWithoutFees } from '../../profit/thresholds.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { readJson } from '../../run/files.ts';
import { STRATEGIES, STRATEGY_EQUITY, STRATEGY_TRADES, THRESHOLDS } from '../../tables/schemas.ts';
import { openTable, openTableIfThere, readTable } from '../../tables/table_store.ts';
import { type FillSpec, newFolder, removeFolders, START_MS, writeTables } from '../features/tables.ts';
import { rejection } from '../refusal.ts';
import { PREDICTION_OPTIONS, type PredictionSpec, testRun, writePredictions } from './predictions.ts';

const ORDERS = {
  delay: 30,
  'half-spread': 0.5,
  exit: 'horizon' as 'horizon' | 'resolution',
  'entry-window': 60,
  'stale-after': 6,
  'min-order': 1,
  stake: 50,
  'from-threshold': 0.5,
  'to-threshold': 0.9,
  step: 0.1,
};
const ANALYSE = { ...ORDERS, part: 'validation' as const };
const FINALIZE = { ...ORDERS, bankroll: 5000, 'market-limit': 500, participation: 0.5, draws: 5, threads: 1 };

afterAll(removeFolders);

/**
 * 24 markets over four days. Signals with a high chance come right before a rise of a third; the others before nothing.
 * The first two days are validation, the last two test. Predictions say that a booster was given, so none is trained.
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

function plantedFolder(options: Readonly<Record<string, unknown>> = { ...PREDICTION_OPTIONS, model: 'given' }): string {
  const { fills, predictions } = planted();
  const markets = Array.from({ length: 24 }, (_, m) => ({ id: `m${String(m).padStart(2, '0')}`, feeRate: 0.05 }));
  const dataDir = writeTables(fills, markets);
  writePredictions(dataDir, predictions, options);
  return dataDir;
}

describe('12, the analysis of thresholds', () => {
  it('finds the planted rise after costs, and price alone beside it finds nothing', async () => {
    const dataDir = plantedFolder();
    const lines: string[] = [];
    expect(await analyseThresholdStep(testRun('analyze_thresholds', dataDir, lines), ANALYSE)).toBe('done');
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
    expect(lines.join('\n')).toContain('Following the model has paid at');
    expect(existsSync(join(dataDir, 'reports', 'report.html'))).toBe(true);
    expect(readJson(join(dataDir, 'reports', 'thresholds.json'))).toMatchObject({ part: 'validation', target: 'roi' });
    expect(await analyseThresholdStep(testRun('analyze_thresholds', dataDir), ANALYSE)).toBe('up to date');
  });

  it('adds its section again when the reports have been removed, and leaves that of 06 alone', async () => {
    const dataDir = plantedFolder();
    const run = testRun('analyze_thresholds', dataDir);
    await analyseThresholdStep(run, ANALYSE);
    const before = readSections(dataDir);
    rmSync(join(dataDir, 'reports'), { recursive: true });
    const discovery = { ...THRESHOLDS_SECTION, blocks: [] };
    await publishSection(run, discovery);
    expect(await analyseThresholdStep(run, ANALYSE)).toBe('done');
    expect(readSections(dataDir)).toEqual([discovery, ...before]);
    expect(await analyseThresholdStep(run, ANALYSE)).toBe('up to date');
  });

  it('shows on validation nothing that became known after the test began, so that a choice owes the test nothing', async () => {
    const { fills, predictions } = planted();
    const testMs = Math.min(...predictions.filter(({ part }) => part === 'test').map(({ at }) => at!));
    const ofFold = (fold: number, part: 'validation' | 'test') => (row: PredictionSpec) => ({ ...row, fold, part });
    // The next fold of a walk-forward validates on what was the test of this one.
    const later = predictions.filter(({ part }) => part === 'test').map(ofFold(1, 'validation'));
    const rowsOf = async (extra: readonly PredictionSpec[]) => {
      const dataDir = writeTables(fills);
      writePredictions(dataDir, [...predictions, ...extra], { ...PREDICTION_OPTIONS, model: 'given' });
      await analyseThresholdStep(testRun('analyze_thresholds', dataDir), ANALYSE);
      return readTable(openTable(dataDir, THRESHOLDS)).toRecords();
    };
    const honest = await rowsOf([]);
    expect(await rowsOf(later)).toEqual(honest);
    const nKnown = predictions.filter(({ part, at }) => part === 'validation' && at! + 6 * HOUR_MS <= testMs).length;
    expect(Number(honest.find((row) => row.source === 'base_rate')!.n_signals)).toBe(nKnown);
  });

  it('without predictions is skipped with a line that names the command, and leaves no table', async () => {
    const dataDir = writeTables([{}]);
    const lines: string[] = [];
    expect(await analyseThresholdStep(testRun('analyze_thresholds', dataDir, lines), ANALYSE)).toBe('skipped');
    expect(lines).toEqual([
      'Nothing to analyse, skipped: there are no predictions; npx tsx 6_profitability/11_train_profitability.ts makes them.',
    ]);
    expect(openTableIfThere(dataDir, THRESHOLDS)).toBeNull();
  });

  it('with empty predictions is skipped, and leaves no table', async () => {
    const dataDir = writeTables([{}]);
    writePredictions(dataDir, []);
    const lines: string[] = [];
    await analyseThresholdStep(testRun('analyze_thresholds', dataDir, lines), ANALYSE);
    expect(lines).toEqual([
      'Nothing to analyse, skipped: no validation fill had its result before the first test fill.',
    ]);
    expect(openTableIfThere(dataDir, THRESHOLDS)).toBeNull();
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
    const inputs = openInputs(testRun('analyze_thresholds', dataDir), ORDERS);
    if (typeof inputs === 'string') throw new Error(inputs);
    const { scored, markets } = await openScene(inputs, 'test');
    expect(withoutFeesLines(countWithoutFees(scored, markets), scored.nRows)).toEqual([
      '1 of 3 fills lie in markets without a fee schedule: no fee is charged there.',
    ]);
    expect(withoutFeesLines(0, 3)).toEqual([]);
  });

  it.each([
    [{ 'from-threshold': -0.1 }, '--from-threshold -0.1: it must be a chance from 0 to 1'],
    [{ 'to-threshold': 1.2 }, '--to-threshold 1.2: it must be a chance from 0 to 1'],
    [{ 'from-threshold': 0.9, 'to-threshold': 0.5 }, '--to-threshold 0.5: it must be a number from 0.9 to 1'],
    [{ step: 0 }, '--step 0: it must be a chance from 0.005 to 1'],
    [{ delay: -1 }, '--delay -1: it must be seconds from 0 to 86400'],
    [{ 'half-spread': 50 }, '--half-spread 50: it must be cents from 0 to 49'],
    [{ stake: 0.5 }, '--stake 0.5: it must be USD from 1 to 1,000,000,000,000'],
  ])('refuses %o', async (options, message) => {
    const dataDir = writeTables([{}]);
    writePredictions(dataDir, [{}]);
    const work = () => analyseThresholdStep(testRun('analyze_thresholds', dataDir), { ...ANALYSE, ...options });
    expect(await rejection(work)).toBe(`bad-option: ${message}`);
  });

  it('without trades at all is refused by name of the table', async () => {
    const dataDir = newFolder();
    writePredictions(dataDir, [{}]);
    const work = () => analyseThresholdStep(testRun('analyze_thresholds', dataDir), ANALYSE);
    expect(await rejection(work)).toContain('missing-input: table 10_raw_trades');
  });
});

describe('13, the strategies', () => {
  it('chooses on validation, reports the planted edge on test once, and finds none in its controls', async () => {
    const dataDir = plantedFolder();
    const lines: string[] = [];
    expect(await finalizeStrategies(testRun('finalize_strategies', dataDir, lines), FINALIZE)).toBe('done');
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
    expect(lines.some((line) => line.startsWith('Sniper (>= 0.75) has paid on the test period'))).toBe(true);
    expect(lines).toContain('The fills were scored by a model made elsewhere: none is trained and saved.');
    expect(existsSync(join(dataDir, 'models'))).toBe(false);
    const trades = readTable(openTable(dataDir, STRATEGY_TRADES)).toRecords();
    const gain = trades.filter((row) => row.strategy === 'sniper').reduce((sum, row) => sum + Number(row.gain_usd), 0);
    const equity = readTable(openTable(dataDir, STRATEGY_EQUITY))
      .toRecords()
      .filter((row) => row.strategy === 'sniper');
    expect(Number(equity.at(-1)!.equity_usd)).toBeCloseTo(5000 + gain, 6);
    expect(of('sniper', 'main').total_return).toBeCloseTo(gain / 5000, 9);
    expect(await finalizeStrategies(testRun('finalize_strategies', dataDir), FINALIZE)).toBe('up to date');
  });

  it.each([
    ['the folder of reports', 'reports'],
    ['the table of trades', STRATEGY_TRADES.folder],
    ['the table of equity', STRATEGY_EQUITY.folder],
  ])('judges again when %s has been removed', async (_, folder) => {
    const dataDir = plantedFolder();
    const run = testRun('finalize_strategies', dataDir);
    await finalizeStrategies(run, FINALIZE);
    rmSync(join(dataDir, folder), { recursive: true });
    expect(await finalizeStrategies(run, FINALIZE)).toBe('done');
    expect(existsSync(join(dataDir, folder))).toBe(true);
  });

  it('judges the test by what it was before: other test prices do not change the choice', async () => {
    const { fills, predictions } = planted();
    const chosen = async (isChanged: boolean): Promise<unknown> => {
      const testMs = START_MS + 2 * DAY_MS;
      // Nobody trades before the test when the last validation orders fall due: what they could be sold at is not known.
      const known = fills.filter((fill) => fill.at! < START_MS + 42 * HOUR_MS || fill.at! >= testMs);
      const tape = known.map((fill) => (isChanged && fill.at! >= testMs ? { ...fill, price: 0.9 } : fill));
      const dataDir = writeTables(tape);
      writePredictions(dataDir, predictions, { ...PREDICTION_OPTIONS, model: 'given' });
      await finalizeStrategies(testRun('finalize_strategies', dataDir), FINALIZE);
      const { chosen, trialSharpes } = readJson(join(dataDir, 'reports', 'strategies.json')) as Record<string, unknown>;
      return { chosen, trialSharpes };
    };
    expect(await chosen(true)).toEqual(await chosen(false));
  });

  it('without a validation fill whose result was known in time is skipped, and leaves no table', async () => {
    const { fills, predictions } = planted();
    const dataDir = writeTables(fills);
    writePredictions(
      dataDir,
      predictions.map((row) => ({ ...row, exitMs: START_MS + 9 * DAY_MS })),
      { ...PREDICTION_OPTIONS, model: 'given' },
    );
    const lines: string[] = [];
    await finalizeStrategies(testRun('finalize_strategies', dataDir, lines), FINALIZE);
    expect(lines).toEqual([
      'Nothing to finalize, skipped: no validation fill had its result before the first test fill, so nothing can be chosen.',
    ]);
    expect(openTableIfThere(dataDir, STRATEGIES)).toBeNull();
  });

  it('with validation alone is skipped', async () => {
    const dataDir = writeTables([{}]);
    writePredictions(dataDir, [{ part: 'validation' }], { ...PREDICTION_OPTIONS, model: 'given' });
    const lines: string[] = [];
    await finalizeStrategies(testRun('finalize_strategies', dataDir, lines), FINALIZE);
    expect(lines).toEqual(['Nothing to finalize, skipped: no fill of the test part was scored.']);
  });

  it('refuses a bankroll smaller than one stake, too few draws, and predictions that do not tell their model', async () => {
    const dataDir = writeTables([{}]);
    writePredictions(dataDir, [{}], { horizon: 6, target: 'roi' });
    const tell = (options: object) =>
      rejection(() => finalizeStrategies(testRun('finalize_strategies', dataDir), { ...FINALIZE, ...options }));
    expect(await tell({ bankroll: 10 })).toBe('bad-option: --bankroll 10: it must be USD from 50 to 1,000,000,000,000');
    expect(await tell({ draws: 1 })).toBe('bad-option: --draws 1: it must be a whole number from 2 to 1000');
    expect(await tell({})).toBe(
      'bad-schema: the manifest of table 16_trade_predictions does not tell how its model was trained',
    );
  });
});
