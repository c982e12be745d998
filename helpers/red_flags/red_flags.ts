/** 14_wallet_red_flags: every wallet that bought something with its evidence, its rank and the reasons in words. */
import { type DataFrame, pl } from '../polars/polars.ts';
import type { OptionSpecs } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';
import { toNumbers } from '../tables/matrix.ts';
import { conform } from '../tables/schema.ts';
import { WALLET_RED_FLAGS } from '../tables/schemas.ts';
import { COEFFICIENTS } from './coefficients.ts';
import { type CollectedEvidence, collectEvidence, type EvidenceJob } from './collect_evidence.ts';
import { EVIDENCE } from './evidence.ts';
import { type RankedWallets, rankWallets, strongestTerms } from './rank_wallets.ts';
import { type StatedPrecision, statePrecision } from './stated_precision.ts';

const RED_FLAGS = 'Red flags';
/** Of which the report says how many would be planted ones. */
const BASE_RATES = [0.001, 0.005, 0.01];
const STATED_SIZES_USD = [2_500, 10_000];

export const RED_FLAG_OPTIONS = {
  'floor-usd': {
    type: 'number',
    default: COEFFICIENTS.floorUsd,
    describe: 'smallest stake, USD bought of one outcome, of a wallet that is ranked by red flags',
    range: { from: 0, unit: 'USD' },
    group: RED_FLAGS,
  },
  budget: {
    type: 'number',
    default: 20,
    describe: 'wallets that are listed: the first by red flags',
    range: integerMin(1),
    group: RED_FLAGS,
  },
} as const satisfies OptionSpecs;

export interface RedFlagSettings {
  readonly floorUsd: number;
  readonly budget: number;
}

/** Evidence of the model that the tape does not give, and for how many ranked wallets. */
interface MissingEvidence {
  readonly name: string;
  readonly share: number;
}

export interface RedFlagFacts extends RedFlagSettings {
  readonly nWallets: number;
  readonly nRanked: number;
  readonly missing: readonly MissingEvidence[];
  readonly precision: readonly StatedPrecision[];
}

export interface RedFlags {
  readonly frame: DataFrame;
  readonly facts: RedFlagFacts;
}

/** What adds most to the evidence of a row, in words. @param frame what was ranked */
export function redFlagWords(ranked: RankedWallets, frame: DataFrame): (row: number) => string {
  const values = Object.fromEntries(COEFFICIENTS.terms.map(({ name }) => [name, toNumbers(frame, name)]));
  return (row) =>
    strongestTerms(COEFFICIENTS, ranked, row)
      .map((name) => EVIDENCE[name].words(values[name][row]))
      .join('; ');
}

/** The words of each ranked wallet. */
function reasonsOf(ranked: RankedWallets, frame: DataFrame): (string | null)[] {
  const words = redFlagWords(ranked, frame);
  const reasons = new Array<string | null>(frame.height).fill(null);
  for (const row of ranked.order) reasons[row] = words(row);
  return reasons;
}

/** Evidence that is missing for some ranked wallets, though it could be there; a first fill has no idle time before it. */
function missingOf({ order }: RankedWallets, frame: DataFrame): MissingEvidence[] {
  const isByNature = (name: string): boolean => name === 'idle_before_days' || name === 'hours_to_move';
  return COEFFICIENTS.terms
    .filter(({ name, weight }) => weight > 0 && !isByNature(name))
    .map(({ name }) => {
      const values = toNumbers(frame, name);
      const nMissing = order.reduce((n, row) => n + Number(Number.isNaN(values[row])), 0);
      return { name, share: order.length === 0 ? 1 : nMissing / order.length };
    })
    .filter(({ share }) => share > 0);
}

/** The table and what is to be said of it. @param seed of the draws behind the stated precision */
export async function findRedFlags(job: EvidenceJob, settings: RedFlagSettings, seed: number): Promise<RedFlags> {
  const evidence: CollectedEvidence = await collectEvidence(job);
  const { frame } = evidence;
  const ranked = rankWallets(COEFFICIENTS, frame, settings.floorUsd);
  const rank = new Array<number | null>(frame.height).fill(null);
  ranked.order.forEach((row, i) => {
    rank[row] = i + 1;
  });
  const columns = [
    pl.Series('insider_evidence', Array.from(ranked.bits), pl.Float64),
    pl.Series('rank', rank, pl.Int64),
    pl.Series(
      'is_listed',
      rank.map((own) => own !== null && own <= settings.budget),
      pl.Bool,
    ),
    pl.Series('reasons', reasonsOf(ranked, frame), pl.Utf8),
    pl.lit(job.asOfMs).cast(pl.Int64).alias('as_of_ms'),
  ];
  const tape = { bits: Float64Array.from(ranked.order, (row) => ranked.bits[row]), nWallets: evidence.nWallets };
  const nFirst = Math.min(settings.budget, ranked.order.length);
  const precision = COEFFICIENTS.styles
    .filter(({ medianUsd }) => STATED_SIZES_USD.includes(medianUsd))
    .flatMap((style) => BASE_RATES.map((rate) => statePrecision(tape, style, rate, nFirst, seed)));
  return {
    frame: conform(frame.withColumns(...columns), WALLET_RED_FLAGS),
    facts: {
      ...settings,
      nWallets: evidence.nWallets,
      nRanked: ranked.order.length,
      missing: missingOf(ranked, frame),
      precision,
    },
  };
}
