/** Rows of 14_wallet_signs: every set of signs scored, calibrated against drawn wallets and flagged. */
import { benjaminiHochberg } from '../evaluate/multiple_testing.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { toTexts } from '../tables/matrix.ts';
import { type DataFrame, pl } from '../tables/polars.ts';
import { conform } from '../tables/schema.ts';
import { WALLET_SIGNS } from '../tables/schemas.ts';
import { copulaPValues } from './copula_calibration.ts';
import { INSIDER_COPULA_DEGREES, SignDetector, type SignSetName } from './signs.ts';

const GAUSSIAN = Number.POSITIVE_INFINITY;
/** Kind of wallet, its signs, and the degrees of the copula that calibrates them. */
const KINDS = [
  ['insider', 'insider_signs', INSIDER_COPULA_DEGREES],
  ['whale', 'whale_signs', GAUSSIAN],
  ['wash', 'wash_signs', GAUSSIAN],
  ['copy', 'copy_signs', GAUSSIAN],
] as const satisfies readonly (readonly [string, SignSetName, number])[];
const N_REASONS = 3;
const N_SHOWN = 5;

/** The table: one row per wallet, in the order of the profiles, of which there is at least one. */
export function signsFrame(profiles: DataFrame, fdr: number, seed: number): DataFrame {
  const columns = KINDS.flatMap(([kind, name, degrees]) => {
    const detector = SignDetector.fit(profiles, name);
    const ranks = detector.ranks(profiles);
    const scores = detector.scoreRanks(ranks);
    const { pValues } = copulaPValues(ranks, (rows) => detector.scoreRanks(rows), fdr, degrees, seed);
    const flags = benjaminiHochberg(pValues, fdr).rejected;
    const reasons = Array.from(flags, (flag, row) =>
      flag === 1 ? detector.reasons(ranks, row).slice(0, N_REASONS) : [],
    );
    return [
      pl.Series(`${kind}_score`, Array.from(scores), pl.Float64),
      pl.Series(`${kind}_p_value`, Array.from(pValues), pl.Float64),
      pl.Series(
        `is_${kind}_flagged`,
        Array.from(flags, (flag) => flag === 1),
        pl.Bool,
      ),
      ...(kind === 'insider'
        ? Array.from({ length: N_REASONS }, (_, n) =>
            pl.Series(
              `insider_reason_${n + 1}`,
              reasons.map((list) => list[n]?.name ?? null),
              pl.Utf8,
            ),
          )
        : []),
    ];
  });
  return conform(profiles.select('wallet', 'as_of_ms').withColumns(...columns), WALLET_SIGNS);
}

/** Wallets flagged by each set. */
export function countSigns(frame: DataFrame): Record<string, number> {
  return Object.fromEntries(
    KINDS.map(([kind]) => [kind, frame.filter(pl.col(`is_${kind}_flagged`).eq(pl.lit(true))).height]),
  );
}

/** The wallets with the most signs of an insider as a table, and flags by set in a sentence. */
export function describeSigns(frame: DataFrame): [table: string, sentence: string] {
  const counts = countSigns(frame);
  const top = frame.sort({ by: 'insider_score', descending: true, maintainOrder: true }).head(N_SHOWN);
  const wallets = toTexts(top, 'wallet');
  const rows = (top.toRecords() as Record<string, number | boolean>[]).map((row, i) => [
    `${wallets[i]?.slice(0, 10)}…`,
    Number(row.insider_score).toFixed(3),
    Number(row.insider_p_value).toFixed(5),
    row.is_insider_flagged === true ? 'yes' : 'no',
  ]);
  return [
    formatTable(['most signs of an insider', 'score', 'p', 'flagged'], rows),
    `Flagged by signs: ${KINDS.map(([kind]) => `${formatCount(counts[kind])} ${kind}`).join(', ')}.`,
  ];
}
