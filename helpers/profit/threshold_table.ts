/** The comparison of thresholds as rows of 17_thresholds. */
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { conform } from '../tables/schema.ts';
import { THRESHOLDS } from '../tables/schemas.ts';
import type { Part } from './scored_fills.ts';
import type { ThresholdRow } from './thresholds.ts';

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** Rows of 17_thresholds. */
export function thresholdsFrame(part: Part, rows: readonly ThresholdRow[]): DataFrame {
  const numbers = (value: (row: ThresholdRow) => number | null) =>
    rows.map((row) => {
      const number = value(row);
      return number === null ? null : known(number);
    });
  const interval = (name: string, of: (row: ThresholdRow) => BootstrapInterval, estimate = name) => ({
    [estimate]: numbers((row) => of(row).estimate),
    [`${name}_low`]: numbers((row) => of(row).low),
    [`${name}_high`]: numbers((row) => of(row).high),
  });
  const columns = {
    threshold: numbers((row) => row.threshold),
    delay_s: numbers((row) => row.delayMs / 1000),
    n_signals: numbers((row) => row.nSignals),
    n_markets: numbers((row) => row.nMarkets),
    ...interval('precision', (row) => row.precision),
    recall: numbers((row) => row.recall),
    n_filled: numbers((row) => row.nFilled),
    n_stale: numbers((row) => row.nStale),
    n_marked: numbers((row) => row.nMarked),
    ...interval('return', (row) => row.returns, 'return_mean'),
    ...interval('win_rate', (row) => row.winRate),
  };
  const frame = pl.DataFrame([
    pl.Series(
      'part',
      rows.map(() => part),
      pl.Utf8,
    ),
    pl.Series(
      'source',
      rows.map((row) => row.source),
      pl.Utf8,
    ),
    ...Object.entries(columns).map(([name, values]) => pl.Series(name, values, pl.Float64)),
  ]);
  return conform(frame, THRESHOLDS);
}
