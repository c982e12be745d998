/** Rows of 14_wallet_signs: every set of signs scored, calibrated against synthetic wallets and flagged. */
import type { Matrix } from '../kernels/matrix.ts';
import { type DataFrame, pl, type Series } from '../polars/polars.ts';
import type { Log } from '../run/console.ts';
import { conform } from '../tables/schema.ts';
import { WALLET_SIGNS } from '../tables/schemas.ts';
import { flagByCopula } from './copula_calibration.ts';
import { INSIDER_COPULA_DEGREES, SignDetector, type SignSetName } from './signs.ts';

const GAUSSIAN = Number.POSITIVE_INFINITY;
/** Kind of wallet, its signs, and the degrees of the copula that calibrates them. */
const KINDS = [
  ['insider', 'insider_signs', INSIDER_COPULA_DEGREES],
  ['whale', 'whale_signs', GAUSSIAN],
  ['wash', 'wash_signs', GAUSSIAN],
  ['copy', 'copy_signs', GAUSSIAN],
] as const satisfies readonly (readonly [string, SignSetName, number])[];
/** Samples that a set of signs may take even of few wallets: two to five seconds. */
const CHEAP_SAMPLES = 16_000_000;
const N_REASONS = 3;

type SignKind = (typeof KINDS)[number][0];

/** Of each set: wallets flagged, borderline wallets, and synthetic wallets that they were compared with. */
export type SignCounts = Readonly<
  Record<SignKind, { readonly nFlagged: number; readonly nBorderline: number; readonly nSampled: number }>
>;

export interface WalletSigns {
  /** The table: one row per wallet, in the order of the profiles. */
  readonly frame: DataFrame;
  readonly counts: SignCounts;
}

/**
 * Scores and flags every wallet by every set of signs.
 * @param profiles rows of 11_wallet_profiles, at least one
 * @param fdr false discovery rate of the flags, in (0, 1)
 */
export async function scoreSigns(profiles: DataFrame, fdr: number, seed: number, log: Log): Promise<WalletSigns> {
  const columns: Series[] = [];
  const counts: Partial<Record<SignKind, SignCounts[SignKind]>> = {};
  for (const [kind, name, degrees] of KINDS) {
    const detector = SignDetector.fit(profiles, name);
    const ranks = detector.ranks(profiles);
    const progress = log.progress(`synthetic wallets for ${kind} signs`, null);
    const score = (rows: Matrix): Float64Array => detector.scoreRanks(rows);
    const result = await flagByCopula(ranks, score, fdr, degrees, seed, CHEAP_SAMPLES, progress.update);
    progress.done();
    const { pValues, flags, isBorderline, nSampled } = result;
    counts[kind] = { nFlagged: count(flags), nBorderline: count(isBorderline), nSampled };
    columns.push(
      pl.Series(`${kind}_score`, Array.from(score(ranks)), pl.Float64),
      pl.Series(`${kind}_p_value`, Array.from(pValues), pl.Float64),
      marks(`is_${kind}_flagged`, flags),
      marks(`is_${kind}_borderline`, isBorderline),
    );
    if (kind !== 'insider') continue;
    const reasons = Array.from(flags, (flag, row) =>
      flag === 1 ? detector.reasons(ranks, row).slice(0, N_REASONS) : [],
    );
    for (let n = 0; n < N_REASONS; n++) {
      const names = reasons.map((list) => list[n]?.name ?? null);
      columns.push(pl.Series(`insider_reason_${n + 1}`, names, pl.Utf8));
    }
  }
  const frame = conform(profiles.select('wallet', 'as_of_ms').withColumns(...columns), WALLET_SIGNS);
  return { frame, counts: counts as SignCounts };
}

function count(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function marks(name: string, values: Uint8Array): Series {
  return pl.Series(
    name,
    Array.from(values, (value) => value === 1),
    pl.Bool,
  );
}
