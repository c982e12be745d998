/** The comparison of thresholds as rows of 17_thresholds. */
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import type { DataFrame } from '../polars/polars.ts';
import { SECOND_MS } from '../run/clock.ts';
import { frameOf } from '../tables/frame_of.ts';
import { THRESHOLDS } from '../tables/schemas.ts';
import type { Part } from './scored_fills.ts';
import type { ThresholdRow } from './thresholds.ts';

/** Columns of an interval. */
function interval(name: string, of: (row: ThresholdRow) => BootstrapInterval, estimate = name) {
  return {
    [estimate]: (row: ThresholdRow) => of(row).estimate,
    [`${name}_low`]: (row: ThresholdRow) => of(row).low,
    [`${name}_high`]: (row: ThresholdRow) => of(row).high,
  };
}

export function thresholdsFrame(part: Part, rows: readonly ThresholdRow[]): DataFrame {
  return frameOf(THRESHOLDS, rows, {
    part: () => part,
    source: (row) => row.source,
    threshold: (row) => row.threshold,
    delay_s: (row) => row.delayMs / SECOND_MS,
    n_signals: (row) => row.nSignals,
    n_markets: (row) => row.nMarkets,
    ...interval('precision', (row) => row.precision),
    recall: (row) => row.recall,
    n_filled: (row) => row.nFilled,
    n_stale: (row) => row.nStale,
    n_marked: (row) => row.nMarked,
    ...interval('return', (row) => row.returns, 'return_mean'),
    ...interval('win_rate', (row) => row.winRate),
  });
}
