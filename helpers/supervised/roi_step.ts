/** The step that 10 is: windows, models against baselines, two published claims, and the regressor saved with its card. */
import { join } from 'node:path';
import { thresholdsOf, type WATERFALL_OPTIONS } from '../archetypes/waterfall_options.ts';
import { publishSection } from '../charts/report.ts';
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { createExecutor } from '../parallel/executor.ts';
import { type ModelKey, modelRunName, saveModel, skippedLine } from '../registry/compat.ts';
import { DAY_MS, isoTime } from '../run/clock.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { ownOptions } from '../run/options.ts';
import { type Run, type StepOutcome, tellSkipped } from '../run/script.ts';
import { openOwnedTrades } from '../tables/owned_tables.ts';
import { MARKETS } from '../tables/schemas.ts';
import { openTable, readTable } from '../tables/table_store.ts';
import { endOfData, firstMoment } from '../tables/time_range.ts';
import { formatInterval, PRESENT_COLUMNS, takeColumns } from './circularity.ts';
import { walletTimeSplits } from './classifier_trial.ts';
import { type Claim, claimFiltering, claimFreshWhales } from './roi_claims.ts';
import { buildRoiRows, countWindows, type RoiRows } from './roi_rows.ts';
import { type PartialDependence, ROI_SECTION, type RoiResultRow, roiSection } from './roi_section.ts';
import { fitBounds, fitRegressor, measureRoi, type Predictions, predictOut } from './roi_trial.ts';
import { isToldAgain } from './told_again.ts';

/** A proxy of the prices a wallet pays, and how well it did against them. */
const PRICE_COLUMNS = ['contrarian_share_pct'];
const EDGE_COLUMNS = ['edge_z', 'roi_pct'];
const OUTCOMES = ['roi', 'alpha'] as const;
const ROWS_MIN = 200;
const N_IMPORTANCE_REPEATS = 3;
const N_PARTIAL_COLUMNS = 4;
const N_PARTIAL_POINTS = 20;
const N_PARTIAL_ROWS = 500;

type RoiOptions = Readonly<Record<keyof typeof WATERFALL_OPTIONS, number>> & {
  readonly 'horizon-days': number;
  readonly windows: number;
  readonly folds: number;
  readonly 'min-invested': number;
  readonly 'max-wallets': number;
  readonly threads: number;
};

/** Why there is nothing to train, or null. */
function reasonToSkipRoi(rows: RoiRows, nWindows: number, nFolds: number): string | null {
  const nTest = Math.floor(nWindows / 2);
  const nTestRows = rows.snapshots.filter((k) => k < nTest).length;
  const nTrainRows = rows.snapshots.length - nTestRows;
  if (Math.min(nTestRows, nTrainRows) < ROWS_MIN)
    return `${nTrainRows} older and ${nTestRows} newer outcomes are too few, ${ROWS_MIN} of each are needed`;
  if (new Set(rows.wallets).size < 10 * nFolds) return `the wallets are too few for ${nFolds} folds`;
  if (rows.roiPct.every((value) => value === rows.roiPct[0])) return 'all wallets earned the same';
  return null;
}

function resultTable(results: readonly RoiResultRow[]): string {
  return formatTable(
    ['outcome', 'model', 'rows', 'R²', 'Spearman', 'top tenth ROI %', 'by money %'],
    results.map(({ outcome, model, trial }) => [
      outcome,
      model,
      formatCount(trial.nRows),
      formatInterval(trial.r2),
      formatInterval(trial.spearman),
      formatInterval(trial.topRoi),
      formatInterval(trial.topRoiByMoney),
    ]),
  );
}

