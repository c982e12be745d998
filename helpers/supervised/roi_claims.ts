/** Two published claims put to the data at hand, each with an interval over wallets. */
import type { Archetype } from '../discovery/archetypes.ts';
import { type BootstrapInterval, bootstrapInterval } from '../evaluate/bootstrap.ts';
import { type Predictions, rankCorrelation } from './roi_trial.ts';

const N_RESAMPLES = 1000;
const ROWS_MIN = 20;

export interface Claim {
  readonly claim: string;
  readonly figure: BootstrapInterval | null;
  /** What the figure says, or why there is none. */
  readonly sentence: string;
}

const words = ({ estimate, low, high }: BootstrapInterval, digits: number): string =>
  `${estimate.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;

/** "Filtering casuals improves ROI prediction": rank correlation without them minus with them, on the same test rows. */
export function claimFiltering(
  all: Predictions,
  filtered: Predictions,
  wallets: readonly string[],
  seed: number,
): Claim {
  const claim = 'filtering casuals improves ROI prediction';
  if (filtered.rows.length < ROWS_MIN)
    return { claim, figure: null, sentence: `only ${filtered.rows.length} test rows are not casual` };
  const inFiltered = new Map(Array.from(filtered.rows, (row, i) => [row, i]));
  const statistic = (drawn: Uint32Array): number => {
    const kept = drawn.map((i) => inFiltered.get(all.rows[i]) ?? 0xffffffff).filter((i) => i !== 0xffffffff);
    const of = (values: Float64Array, at: Uint32Array) => Float64Array.from(at, (i) => values[i]);
    return (
      rankCorrelation(of(filtered.predicted, kept), of(filtered.actual, kept)) -
      rankCorrelation(of(all.predicted, drawn), of(all.actual, drawn))
    );
  };
  const groups = Array.from(all.rows, (row) => wallets[row]);
  const figure = bootstrapInterval({ nRows: all.rows.length, statistic, groups, nResamples: N_RESAMPLES / 2, seed });
  const says = figure.low > 0 ? 'yes, here' : figure.high < 0 ? 'no, it makes it worse' : 'not shown';
  return {
    claim,
    figure,
    sentence: `${says}: Spearman changes by ${words(figure, 3)} (${filtered.rows.length} of ${all.rows.length} test rows are left)`,
  };
}

/** "Fresh whales earn a multiple of the base": mean future ROI of fresh whales against everybody's. */
export function claimFreshWhales(
  archetypes: readonly Archetype[],
  roiPct: Float64Array,
  wallets: readonly string[],
  seed: number,
): Claim {
  const claim = 'fresh whales earn a multiple of the base';
  const nWhales = archetypes.filter((archetype) => archetype === 'fresh_whale').length;
  if (nWhales < ROWS_MIN)
    return { claim, figure: null, sentence: `only ${nWhales} rows are fresh whales, ${ROWS_MIN} are asked for` };
  const mean = (rows: Uint32Array): number => rows.reduce((sum, row) => sum + roiPct[row], 0) / rows.length;
  const isWhale = (row: number): boolean => archetypes[row] === 'fresh_whale';
  const draw = (statistic: (rows: Uint32Array) => number): BootstrapInterval =>
    bootstrapInterval({ nRows: roiPct.length, statistic, groups: wallets, nResamples: N_RESAMPLES, seed });
  const figure = draw((rows) => {
    const whales = rows.filter(isWhale);
    return whales.length === 0 ? Number.NaN : mean(whales) - mean(rows);
  });
  const base = draw(mean);
  const ratio = draw((rows) => {
    const whales = rows.filter(isWhale);
    return whales.length === 0 ? Number.NaN : mean(whales) / mean(rows);
  });
  const multiple =
    base.low > 0
      ? `, ${words(ratio, 2)} times the base`
      : '; a multiple means nothing, for the base may be zero or below';
  const says = figure.low > 0 ? 'they earn more' : figure.high < 0 ? 'they earn less' : 'not shown';
  return {
    claim,
    figure,
    sentence: `${says}: ${words(figure, 1)} percentage points beside a base of ${words(base, 1)} %${multiple} (${nWhales} rows)`,
  };
}
