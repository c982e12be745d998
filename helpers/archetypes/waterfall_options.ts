/** The thresholds of the waterfall as options of a script. */
import type { OptionSpecs } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';
import { DEFAULT_THRESHOLDS, type WaterfallThresholds } from './archetypes.ts';

const GROUP = 'Thresholds of the waterfall';
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
  'insider-win-rate': {
    type: 'number',
    default: DEFAULT_THRESHOLDS.insiderWinRateMinPct,
    describe: 'a cluster wins often when the 95 % interval of its mean win rate lies above this, %',
    range: { from: 1, to: 100, unit: 'a percentage', hint: 'it is a win rate and no longer a rank' },
    formerName: 'insider-win-rank',
    group: GROUP,
  },
  'insider-markets': {
    type: 'number',
    default: DEFAULT_THRESHOLDS.insiderMarketsMax,
    describe: 'such a cluster is narrow with this many markets at its centre, at most',
    range: { from: 1, unit: 'markets', hint: 'it is a number of markets and no longer a rank' },
    formerName: 'insider-breadth-rank',
    group: GROUP,
  },
  'insider-daily': {
    type: 'number',
    default: DEFAULT_THRESHOLDS.insiderDailyMax,
    describe: 'and slow with this many fills a day at its centre, at most',
    range: { from: 0, unit: 'fills a day' },
    group: GROUP,
  },
  'insider-resolved': {
    type: 'number',
    default: DEFAULT_THRESHOLDS.insiderResolvedMin,
    describe: 'an insider-like wallet of it has this many resolved markets, at least',
    range: integerMin(1),
    group: GROUP,
  },
  'insider-edge': {
    type: 'number',
    default: DEFAULT_THRESHOLDS.insiderEdgeMin,
    describe: 'and won this much more often than its prices say (edge_z), at least, standard deviations',
    range: { from: 0, to: 100, unit: 'standard deviations' },
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
    insiderWinRateMinPct: options['insider-win-rate'],
    insiderMarketsMax: options['insider-markets'],
    insiderDailyMax: options['insider-daily'],
    insiderResolvedMin: options['insider-resolved'],
    insiderEdgeMin: options['insider-edge'],
  };
}