/** Mean prediction over a sample of wallets when one column takes each of its quantiles (Friedman 2001). */
function partialDependence(
  model: ReturnType<typeof fitRegressor>,
  x: Matrix,
  column: number,
): PartialDependence['points'] {
  const known = Float64Array.from({ length: x.nRows }, (_, row) => x.values[row * x.nCols + column])
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (known.length === 0) return [];
  const stride = Math.max(1, Math.floor(x.nRows / N_PARTIAL_ROWS));
  const rows = Array.from({ length: Math.floor((x.nRows - 1) / stride) + 1 }, (_, i) => i * stride);
  const values = new Float32Array(rows.length * x.nCols);
  rows.forEach((row, i) => {
    values.set(x.values.subarray(row * x.nCols, (row + 1) * x.nCols), i * x.nCols);
  });
  const grid = Array.from(
    { length: N_PARTIAL_POINTS },
    (_, i) => known[Math.round((0.02 + (0.96 * i) / (N_PARTIAL_POINTS - 1)) * (known.length - 1))],
  );
  return [...new Set(grid)].map((value) => {
    for (let i = 0; i < rows.length; i++) values[i * x.nCols + column] = value;
    const predicted = model.predict(createMatrix(values, rows.length, x.nCols));
    return { value, predicted: predicted.reduce((sum, p) => sum + p, 0) / predicted.length };
  });
}

