/** Everything that the power study compares, behind one interface: learn from a population, score wallets, higher is more anomalous. */
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { rankAmong } from '../../archetypes/naming.ts';
import { assignWaterfall } from '../../archetypes/waterfall.ts';
import { ANOMALY_FEATURES } from '../../features/wallets/feature_sets.ts';
import { FeatureSpace } from '../../features/wallets/feature_space.ts';
import type { Executor } from '../../kernels/executor.ts';
import type { Matrix } from '../../kernels/matrix.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { RED_FLAG_SCORE } from '../../red_flags/score_profiles.ts';
import { InputError } from '../../run/errors.ts';
import { toNumbers } from '../../tables/matrix.ts';
import { DETECTORS, type DetectorName, fitDetector } from '../detectors.ts';

/** Rank of a value that is missing. */
const RANK_UNKNOWN = 0.5;

/** A detector that has learnt: wallets to points (places in a feature space), points to scores. */
interface Scorer {
  /** One score per row of the profiles. */
  readonly score: (profiles: DataFrame) => Float64Array;
  /** The two halves of `score`, for calibrations that sample points; null for ranks and rules. */
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
  /** `learned` fits a model to the wallets, `ranked` goes by columns, `rule` says yes or no. */
  readonly kind: 'learned' | 'ranked' | 'rule';
  /** @param reference rows of 11_wallet_profiles with RED_FLAG_SCORE */
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

/** Mean of the ranks of some columns among the wallets of the reference, 0..1; a missing value says nothing either way. */
function ranked(name: string, ...columns: readonly string[]): StudyDetector {
  return {
    name,
    kind: 'ranked',
    fit: async (reference) => {
      const sorted = columns.map((column) =>
        toNumbers(reference, column)
          .filter((value) => !Number.isNaN(value))
          .sort(),
      );
      return ruleOf((profiles) => {
        const ranks = columns.map((column, c) =>
          toNumbers(profiles, column).map((value) => {
            const rank = rankAmong(sorted[c], value);
            return Number.isNaN(rank) ? RANK_UNKNOWN : rank;
          }),
        );
        return ranks[0].map((_, row) => ranks.reduce((sum, rank) => sum + rank[row], 0) / ranks.length);
      });
    },
  };
}

const RED_FLAGS: StudyDetector = {
  name: 'red_flags',
  kind: 'ranked',
  fit: async () => ruleOf((profiles) => toNumbers(profiles, RED_FLAG_SCORE)),
};

/** What anybody could think of. */
const TRIVIAL_DETECTORS: readonly StudyDetector[] = [
  ranked('largest_bet', 'max_bet_usd'),
  ranked('volume', 'total_invested'),
  ranked('profit', 'total_net_pnl'),
  ranked('profit_and_concentration', 'total_net_pnl', 'top_market_share_pct'),
  ranked('win_rate', 'win_rate_pct'),
  ranked('edge_z', 'edge_z'),
  ranked('markets', 'diversification_markets_count'),
];

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
  RED_FLAGS,
  ...TRIVIAL_DETECTORS,
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
