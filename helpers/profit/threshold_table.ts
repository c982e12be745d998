/** The analysis of thresholds as a table for machines, for people and for the report. */
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { conform } from '../tables/schema.ts';
import { THRESHOLDS } from '../tables/schemas.ts';
import type { Part } from './scored_fills.ts';
import { MARKETS_MIN, type Source, type ThresholdRow } from './thresholds.ts';

export const SOURCE_NAMES: Readonly<Record<Source, string>> = {
  model: 'model',
  price_only: 'price only',
  price_only_as_many: 'price only, as many',
  base_rate: 'base rate',
};

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

/** `3.1%` or `–`. */
export function percent(value: number, digits = 1): string {
  return Number.isFinite(value) ? `${(100 * value).toFixed(digits)}%` : '–';
}

function withInterval({ estimate, low, high }: BootstrapInterval): string {
  return Number.isFinite(estimate) ? `${percent(estimate)} (${percent(low)} to ${percent(high)})` : '–';
}

export const THRESHOLD_HEADER = [
  'follow',
  'fills',
  'markets',
  'precision',
  'recall',
  'filled',
  'win rate',
  'return per trade after costs',
];

function nameOf({ source, threshold }: ThresholdRow): string {
  if (threshold === null) return 'everything (base rate)';
  return source === 'price_only_as_many' ? SOURCE_NAMES[source] : `${SOURCE_NAMES[source]} >= ${threshold.toFixed(2)}`;
}

/** Cells of the rows at one delay that follow anything at all. */
export function thresholdCells(rows: readonly ThresholdRow[], delayMs: number): string[][] {
  return rows
    .filter((row) => row.delayMs === delayMs && row.nSignals > 0)
    .map((row) => [
      nameOf(row),
      formatCount(row.nSignals),
      formatCount(row.nMarkets),
      withInterval(row.precision),
      percent(row.recall),
      formatCount(row.nFilled),
      percent(row.winRate.estimate),
      withInterval(row.returns),
    ]);
}

/** The rows at one delay, for the terminal. */
export function describeThresholds(rows: readonly ThresholdRow[], delayMs: number): string {
  return formatTable(THRESHOLD_HEADER, thresholdCells(rows, delayMs));
}

/** Whether following at this row has paid beyond doubt: enough markets, and the whole interval above 0. */
export function hasPaid(row: ThresholdRow): boolean {
  return row.nFilledMarkets >= MARKETS_MIN && row.returns.low > 0;
}

/** One sentence: at which thresholds of the model following has paid. */
export function thresholdVerdict(rows: readonly ThresholdRow[], delayMs: number): string {
  const own = rows.filter((row) => row.source === 'model' && row.delayMs === delayMs);
  const paying = own.filter(hasPaid);
  const after = `${delayMs / 1000} s after the fill and after costs`;
  if (paying.length === 0)
    return `At no threshold does following the model pay beyond doubt, ${after}: no 95 % interval lies above 0 in at least ${MARKETS_MIN} markets.`;
  const best = paying.reduce((a, b) => (b.returns.low > a.returns.low ? b : a));
  const names = paying.map((row) => row.threshold!.toFixed(2)).join(', ');
  return `Following the model has paid at ${names}, ${after}; at ${best.threshold!.toFixed(2)} it made ${withInterval(best.returns)} per trade on ${formatCount(best.nFilled)} trades.`;
}
