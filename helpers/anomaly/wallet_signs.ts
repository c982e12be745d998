/** Rows of 14_wallet_signs: every set of signs scored, calibrated against drawn wallets and flagged. */

import type { Matrix } from '../kernels/matrix.ts';
import { type DataFrame, pl, type Series } from '../polars/polars.ts';
import { formatCount, formatTable, type Log } from '../run/console.ts';
import { toTexts } from '../tables/matrix.ts';
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
/** Draws that a set of signs may take even of few wallets: two to five seconds. */
const CHEAP_DRAWS = 16_000_000;
const N_REASONS = 3;
const N_SHOWN = 5;

export interface WalletSigns {
  /** The table: one row per wallet, in the order of the profiles. */
  readonly frame: DataFrame;
  /** Wallets drawn to judge each set of signs, by kind. */
  readonly nDrawn: Readonly<Record<string, number>>;
}

/** Judges every wallet of the profiles, of which there is at least one, by every set of signs. */
export async function judgeSigns(profiles: DataFrame, fdr: number, seed: number, log: Log): Promise<WalletSigns> {
  const columns: Series[] = [];
  const nDrawn: Record<string, number> = {};
  for (const [kind, name, degrees] of KINDS) {
    const detector = SignDetector.fit(profiles, name);
    const ranks = detector.ranks(profiles);
    const progress = log.progress(`wallets drawn to judge ${kind} signs`, null);
    const score = (rows: Matrix): Float64Array => detector.scoreRanks(rows);
    const judged = await flagByCopula(ranks, score, fdr, degrees, seed, CHEAP_DRAWS, progress.update);
    progress.done();
    nDrawn[kind] = judged.nDrawn;
    columns.push(
      pl.Series(`${kind}_score`, Array.from(score(ranks)), pl.Float64),
      pl.Series(`${kind}_p_value`, Array.from(judged.pValues), pl.Float64),
      marks(`is_${kind}_flagged`, judged.flags),
      marks(`is_${kind}_borderline`, judged.isBorderline),
    );
    if (kind !== 'insider') continue;
    const reasons = Array.from(judged.flags, (flag, row) =>
      flag === 1 ? detector.reasons(ranks, row).slice(0, N_REASONS) : [],
    );
    for (let n = 0; n < N_REASONS; n++) {
      const names = reasons.map((list) => list[n]?.name ?? null);
      columns.push(pl.Series(`insider_reason_${n + 1}`, names, pl.Utf8));
    }
  }
  const frame = conform(profiles.select('wallet', 'as_of_ms').withColumns(...columns), WALLET_SIGNS);
  return { frame, nDrawn };
}

function marks(name: string, values: Uint8Array): Series {
  return pl.Series(
    name,
    Array.from(values, (value) => value === 1),
    pl.Bool,
  );
}

/** Of each set: wallets flagged, borderline wallets, wallets drawn. */
export function countSigns({ frame, nDrawn }: WalletSigns): Record<string, number> {
  const nTrue = (name: string): number => frame.filter(pl.col(name).eq(pl.lit(true))).height;
  return Object.fromEntries(
    KINDS.flatMap(([kind]) => [
      [kind, nTrue(`is_${kind}_flagged`)],
      [`${kind}_borderline`, nTrue(`is_${kind}_borderline`)],
      [`${kind}_drawn`, nDrawn[kind]],
    ]),
  );
}

/** The wallets with the most signs of an insider as a table, and flags by set in a sentence or two. */
export function describeSigns(signs: WalletSigns): [table: string, sentence: string] {
  const counts = countSigns(signs);
  const top = signs.frame.sort({ by: 'insider_score', descending: true, maintainOrder: true }).head(N_SHOWN);
  const wallets = toTexts(top, 'wallet');
  const rows = (top.toRecords() as Record<string, number | boolean>[]).map((row, i) => [
    `${wallets[i]?.slice(0, 10)}…`,
    Number(row.insider_score).toFixed(3),
    Number(row.insider_p_value).toFixed(5),
    flagWord(row.is_insider_flagged, row.is_insider_borderline),
  ]);
  const flags = KINDS.map(([kind]) => {
    const nBorderline = counts[`${kind}_borderline`];
    const doubt = nBorderline === 0 ? '' : `, ${formatCount(nBorderline)} borderline`;
    return `${formatCount(counts[kind])} ${kind} (${formatCount(counts[`${kind}_drawn`])} wallets drawn${doubt})`;
  });
  const hasDoubt = KINDS.some(([kind]) => counts[`${kind}_borderline`] > 0);
  const meaning = hasDoubt ? ' More drawn wallets might flag a borderline one, or not.' : '';
  return [
    formatTable(['most signs of an insider', 'score', 'p', 'flagged'], rows),
    `Flagged by signs, against made-up wallets drawn in the likeness of all: ${flags.join(', ')}.${meaning}`,
  ];
}

/** A flag in words, and how sure it is. */
export function flagWord(isFlagged: unknown, isBorderline: unknown): string {
  return `${isFlagged === true ? 'yes' : 'no'}${isBorderline === true ? ', borderline' : ''}`;
}
