/** Which wallets get a case file: the flagged ones, then those that rank highest by any detector. */
import type { Explanation, Finding, WalletReasons } from './wallet_reasons.ts';

export interface ChosenWallet {
  /** Row of the profiles. */
  readonly row: number;
  /** What each detector says: flags first, then by rank. */
  readonly findings: readonly (Finding & Explanation)[];
}

function compareFindings(a: Finding, b: Finding): number {
  return Number(b.isFlagged) - Number(a.isFlagged) || a.rank - b.rank;
}

/**
 * The `n` wallets most worth a look: by how many detectors flag them, then by their best rank.
 * @param sources detectors over the same profiles
 */
export function chooseWallets(sources: readonly WalletReasons[], n: number): ChosenWallet[] {
  const rows = new Set(sources.flatMap((source) => source.top(n)));
  const candidates = [...rows].map((row) => {
    const findings = sources.flatMap((source) => source.find(row) ?? []);
    const nFlags = findings.filter(({ isFlagged }) => isFlagged).length;
    return { row, nFlags, bestRank: Math.min(...findings.map(({ rank }) => rank)) };
  });
  const chosen = candidates.sort((a, b) => b.nFlags - a.nFlags || a.bestRank - b.bestRank || a.row - b.row).slice(0, n);
  return chosen.map(({ row }) => {
    const findings = sources.flatMap((source) => {
      const finding = source.find(row);
      return finding === null ? [] : [{ ...finding, ...source.explain(row) }];
    });
    return { row, findings: findings.sort(compareFindings) };
  });
}
