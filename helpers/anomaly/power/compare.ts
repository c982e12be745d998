/** The power study: one result file per seed and difficulty, done once, then the summary of all that are there. */
import { join } from 'node:path';
import { releaseFrames } from '../../polars/polars.ts';
import { InputError } from '../../run/errors.ts';
import { writeJsonAtomic } from '../../run/files.ts';
import { inGroup, option } from '../../run/option_kinds.ts';
import type { OptionValues } from '../../run/options.ts';
import { integerMin, OPEN_SHARE } from '../../run/ranges.ts';
import type { Run } from '../../run/script.ts';
import { resolveDifficulty } from '../../simulate/options.ts';
import type { StepContext } from '../../step/contract.ts';
import { WALLET_ANOMALY } from '../wallet_model.ts';
import { chooseDetectors, STUDY_DETECTOR_NAMES } from './study_detectors.ts';
import type { PowerSummary } from './summary.ts';
import { readTrial, runTrial, type Trial, type TrialPlan } from './trial.ts';

const SEEDS_MAX = 1000;
const STUDY = 'Power study on simulated markets';
const IN_STUDY = { compare: true } as const;

/** Options of the study. */
export const POWER_OPTIONS = inGroup(STUDY, {
  compare: { ...option.flag('run the study instead of the model'), excludes: ['detector', 'flag', 'percentile'] },
  seeds: { ...option.text('101-110', 'seeds of the markets, as 101-110 or 101,105'), onlyWith: IN_STUDY },
  'only-seed': {
    type: 'number',
    describe: 'run the markets of this seed alone (a SLURM array); summarise later without it',
    range: integerMin(0),
    excludes: ['seeds'],
    onlyWith: IN_STUDY,
  },
  difficulties: {
    ...option.text('easy,medium,hard', 'how close insiders look to casuals: easy, medium, hard, some of them'),
    onlyWith: IN_STUDY,
  },
  detectors: {
    ...option.text('all', `detectors compared: all, or some of ${STUDY_DETECTOR_NAMES.join(', ')}`),
    onlyWith: IN_STUDY,
  },
  'market-trades': { ...option.number(200_000, 'fills of a market', integerMin(2, 4e9)), onlyWith: IN_STUDY },
  'snapshot-days': {
    ...option.number(5, 'time between two watch lists, days', { from: 1, unit: 'days' }),
    onlyWith: IN_STUDY,
  },
  'watch-share': { ...option.number(0.025, 'share of wallets on a watch list, 0..1', OPEN_SHARE), onlyWith: IN_STUDY },
});

export interface PowerSettings {
  /** Every market of the study; at least one. */
  readonly plans: readonly TrialPlan[];
  /** False for one task of an array, which leaves the summary to a run of all. */
  readonly isSummarised: boolean;
}

export interface PowerFacts {
  readonly summary: PowerSummary | null;
  /** Markets that were run now. */
  readonly nRun: number;
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

/** @throws InputError 'bad-option' naming the seeds, difficulty or detector that means nothing */
export function powerSettings(options: OptionValues<typeof POWER_OPTIONS> & { readonly fdr: number }): PowerSettings {
  const onlySeed = options['only-seed'];
  const difficulties = options.difficulties.split(',').map((word) => word.trim());
  for (const difficulty of difficulties) resolveDifficulty(difficulty, 'difficulties');
  chooseDetectors(options.detectors);
  const plans = (onlySeed === undefined ? parseSeeds(options.seeds) : [onlySeed]).flatMap((seed) =>
    difficulties.map((difficulty) => ({
      seed,
      difficulty,
      nTrades: options['market-trades'],
      snapshotDays: options['snapshot-days'],
      watchShare: options['watch-share'],
      fdr: options.fdr,
      detectors: options.detectors,
    })),
  );
  return { plans, isSummarised: onlySeed === undefined };
}

/** The trial of every plan; those that have no result yet are run. */
export async function runTrials(
  plans: readonly TrialPlan[],
  ctx: Run & Pick<StepContext, 'executor' | 'startWork'>,
): Promise<{ trials: Trial[]; nRun: number }> {
  const folder = join(ctx.modelsDir, WALLET_ANOMALY, 'power');
  const progress = ctx.log.progress('markets', plans.length);
  const trials: Trial[] = [];
  let nRun = 0;
  for (const plan of plans) {
    const known = ctx.force ? null : await readTrial(folder, plan);
    if (known === null) {
      ctx.startWork();
      nRun++;
    }
    trials.push(known ?? (await runTrial(ctx, folder, plan, ctx.executor)));
    progress.update(trials.length);
    await releaseFrames();
  }
  progress.done();
  return { trials, nRun };
}

/** Keeps the summary beside the model: `models/wallet_anomaly/power.json`. */
export function savePowerSummary(modelsDir: string, summary: PowerSummary): void {
  writeJsonAtomic(join(modelsDir, WALLET_ANOMALY, 'power.json'), summary);
}
