/**
 * The ablation: the widespread recipe for "does following this trade pay", and the same rows again with one fault switched
 * off at a time. What a step loses against the one before is what that fault was worth.
 */
import { gainOf, labelOf } from '../features/trades/targets.ts';
import type { Executor } from '../kernels/executor.ts';
import { createMatrix, type Matrix, takeRows } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import type { Log } from '../run/console.ts';
import type { AblationSettings } from './ablation_options.ts';
import { type AblationRows, type AblationSources, readAblationRows } from './ablation_rows.ts';
import { planFolds } from './fold_plan.ts';
import { type Scorecard, scorecard } from './scorecard.ts';
import { TestedFillsCollector } from './tested_fills.ts';
import { FEATURES, type FillSource, fillsInMemory, type KeyBlock, takeValues } from './trade_rows.ts';
import { type Fold, ROLE, type SplitOptions, withCounts } from './trade_splits.ts';
import { fitFolds, scoreFolds } from './walk_forward.ts';

export const ABLATION_STEPS = [
  'widespread recipe',
  'same outcome',
  'past-only join',
  'past-only features',
  'purged walk-forward by market',
  'price-neutral target',
  'fees and delay',
] as const;

/** Steps from this one on walk forward; those before mix training and test at random. */
const FIRST_PURGED = 4;

/** What is told of a step. */
export interface AblationScore {
  /** From 0. */
  readonly step: number;
  readonly name: (typeof ABLATION_STEPS)[number];
  /** Null where no fold of the step could be trained; then `reason` says why. */
  readonly card: Scorecard | null;
  readonly reason: string | null;
}

export interface AblationResult extends AblationScore {
  /** Rows that were tested, with their probabilities and returns per USD; for evaluation against planted truth. */
  readonly tested: {
    readonly rows: Uint32Array;
    readonly probability: Float64Array;
    readonly priceOnly: Float64Array;
    readonly returns: Float64Array;
  };
}

/** What a step learns from and is evaluated by. */
interface StepData {
  /** Rows of the ablation that the step has; the last has no row that cannot be entered. */
  readonly rows: Uint32Array;
  /** Returns as the step counts them. */
  readonly source: FillSource;
}

/** Random folds: fills of one market, one wallet and one minute fall on all sides, as in the widespread recipe. */
export function randomFolds(source: FillSource, options: SplitOptions, seed: number): Fold[] {
  const { n } = source;
  const order = createRandom(seed).shuffle(Uint32Array.from({ length: n }, (_, i) => i));
  const nTest = Math.floor((n * (1 - options.warmupFraction)) / options.nFolds);
  const nValidation = Math.floor((n - nTest) * options.validationFraction);
  return Array.from({ length: options.nFolds }, (_, f) => {
    const roles = new Uint8Array(n).fill(ROLE.fit);
    for (const row of order.subarray(f * nTest, (f + 1) * nTest)) roles[row] = ROLE.test;
    const rest = order.filter((row) => roles[row] !== ROLE.test);
    for (const row of rest.subarray(0, nValidation)) roles[row] = ROLE.validation;
    const rolesOf = (block: KeyBlock): Uint8Array => roles.subarray(block.firstRow, block.firstRow + block.n);
    return { ...withCounts(source, n, rolesOf), testStartMs: 0, nPurged: 0, nEmbargoed: 0, nGroupExcluded: 0 };
  });
}

function withPrice(x: Matrix, price: Float64Array): Matrix {
  const values = x.values.slice();
  for (let row = 0; row < x.nRows; row++) values[row * x.nCols] = price[row];
  return createMatrix(values, x.nRows, x.nCols);
}

/** The future price by which a step evaluates a fill. */
function futureOf(rows: AblationRows, step: number): Float64Array {
  if (step === 0) return rows.nearestInMarket;
  return step === 1 ? rows.nearestInOutcome : rows.future;
}

function dataOf(all: AblationRows, step: number, { roi, neutral }: AblationSettings): StepData {
  const isLast = step === 6;
  const target = step >= 5 ? neutral : roi;
  const future = futureOf(all, step);
  // At the last step the price paid is known when the order is placed, to the model and to price only alike.
  const paid = isLast ? all.entry : all.paid;
  const net = (row: number): number => future[row] - (isLast ? all.feePerShare[row] : 0);
  const rows = Uint32Array.from(paid.keys()).filter((row) => !Number.isNaN(paid[row]));
  const x = isLast ? withPrice(all.x, all.entry) : step >= 3 ? all.x : all.xKnowingAll;
  const keys = {
    tsMs: takeValues(all.tsMs, rows),
    exitMs: takeValues(all.exitMs, rows),
    market: takeValues(all.market, rows),
    event: takeValues(all.event, rows),
    wallet: takeValues(all.wallet, rows),
    labels: Uint8Array.from(rows, (row) => labelOf(target, paid[row], net(row))),
    returns: Float64Array.from(rows, (row) => gainOf('roi', paid[row], net(row))),
  };
  return { rows, source: fillsInMemory(keys, rows.length === x.nRows ? x : takeRows(x, rows)) };
}

/** What it runs with. */
interface Context {
  readonly seed: number;
  readonly executor: Executor;
  readonly log: Log;
}

async function runAblationStep(
  all: AblationRows,
  step: number,
  settings: AblationSettings,
  { seed, executor }: Context,
): Promise<AblationResult> {
  const { rows, source } = dataOf(all, step, settings);
  const { split, boosting, fitRowsMax } = settings;
  const folds = step >= FIRST_PURGED ? planFolds(source, split, seed).folds : randomFolds(source, split, seed);
  const { fitted, lacking } = await fitFolds(
    { source, featureNames: FEATURES, priceColumn: 0, folds, boosting: { ...boosting, seed }, fitRowsMax },
    executor,
  );
  const collector = new TestedFillsCollector(fitted, seed);
  await scoreFolds(source, fitted, (block, scores) => collector.add(block, scores));
  const own = collector.finish();
  const { probabilities: probability, priceOnly, returns } = own;
  const tested = { rows: takeValues(rows, own.rows), probability, priceOnly, returns };
  const common = { step, name: ABLATION_STEPS[step], tested };
  if (own.rows.length === 0) return { ...common, card: null, reason: lacking[0]?.reason ?? 'there is no fold' };
  return { ...common, card: scorecard(own, seed), reason: null };
}

/** All steps on the same rows, in order. */
export async function runAblation(
  rows: AblationRows,
  settings: AblationSettings,
  context: Context,
): Promise<AblationResult[]> {
  const progress = context.log.progress('steps of the ablation', ABLATION_STEPS.length);
  const results: AblationResult[] = [];
  for (const step of ABLATION_STEPS.keys()) {
    results.push(await runAblationStep(rows, step, settings, context));
    progress.update(step + 1);
  }
  progress.done();
  return results;
}

/** runAblation from the tables, without the tested rows: what is told of each step. */
export async function evaluateAblation(
  sources: AblationSources,
  settings: AblationSettings,
  context: Context,
): Promise<AblationScore[]> {
  const results = await runAblation(await readAblationRows(sources, settings), settings, context);
  return results.map(({ tested: _, ...score }) => score);
}
