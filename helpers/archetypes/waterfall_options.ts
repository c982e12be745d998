/** The thresholds of the waterfall as options of a script. */
import { inGroup, option } from '../run/option_kinds.ts';
import { integerMin } from '../run/ranges.ts';
import { DEFAULT_THRESHOLDS, type WaterfallThresholds } from './archetypes.ts';

const GROUP = 'Thresholds of the waterfall';
/** How many K-Means clusters may be asked for. */
export const CLUSTERS = integerMin(2, 100);

/** Options of every script that runs the waterfall. */
export const WATERFALL_OPTIONS = inGroup(GROUP, {
  'whale-usd': option.number(DEFAULT_THRESHOLDS.whaleAggressionUsd, 'mean fill of a fresh whale, at least, USD', {
    from: 0,
    unit: 'USD',
  }),
  'whale-days': option.number(DEFAULT_THRESHOLDS.whaleTenureDays, 'tenure of a fresh whale, less than, days', {
    from: 0,
    unit: 'days',
  }),
  'grinder-percentile': option.number(
    DEFAULT_THRESHOLDS.grinderPercentile,
    'grinders are above it in frequency or markets, 1..100',
    { from: 1, to: 100, unit: 'a percentile', hint: 'it is no share' },
  ),
  clusters: option.number(DEFAULT_THRESHOLDS.nClusters, 'K-Means clusters among the rest', CLUSTERS),
  'insider-win-rate': {
    ...option.number(
      DEFAULT_THRESHOLDS.insiderWinRateMinPct,
      'a cluster wins often when the 95 % interval of its mean win rate lies above this, %',
      { from: 1, to: 100, unit: 'a percentage', hint: 'it is a win rate and no longer a rank' },
    ),
    formerName: 'insider-win-rank',
  },
  'insider-markets': {
    ...option.number(
      DEFAULT_THRESHOLDS.insiderMarketsMax,
      'such a cluster is narrow with this many markets at its centre, at most',
      { from: 1, unit: 'markets', hint: 'it is a number of markets and no longer a rank' },
    ),
    formerName: 'insider-breadth-rank',
  },
  'insider-daily': option.number(
    DEFAULT_THRESHOLDS.insiderDailyMax,
    'and slow with this many fills a day at its centre, at most',
    { from: 0, unit: 'fills a day' },
  ),
  'insider-resolved': option.number(
    DEFAULT_THRESHOLDS.insiderResolvedMin,
    'an insider-like wallet of it has this many resolved markets, at least',
    integerMin(1),
  ),
  'insider-edge': option.number(
    DEFAULT_THRESHOLDS.insiderEdgeMin,
    'and won this much more often than its prices say (edge_z), at least, standard deviations',
    { from: 0, to: 100, unit: 'standard deviations' },
  ),
});

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
