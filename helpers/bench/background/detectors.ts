/** What the bench compares: the project's detectors, and trivial ones that anybody could think of. */
import { chooseDetectors, type StudyDetector } from '../../anomaly/power/study_detectors.ts';

/** The production model and the other learned one, red flags, and the trivial ones. */
export const BENCH_DETECTORS: readonly StudyDetector[] = chooseDetectors(
  'red_flags,kmeans,isolation_forest,largest_bet,volume,profit,profit_and_concentration',
);
