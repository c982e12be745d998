/** One market of the power study from simulation to figures, kept as one JSON file so that a study can go on where it stopped. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { ordinaryRows } from '../../archetypes/ordinary_wallets.ts';
import { assignWaterfall } from '../../archetypes/waterfall.ts';
import { percentile } from '../../evaluate/percentile.ts';
import type { Executor } from '../../kernels/executor.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { DAY_MS } from '../../run/clock.ts';
import { readStepCode } from '../../run/code.ts';
import { hashValue, readJson, writeJsonAtomic } from '../../run/files.ts';
import { withScratch } from '../../run/scratch.ts';
import type { Run } from '../../run/script.ts';
import { takeFrameRows } from '../../tables/matrix.ts';
import { WatchLists } from './detection_time.ts';
import { CALIBRATIONS, countFlags, type FlagCount } from './flag_calibration.ts';
import { measurePower, powerSchema } from './measures.ts';
import { chooseDetectors } from './study_detectors.ts';
import { makeStudyMarket, profilesAt, type StudyMarket, truthOf } from './study_market.ts';

/** The market that lends its clean wallets has another seed, far from those of the study. */
const OTHER_MARKET = 1_000_000;
const SNAPSHOT_WALLETS_MIN = 100;
/** Rows of `planted` for all planted types together. */
export const ANY_PLANTED = 'any planted';
const CASUAL = 'casual';

export interface TrialPlan {
  readonly seed: number;
  readonly difficulty: string;
  readonly nTrades: number;
  readonly snapshotDays: number;
  readonly watchShare: number;
  readonly fdr: number;
  /** Names, or `all`. */
  readonly detectors: string;
}

const trialSchema = z.object({
  fingerprint: z.string(),
  seed: z.number(),
  difficulty: z.string(),
  nWallets: z.number(),
  planted: z.record(z.string(), z.number()),
  /** One entry per detector and planted type. */
  power: z.array(z.object({ detector: z.string(), planted: z.string(), power: powerSchema })),
  flags: z.array(
    z.object({
      detector: z.string(),
      calibration: z.enum(CALIBRATIONS),
      fdr: z.number(),
      nCalibration: z.number(),
      nFlagged: z.number(),
      byType: z.record(z.string(), z.number()),
    }),
  ),
  /** Wallets that were ever on the detector's watch list, and the median days from first fill to list of those. */
  detection: z.array(
    z.object({
      detector: z.string(),
      planted: z.string(),
      nWallets: z.number(),
      nEver: z.number(),
      medianDays: z.number().nullable(),
    }),
  ),
});
export type Trial = z.infer<typeof trialSchema>;

function trialPath(folder: string, seed: number, difficulty: string): string {
  return join(folder, `seed-${String(seed).padStart(4, '0')}-${difficulty}.json`);
}

/** Of the plan and of the code that decides a trial, which leaves out how trials are summarised and reported. */
async function fingerprintOf(plan: TrialPlan): Promise<string> {
  return hashValue([plan, (await readStepCode('helpers/anomaly/power/trial.ts')).hash]);
}

/** The result that is there for a plan, made by the same code, or null. */
export async function readTrial(folder: string, plan: TrialPlan): Promise<Trial | null> {
  const path = trialPath(folder, plan.seed, plan.difficulty);
  if (!existsSync(path)) return null;
  const parsed = trialSchema.safeParse(readJson(path));
  return parsed.success && parsed.data.fingerprint === (await fingerprintOf(plan)) ? parsed.data : null;
}

/** Runs one market and writes its result; the scratch market is removed whatever happens. */
export async function runTrial(run: Run, folder: string, plan: TrialPlan, executor: Executor): Promise<Trial> {
  const { nTrades, difficulty, seed } = plan;
  // A folder of its own, as the tasks of an array run beside each other.
  return await withScratch(run.dataDir, `.scratch_power-${seed}-${difficulty}`, async (scratch) => {
    const spec = { nTrades, difficulty };
    const other = await makeStudyMarket(run, join(scratch, 'other'), { ...spec, seed: seed + OTHER_MARKET });
    const clean = casualsOf(other, await profilesAt(run, other, other.endMs));
    const market = await makeStudyMarket(run, join(scratch, 'own'), { ...spec, seed });
    const trial = await measureMarket(run, market, clean, plan, executor);
    writeJsonAtomic(trialPath(folder, seed, difficulty), trial);
    return trial;
  });
}

function casualsOf(market: StudyMarket, profiles: DataFrame): DataFrame {
  const types = truthOf(market, profiles);
  const rows = types.map((_, row) => row).filter((row) => types[row] === CASUAL);
  return takeFrameRows(profiles, rows);
}

async function measureMarket(
  run: Run,
  market: StudyMarket,
  clean: DataFrame,
  plan: TrialPlan,
  executor: Executor,
): Promise<Trial> {
  const { seed, fdr } = plan;
  const detectors = chooseDetectors(plan.detectors);
  const profiles = await profilesAt(run, market, market.endMs);
  const types = truthOf(market, profiles);
  const planted: Record<string, number> = {};
  for (const type of types) planted[type] = (planted[type] ?? 0) + 1;
  const names = [
    ...Object.keys(planted)
      .filter((type) => type !== CASUAL)
      .sort(),
    ANY_PLANTED,
  ];
  const isOf = (name: string): Uint8Array =>
    Uint8Array.from(types, (type) => ((name === ANY_PLANTED ? type !== CASUAL : type === name) ? 1 : 0));
  const isOrdinary = ordinaryRows(assignWaterfall(profiles, DEFAULT_THRESHOLDS, seed, executor).archetypes);
  const task = { profiles, types, isOrdinary, otherClean: clean, fdr, seed };

  const power: Trial['power'] = [];
  const flags: Trial['flags'] = [];
  for (const detector of detectors) {
    const scores = (await detector.fit(profiles, seed, executor)).score(profiles);
    for (const name of names)
      power.push({ detector: detector.name, planted: name, power: measurePower(isOf(name), scores) });
    // Ranks promise no false discovery rate.
    if (detector.kind !== 'learned') continue;
    const counts: FlagCount[] = await countFlags(detector, task, executor);
    for (const count of counts) flags.push({ detector: detector.name, ...count });
  }

  const lists = new WatchLists(detectors, plan.watchShare);
  const stepMs = plan.snapshotDays * DAY_MS;
  for (
    let asOfMs = market.endMs - Math.floor((market.endMs - market.fromMs - 1) / stepMs) * stepMs;
    asOfMs <= market.endMs;
    asOfMs += stepMs
  ) {
    const then = asOfMs === market.endMs ? profiles : await profilesAt(run, market, asOfMs);
    if (then.height >= SNAPSHOT_WALLETS_MIN) await lists.look(then, asOfMs, seed, executor);
  }
  const detection = detectors.flatMap(({ name: detector }) => {
    const days = lists.daysToDetection(detector, profiles);
    return [...names, CASUAL].map((name) => {
      const own = name === CASUAL ? types.map((type) => (type === CASUAL ? 1 : 0)) : isOf(name);
      const ofType = days.filter((_, row) => own[row] === 1);
      const ever = ofType.filter((value): value is number => value !== null);
      const medianDays = ever.length === 0 ? null : percentile(Float64Array.from(ever), 50);
      return { detector, planted: name, nWallets: ofType.length, nEver: ever.length, medianDays };
    });
  });
  return {
    fingerprint: await fingerprintOf(plan),
    seed,
    difficulty: plan.difficulty,
    nWallets: profiles.height,
    planted,
    power,
    flags,
    detection,
  };
}
