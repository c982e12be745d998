/** Two published claims put to the data at hand, each with an interval over wallets. */
import type { Archetype } from '../archetypes/archetypes.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { clusteredInterval, clusteredSums, numberGroups } from '../evaluate/clustered.ts';
import { weightedSpearman } from '../evaluate/weighted_ranks.ts';
import type { Predictions } from './roi_trial.ts';

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
  const groups = numberGroups(Array.from(all.rows, (row) => wallets[row]));
  const groupOfRow = new Map(Array.from(all.rows, (row, i) => [row, groups.groupOf[i]]));
  const kept = { groupOf: filtered.rows.map((row) => groupOfRow.get(row)!), nGroups: groups.nGroups };
  const without = weightedSpearman(filtered.predicted, filtered.actual, kept);
  const withAll = weightedSpearman(all.predicted, all.actual, groups);
  const figure = clusteredInterval(groups, (weights) => without(weights) - withAll(weights), {
    seed,
    nResamples: N_RESAMPLES / 2,
  });
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
  const isWhale = Float64Array.from(archetypes, (archetype) => (archetype === 'fresh_whale' ? 1 : 0));
  const columns = [roiPct.map(() => 1), roiPct, isWhale, roiPct.map((roi, row) => roi * isWhale[row])];
  const groups = numberGroups(wallets);
  const draw = (statistic: (whales: number, everybody: number) => number): BootstrapInterval =>
    clusteredSums(columns, ([n, roi, nOwn, own]) => statistic(own / nOwn, roi / n), {
      groups,
      seed,
      nResamples: N_RESAMPLES,
    });
  const figure = draw((whales, everybody) => whales - everybody);
  const base = draw((_, everybody) => everybody);
  const ratio = draw((whales, everybody) => whales / everybody);
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
