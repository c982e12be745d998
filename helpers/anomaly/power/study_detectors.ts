/** Everything that the power study compares, behind one interface: learn from a population, score wallets, higher is more anomalous. */
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { assignWaterfall } from '../../archetypes/waterfall.ts';
import { ANOMALY_FEATURES } from '../../features/wallets/feature_sets.ts';
import { FeatureSpace } from '../../features/wallets/feature_space.ts';
import type { Executor } from '../../kernels/executor.ts';
import type { Matrix } from '../../kernels/matrix.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { InputError } from '../../run/errors.ts';
import { toNumbers } from '../../tables/matrix.ts';
import { DETECTORS, type DetectorName, fitDetector } from '../detectors.ts';
import { SIGN_SETS, SignDetector, type SignSetName } from '../signs.ts';

/** A detector that has learnt: wallets to points (ranks of signs, places in a feature space), points to scores. */
interface Scorer {
  /** One score per row of the profiles. */
  readonly score: (profiles: DataFrame) => Float64Array;
  /** The two halves of `score`, for calibrations that sample points; null for rules. */
  readonly points: ((profiles: DataFrame) => Matrix) | null;
  readonly scorePoints: ((points: Matrix) => Float64Array) | null;
}

function twoHalves(points: (profiles: DataFrame) => Matrix, scorePoints: (points: Matrix) => Float64Array): Scorer {
  return { score: (profiles) => scorePoints(points(profiles)), points, scorePoints };
}

function ruleOf(score: (profiles: DataFrame) => Float64Array): Scorer {
  return { score, points: null, scorePoints: null };
}

export interface StudyDetector {
  readonly name: string;
  /** `learned` fits a model, `signs` ranks designed columns, `rule` says yes or no and learns from nobody. */
  readonly kind: 'learned' | 'signs' | 'rule';
  fit(reference: DataFrame, seed: number, executor: Executor): Promise<Scorer>;
}

function learned(name: DetectorName): StudyDetector {
  return {
    name,
    kind: 'learned',
    fit: async (reference, seed, executor) => {
      const space = FeatureSpace.fit(reference, ANOMALY_FEATURES, 'log');
      const detector = await fitDetector(name, space.transform(reference), ANOMALY_FEATURES, seed, executor);
      return twoHalves(
        (profiles) => space.transform(profiles),
        (points) => detector.score(points),
      );
    },
  };
}

function signs(name: SignSetName): StudyDetector {
  return {
    name,
    kind: 'signs',
    fit: async (reference) => {
      const detector = SignDetector.fit(reference, name);
      return twoHalves(
        (profiles) => detector.ranks(profiles),
        (ranks) => detector.scoreRanks(ranks),
      );
    },
  };
}

const FRESH_WHALE_RULE: StudyDetector = {
  name: 'fresh_whale_rule',
  kind: 'rule',
  fit: async () =>
    ruleOf((profiles) => {
      const usd = toNumbers(profiles, 'aggression_avg_usd');
      const days = toNumbers(profiles, 'tenure_days');
      const { whaleAggressionUsd, whaleTenureDays } = DEFAULT_THRESHOLDS;
      return usd.map((value, row) => (value >= whaleAggressionUsd && days[row] < whaleTenureDays ? 1 : 0));
    }),
};

const INSIDER_LIKE_RULE: StudyDetector = {
  name: 'insider_like_rule',
  kind: 'rule',
  fit: async (_, seed, executor) =>
    ruleOf((profiles) =>
      Float64Array.from(assignWaterfall(profiles, DEFAULT_THRESHOLDS, seed, executor).archetypes, (archetype) =>
        archetype === 'insider_like' ? 1 : 0,
      ),
    ),
};

const STUDY_DETECTORS: readonly StudyDetector[] = [
  ...DETECTORS.map(learned),
  ...(Object.keys(SIGN_SETS) as SignSetName[]).map(signs),
  FRESH_WHALE_RULE,
  INSIDER_LIKE_RULE,
];

/** What --detectors may name. */
export const STUDY_DETECTOR_NAMES: readonly string[] = STUDY_DETECTORS.map(({ name }) => name);

/**
 * Detectors by name, in the order of the study; `all` for all of them.
 * @throws InputError 'bad-option' naming one that is not known
 */
export function chooseDetectors(text: string): StudyDetector[] {
  if (text === 'all') return [...STUDY_DETECTORS];
  const names = text.split(',').map((word) => word.trim());
  const known = STUDY_DETECTOR_NAMES;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new InputError('bad-option', `--detectors names ${unknown}, which is none`, `known are: ${known.join(', ')}`);
  return STUDY_DETECTORS.filter(({ name }) => names.includes(name));
}
