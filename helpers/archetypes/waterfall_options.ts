/** The thresholds of the waterfall as options of a script. */
import type { OptionSpecs } from '../run/options.ts';
import { integerMin, type Range } from '../run/ranges.ts';
import { DEFAULT_THRESHOLDS, type WaterfallThresholds } from './archetypes.ts';

const GROUP = 'Thresholds of the waterfall';
const RANK = { from: 0, to: 1, unit: 'a rank' } as const satisfies Range;
/** How many K-Means clusters may be asked for. */
export const CLUSTERS = integerMin(2, 100);

/** Options of every script that runs the waterfall. */
export const WATERFALL_OPTIONS = {
  'whale-usd': {
    type: 'number',
    default: DEFAULT_THRESHOLDS.whaleAggressionUsd,
    describe: 'mean fill of a fresh whale, at least, USD',
    range: { from: 0, unit: 'USD' },
    group: GROUP,
  },
  'whale-days': {
    type: 'number',
    default: DEFAULT_THRESHOLDS.whaleTenureDays,
    describe: 'tenure of a fresh whale, less than, days',
    range: { from: 0, unit: 'days' },
    group: GROUP,
  },
  'grinder-percentile': {
    type: 'number',
    default: DEFAULT_THRESHOLDS.grinderPercentile,
    describe: 'grinders are above it in frequency or markets, 1..100',
    range: { from: 1, to: 100, unit: 'a percentile', hint: 'it is no share' },
    group: GROUP,
  },
  clusters: {
    type: 'number',
    default: DEFAULT_THRESHOLDS.nClusters,
    describe: 'K-Means clusters among the rest',
    range: CLUSTERS,
    group: GROUP,
  },
  'insider-win-rank': {
    type: 'number',
    default: DEFAULT_THRESHOLDS.insiderWinRankMin,
    describe: 'win-rate rank of an insider-like centre, at least, 0..1',
    range: RANK,
    group: GROUP,
  },
  'insider-breadth-rank': {
    type: 'number',
    default: DEFAULT_THRESHOLDS.insiderBreadthRankMax,
    describe: 'its rank in markets and frequency, at most, 0..1',
    range: RANK,
    group: GROUP,
  },
} as const satisfies OptionSpecs;

/** The thresholds that the options give. */
export function thresholdsOf(options: Readonly<Record<keyof typeof WATERFALL_OPTIONS, number>>): WaterfallThresholds {
  return {
    whaleAggressionUsd: options['whale-usd'],
    whaleTenureDays: options['whale-days'],
    grinderPercentile: options['grinder-percentile'],
    nClusters: options.clusters,
    insiderWinRankMin: options['insider-win-rank'],
    insiderBreadthRankMax: options['insider-breadth-rank'],
  };
}
