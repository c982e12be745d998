/** The trials of a power study in one: means over markets with bootstrap intervals over seeds. */
import { bootstrapInterval } from '../../evaluate/bootstrap.ts';
import { CALIBRATIONS } from './flag_calibration.ts';
import { FALSE_SHARES, FIGURES, type Figure } from './measures.ts';
import { ANY_PLANTED, type Trial } from './trial.ts';

const N_RESAMPLES = 2000;

/** A mean over markets and its 95 % bootstrap interval; NaN ends with fewer than two markets. */
export interface OverSeeds {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
}

interface PowerRow extends Readonly<Record<Figure, OverSeeds>> {
  readonly detector: string;
  readonly planted: string;
  readonly difficulty: string;
  readonly nMarkets: number;
  readonly nPlanted: number;
  /** At most 1, 5, 10 % false among the flagged. */
  readonly recallAtFalseShare: readonly OverSeeds[];
}

interface FlagRow {
  readonly detector: string;
  readonly calibration: string;
  readonly fdr: number;
  readonly nMarkets: number;
  readonly nCalibration: number;
  readonly nFlagged: OverSeeds;
  /** Share of the flagged that nobody planted, 0 where nobody is flagged: the realised false discovery rate. */
  readonly realised: OverSeeds;
  /** Whether the realised rate is at most the nominal one plus twice its Monte-Carlo error. */
  readonly isWithin: boolean;
  /** Flagged share of each planted type, over all markets. */
  readonly found: Readonly<Record<string, number>>;
}

interface DetectionRow {
  readonly detector: string;
  readonly planted: string;
  readonly difficulty: string;
  readonly everShare: OverSeeds;
  readonly medianDays: OverSeeds;
}

export interface PowerSummary {
  readonly seeds: readonly number[];
  readonly difficulties: readonly string[];
  readonly nMarkets: number;
  readonly power: readonly PowerRow[];
  readonly flags: readonly FlagRow[];
  readonly detection: readonly DetectionRow[];
}

function overSeeds(values: readonly number[], seed: number): OverSeeds {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return { mean: Number.NaN, low: Number.NaN, high: Number.NaN, standardError: Number.NaN };
  const meanOf = (rows: Uint32Array): number => rows.reduce((sum, row) => sum + known[row], 0) / rows.length;
  const interval = bootstrapInterval({ nRows: known.length, statistic: meanOf, nResamples: N_RESAMPLES, seed });
  const { estimate: mean, standardError } = interval;
  return known.length < 2
    ? { mean, low: Number.NaN, high: Number.NaN, standardError: Number.NaN }
    : { mean, low: interval.low, high: interval.high, standardError };
}

/** @param trials at least one; of every difficulty the same detectors */
export function summarise(trials: readonly Trial[], seed: number): PowerSummary {
  const difficulties = [...new Set(trials.map((trial) => trial.difficulty))];
  const types = [...new Set(trials.flatMap((trial) => trial.power.map((row) => row.planted)))];
  const detectors = [...new Set(trials.flatMap((trial) => trial.power.map((row) => row.detector)))];
  const power = detectors.flatMap((detector) =>
    types.flatMap((planted) =>
      difficulties.map((difficulty): PowerRow => {
        const own = trials
          .filter((trial) => trial.difficulty === difficulty)
          .flatMap((trial) => trial.power.filter((row) => row.detector === detector && row.planted === planted))
          .map((row) => row.power);
        const over = (pick: (power: (typeof own)[number]) => number): OverSeeds => overSeeds(own.map(pick), seed);
        return {
          detector,
          planted,
          difficulty,
          nMarkets: own.length,
          nPlanted: own.reduce((sum, row) => sum + row.nPlanted, 0),
          ...(Object.fromEntries(FIGURES.map((name) => [name, over((row) => row[name])])) as Record<Figure, OverSeeds>),
          recallAtFalseShare: FALSE_SHARES.map((_, i) => over((row) => row.recallAtFalseShare[i])),
        };
      }),
    ),
  );
  return {
    seeds: [...new Set(trials.map((trial) => trial.seed))].sort((a, b) => a - b),
    difficulties,
    nMarkets: trials.length,
    power,
    flags: detectors.flatMap((detector) => CALIBRATIONS.flatMap((c) => flagRows(trials, detector, c, seed))),
    detection: detectors.flatMap((detector) =>
      [...types, 'casual'].flatMap((planted) =>
        difficulties.map((difficulty) => detectionRow(trials, detector, planted, difficulty, seed)),
      ),
    ),
  };
}

function flagRows(trials: readonly Trial[], detector: string, calibration: string, seed: number): FlagRow[] {
  const pairs = trials.flatMap((trial) =>
    trial.flags
      .filter((row) => row.detector === detector && row.calibration === calibration)
      .map((flags) => ({ trial, flags })),
  );
  if (pairs.length === 0) return [];
  const { fdr } = pairs[0].flags;
  const shares = pairs.map(({ flags }) => (flags.nFlagged === 0 ? 0 : (flags.byType.casual ?? 0) / flags.nFlagged));
  const realised = overSeeds(shares, seed);
  const types = [...new Set(pairs.flatMap(({ trial }) => Object.keys(trial.planted)))].filter((t) => t !== 'casual');
  const found = types.sort().map((type) => {
    const nFound = pairs.reduce((sum, { flags }) => sum + (flags.byType[type] ?? 0), 0);
    const nThere = pairs.reduce((sum, { trial }) => sum + (trial.planted[type] ?? 0), 0);
    return [type, nFound / nThere] as const;
  });
  const slack = Number.isNaN(realised.standardError) ? 0 : 2 * realised.standardError;
  return [
    {
      detector,
      calibration,
      fdr,
      nMarkets: pairs.length,
      nCalibration: Math.min(...pairs.map(({ flags }) => flags.nCalibration)),
      nFlagged: overSeeds(
        pairs.map(({ flags }) => flags.nFlagged),
        seed,
      ),
      realised,
      isWithin: realised.mean <= fdr + slack,
      found: Object.fromEntries(found),
    },
  ];
}

function detectionRow(
  trials: readonly Trial[],
  detector: string,
  planted: string,
  difficulty: string,
  seed: number,
): DetectionRow {
  const own = trials
    .filter((trial) => trial.difficulty === difficulty)
    .flatMap((trial) => trial.detection.filter((row) => row.detector === detector && row.planted === planted));
  return {
    detector,
    planted,
    difficulty,
    everShare: overSeeds(
      own.map((row) => row.nEver / row.nWallets),
      seed,
    ),
    medianDays: overSeeds(
      own.map((row) => row.medianDays ?? Number.NaN),
      seed,
    ),
  };
}

/** Mean average precision of a detector for a planted type over the difficulties. */
export function meanPower(summary: PowerSummary, detector: string, planted: string): number {
  const own = summary.power.filter((row) => row.detector === detector && row.planted === planted);
  return own.reduce((sum, row) => sum + row.averagePrecision.mean, 0) / own.length;
}

/** The detector with the largest mean average precision over difficulties for a planted type. */
export function bestDetector(summary: PowerSummary, planted: string): string {
  return [...new Set(summary.power.map((row) => row.detector))].reduce((best, name) =>
    meanPower(summary, name, planted) > meanPower(summary, best, planted) ? name : best,
  );
}

/** Planted types of a summary, all together last. */
export function plantedNames(summary: PowerSummary): string[] {
  const names = [...new Set(summary.power.map((row) => row.planted))];
  return [...names.filter((name) => name !== ANY_PLANTED), ...names.filter((name) => name === ANY_PLANTED)];
}