/** Trains and measures; says in one line what is missing when there is nothing to learn, and then leaves no new model. */
export async function trainRoiRegressor(run: Run, options: RoiOptions): Promise<StepOutcome> {
  const trades = openOwnedTrades(run);
  const marketTable = openTable(run.dataDir, MARKETS);
  const key: ModelKey = { name: 'roi_regressor', options: ownOptions(options), inputs: [trades, marketTable] };
  if (isToldAgain(run, key, ROI_SECTION)) return 'up to date';
  const asOfMs = endOfData(trades);
  const firstMs = firstMoment(trades);
  const horizonMs = options['horizon-days'] * DAY_MS;
  const nWindows = countWindows(firstMs, asOfMs, horizonMs, options.windows);
  const skip = (reason: string): StepOutcome => tellSkipped(run, skippedLine(run, key, reason));
  if (nWindows < 2)
    return skip(
      `${((asOfMs - firstMs) / DAY_MS).toFixed(1)} days of history, ${options['horizon-days'] * 3} are needed at least for windows of ${options['horizon-days']}`,
    );
  const executor = createExecutor({ nThreads: options.threads });
  const progress = run.log.progress('windows', nWindows);
  const rows = await buildRoiRows(
    {
      trades,
      markets: readTable(marketTable),
      scratch: join(run.dataDir, `.scratch_${run.step.id}`),
      codeHash: run.code.hash,
    },
    {
      asOfMs,
      horizonMs,
      nSnapshots: nWindows,
      investedMinUsd: options['min-invested'],
      nWalletsMax: options['max-wallets'],
    },
    PRESENT_COLUMNS,
    thresholdsOf(options),
    run.seed,
    executor,
    progress.update,
  );
  progress.done();
  const reason = reasonToSkipRoi(rows, nWindows, options.folds);
  if (reason !== null) return skip(reason);

  const splits = walletTimeSplits(rows.wallets, rows.snapshots, nWindows, options.folds, run.seed);
  const only = (names: readonly string[]) => ({ x: takeColumns(rows.x, PRESENT_COLUMNS, names), names });
  const models = [
    { model: 'mean', x: null, names: [] as readonly string[] },
    { model: 'price alone', ...only(PRICE_COLUMNS) },
    { model: 'past edge alone', ...only(EDGE_COLUMNS) },
    { model: 'all columns', x: rows.x, names: PRESENT_COLUMNS },
  ];
  const predictions = new Map<string, Predictions>();
  const results = OUTCOMES.flatMap((outcome) =>
    models.map(({ model, x, names }): RoiResultRow => {
      const y = outcome === 'roi' ? rows.roiPct : rows.alphaPct;
      const own = predictOut(x, names, y, splits, run.seed, executor);
      predictions.set(`${outcome} ${model}`, own);
      return { outcome, model, trial: measureRoi(own, rows.roiPct, rows.investedUsd, rows.wallets, run.seed) };
    }),
  );
  const isSerious = (row: number): boolean => !['casual', 'unnamed'].includes(rows.archetypes[row]);
  const filteredSplits = splits.map(({ trainRows, testRows }) => ({
    trainRows: trainRows.filter(isSerious),
    testRows: testRows.filter(isSerious),
  }));
  const filtered = predictOut(rows.x, PRESENT_COLUMNS, rows.roiPct, filteredSplits, run.seed, executor);
  const claims: Claim[] = [
    claimFiltering(predictions.get('roi all columns')!, filtered, rows.wallets, run.seed),
    claimFreshWhales(rows.archetypes, rows.roiPct, rows.wallets, run.seed),
  ];

  const bounds = fitBounds(rows.roiPct);
  const y = rows.roiPct.map((value) => Math.min(Math.max(value, bounds.low), bounds.high));
  const model = fitRegressor(rows.x, y, PRESENT_COLUMNS, run.seed, executor);
  const importances = Array.from(
    model.importancesByPermutation(rows.x, y, N_IMPORTANCE_REPEATS, run.seed),
    (importance, k) => ({ feature: PRESENT_COLUMNS[k], importance }),
  ).sort((a, b) => b.importance - a.importance);
  const partial = importances.slice(0, N_PARTIAL_COLUMNS).map(
    ({ feature }): PartialDependence => ({
      feature,
      points: partialDependence(model, rows.x, PRESENT_COLUMNS.indexOf(feature)),
    }),
  );
  const best = results.find((row) => row.outcome === 'roi' && row.model === 'all columns')!.trial;
  const isPredictable = best.r2.low > 0;
  const verdict = isPredictable
    ? 'Future ROI can be predicted a little beyond its mean here.'
    : 'Future ROI is not shown to be predictable beyond its mean here.';
  const lines = [
    resultTable(results),
    'The mean ranks nobody: its "top tenth" is everybody, the base to compare with.',
    verdict,
    ...claims.map(({ claim, sentence }) => `Published claim "${claim}": ${sentence}.`),
  ];
  const section = roiSection({ results, claims, importances, partial, verdict, isPredictable });
  await publishSection(run, { ...section, model: modelRunName(run, key) });
  const folder = saveModel(run, {
    ...key,
    nRows: rows.roiPct.length,
    model: { regressor: model.toModel(), bounds },
    metrics: { results, claims, importances, partial, verdict, lines },
    card: {
      purpose: `Expected ROI, per cent, of what a wallet buys in the next ${options['horizon-days']} days.`,
      data: `fills before ${isoTime(asOfMs)}, ${nWindows} windows of ${options['horizon-days']} days, ${formatCount(rows.roiPct.length)} outcomes`,
      features: PRESENT_COLUMNS,
      split: `${options.folds} folds of wallets; the newer half of the windows tests, the older half trains; windows do not overlap`,
      metrics: [
        verdict,
        ...results.map(
          ({ outcome, model: name, trial }) =>
            `${outcome}, ${name}: R² ${formatInterval(trial.r2)}, Spearman ${formatInterval(trial.spearman)}, top tenth ${formatInterval(trial.topRoi)} %`,
        ),
        ...claims.map(({ claim, sentence }) => `${claim}: ${sentence}`),
      ],
      limits: [
        'Positions open at the end of a window are valued at the last price. Fees and delay are not counted: chapter 6 does.',
        'Outcomes are drawn in to the 1st and 99th percentile of the training rows for fitting and R², not for the ROI of the top tenth.',
        'The saved model learnt from all rows; importances are those of rows it has seen.',
        'A profile holds no mean price paid: "price alone" is the share of BUYs below .40.',
      ],
    },
  });
  for (const line of lines) run.log.result(line);
  run.log.result(`Saved the regressor in ${folder}.`);
  return 'done';
}
