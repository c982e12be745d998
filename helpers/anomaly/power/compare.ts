/** The power study as a step: one result file per seed and difficulty, done once, then the summary of all that are there. */
import { join } from 'node:path';
import { publishSection } from '../../charts/report.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { releaseFrames } from '../../polars/polars.ts';
import { InputError } from '../../run/errors.ts';
import { writeFileAtomic, writeJsonAtomic } from '../../run/files.ts';
import type { OptionSpecs } from '../../run/options.ts';
import { checkRanges, OPEN_SHARE, wholeFrom } from '../../run/ranges.ts';
import { endIfOnlyChecking, type Run, type StepOutcome } from '../../run/script.ts';
import { resolveDifficulty } from '../../simulate/options.ts';
import { describePower, powerPage } from './power_report.ts';
import { powerSection } from './power_section.ts';
import { chooseDetectors, STUDY_DETECTOR_NAMES } from './study_detectors.ts';
import { summarise } from './summary.ts';
import { readTrial, runTrial, type Trial, type TrialPlan } from './trial.ts';

const SEEDS_MAX = 1000;
const STUDY = 'Power study on simulated markets';
const IN_STUDY = { compare: true } as const;

/** Options of the study. */
export const POWER_OPTIONS = {
  compare: {
    type: 'boolean',
    default: false,
    describe: 'run the study instead of the model',
    excludes: ['detector', 'flag', 'percentile'],
    group: STUDY,
  },
  seeds: {
    type: 'string',
    default: '101-110',
    describe: 'seeds of the markets, as 101-110 or 101,105',
    onlyWith: IN_STUDY,
    group: STUDY,
  },
  'only-seed': {
    type: 'number',
    describe: 'run the markets of this seed alone (a SLURM array); summarise later without it',
    range: wholeFrom(0),
    excludes: ['seeds'],
    onlyWith: IN_STUDY,
    group: STUDY,
  },
  difficulties: {
    type: 'string',
    default: 'easy,medium,hard',
    describe: 'how close insiders look to casuals: easy, medium, hard, some of them',
    onlyWith: IN_STUDY,
    group: STUDY,
  },
  detectors: {
    type: 'string',
    default: 'all',
    describe: `detectors compared: all, or some of ${STUDY_DETECTOR_NAMES.join(', ')}`,
    onlyWith: IN_STUDY,
    group: STUDY,
  },
  'market-trades': {
    type: 'number',
    default: 200_000,
    describe: 'fills of a market',
    range: wholeFrom(2, 4e9),
    onlyWith: IN_STUDY,
    group: STUDY,
  },
  'snapshot-days': {
    type: 'number',
    default: 5,
    describe: 'time between two watch lists, days',
    range: { from: 1, unit: 'days' },
    onlyWith: IN_STUDY,
    group: STUDY,
  },
  'watch-share': {
    type: 'number',
    default: 0.025,
    describe: 'share of wallets on a watch list, 0..1',
    range: OPEN_SHARE,
    onlyWith: IN_STUDY,
    group: STUDY,
  },
} as const satisfies OptionSpecs;

export interface CompareOptions {
  readonly seeds: string;
  readonly difficulties: string;
  readonly 'market-trades': number;
  readonly 'snapshot-days': number;
  readonly 'watch-share': number;
  readonly fdr: number;
  readonly detectors: string;
  readonly threads: number;
  /** Only the markets of this seed are run; the summary is left to a run without it. */
  readonly 'only-seed': number | undefined;
}

/**
 * Seeds written as `101-110` or `101,105,107`.
 * @throws InputError 'bad-option'
 */
export function parseSeeds(text: string): number[] {
  const seeds = text.split(',').flatMap((word) => {
    const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(word.trim());
    const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (match === null || to < from || to - from >= SEEDS_MAX)
      throw new InputError(
        'bad-option',
        `--seeds ${text} is no list of seeds`,
        'write --seeds 101-110 or --seeds 101,105',
      );
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  return [...new Set(seeds)].sort((a, b) => a - b);
}

/** Runs the markets that have no result yet, then summarises all of them. */
export async function comparePower(run: Run, options: CompareOptions): Promise<{ outcome: StepOutcome; nRun: number }> {
  const seeds = options['only-seed'] === undefined ? parseSeeds(options.seeds) : [options['only-seed']];
  const difficulties = options.difficulties.split(',').map((word) => word.trim());
  for (const difficulty of difficulties) resolveDifficulty(difficulty, 'difficulties');
  checkRanges(POWER_OPTIONS, options);
  chooseDetectors(options.detectors);
  const folder = join(run.modelsDir, 'wallet_anomaly', 'power');
  const executor = createExecutor({ nThreads: options.threads });
  const plans = seeds.flatMap((seed) =>
    difficulties.map(
      (difficulty): TrialPlan => ({
        seed,
        difficulty,
        nTrades: options['market-trades'],
        snapshotDays: options['snapshot-days'],
        watchShare: options['watch-share'],
        fdr: options.fdr,
        detectors: options.detectors,
      }),
    ),
  );
  const progress = run.log.progress('markets', plans.length);
  const trials: Trial[] = [];
  let nRun = 0;
  for (const plan of plans) {
    const known = run.force ? null : await readTrial(folder, plan);
    if (known === null) endIfOnlyChecking(run);
    trials.push(known ?? (await runTrial(run, folder, plan, executor)));
    if (known === null) nRun++;
    progress.update(trials.length);
    await releaseFrames();
  }
  progress.done();
  if (options['only-seed'] !== undefined) {
    run.log.result(
      `Seed ${options['only-seed']}: ${nRun} markets run; the summary is made by --compare without --only-seed.`,
    );
    return { outcome: nRun === 0 ? 'up to date' : 'done', nRun };
  }
  const summary = summarise(trials, run.seed);
  writeJsonAtomic(join(folder, '..', 'power.json'), summary);
  writeFileAtomic(join(folder, '..', 'power.md'), powerPage(summary, options['watch-share'], options['snapshot-days']));
  await publishSection(run, powerSection(summary));
  for (const line of describePower(summary)) run.log.result(line);
  return { outcome: nRun === 0 ? 'up to date' : 'done', nRun };
}
