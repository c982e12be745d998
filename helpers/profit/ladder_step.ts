/** `--ladder`: the seven rungs on the rows of 15_trade_features, as a table, as JSON and as a section of the report. */
import { join } from 'node:path';
import { describeReport, publishSection } from '../charts/report.ts';
import { DELAY_OPTION, type TargetOptions, targetOf } from '../features/trades/targets.ts';
import { createExecutor } from '../parallel/executor.ts';
import { HOUR_MS } from '../run/clock.ts';
import { writeJsonAtomic } from '../run/files.ts';
import { checkRanges, wholeFrom } from '../run/ranges.ts';
import type { Run } from '../run/script.ts';
import { MARKETS, RAW_TRADES, TRADE_FEATURES } from '../tables/schemas.ts';
import { openTable, readTable } from '../tables/table_store.ts';
import { type RungResult, runLadder } from './ladder.ts';
import { type LadderRows, readLadderRows } from './ladder_rows.ts';
import { ladderSection, ladderTable, ladderVerdict } from './ladder_section.ts';
import { boostingFitOf, type ModelOptions, splitOptionsOf } from './model_options.ts';

const GROUP = 'Ladder';

export const LADDER_OPTIONS = {
  ladder: {
    type: 'boolean',
    default: false,
    describe: 'also judge the widespread recipe and switch its faults off one by one',
    group: GROUP,
  },
  'ladder-rows': {
    type: 'number',
    default: 1_000_000,
    describe: 'rows at most, whole markets',
    range: wholeFrom(1000),
    onlyWith: { ladder: true },
    group: GROUP,
  },
  delay: { ...DELAY_OPTION, onlyWith: { ladder: true }, group: GROUP },
} as const;

export type LadderStepOptions = TargetOptions &
  ModelOptions & {
    readonly threads: number;
    readonly 'ladder-rows': number;
    readonly delay: number;
  };

/** Refuses ladder options before long work begins. */
export function checkLadderOptions(options: Pick<LadderStepOptions, 'delay' | 'ladder-rows'>): void {
  checkRanges(LADDER_OPTIONS, options);
}

/** The rungs on the rows there are; 15_trade_features must be made. */
export async function climbLadder(
  run: Run,
  options: LadderStepOptions,
): Promise<{ readonly rows: LadderRows; readonly ladder: RungResult[] }> {
  const rows = await readLadderRows({
    trades: openTable(run.dataDir, RAW_TRADES),
    features: openTable(run.dataDir, TRADE_FEATURES),
    markets: readTable(openTable(run.dataDir, MARKETS)),
    horizonMs: options.horizon * HOUR_MS,
    delayMs: options.delay * 1000,
    rowsMax: options['ladder-rows'],
  });
  const progress = run.log.progress('rungs of the ladder', 7);
  const ladder = runLadder(
    rows,
    {
      roi: targetOf({ ...options, target: 'roi' }),
      neutral: targetOf({ ...options, target: 'neutral' }),
      split: splitOptionsOf(options),
      boosting: boostingFitOf(options, run.seed),
      fitRowsMax: options['fit-rows'],
    },
    run.seed,
    createExecutor({ nThreads: options.threads }),
    (nDone) => progress.update(nDone),
  );
  progress.done();
  return { rows, ladder };
}

/** Climbs, prints, and publishes. */
export async function ladderStep(run: Run, options: LadderStepOptions): Promise<void> {
  const { ladder } = await climbLadder(run, options);
  run.log.result(ladderTable(ladder));
  run.log.result(ladderVerdict(ladder));
  const path = join(run.dataDir, 'reports', 'profit_ladder.json');
  const rungs = ladder.map(({ rung, name, card, reason }) => ({ rung, name, reason, ...card }));
  writeJsonAtomic(path, { delay_s: options.delay, horizon_h: options.horizon, rungs });
  const report = await publishSection(run, ladderSection(ladder, options.delay));
  run.log.result(`${describeReport(report)}; the figures: ${path}`);
}
