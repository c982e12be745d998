/** What a misspelt word was meant to be. */

/** Slips that are forgiven: one, or one for every so many letters. */
const LETTERS_PER_SLIP = 3;

/** Letters to insert, delete, change or swap with their neighbour (optimal string alignment) until `a` is `b`. */
function countSlips(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : i)),
  );
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const changed = rows[i - 1][j - 1] + (isSame ? 0 : 1);
      rows[i][j] = Math.min(changed, rows[i - 1][j] + 1, rows[i][j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}

/** The word of `known` that `word` is most likely to stand for, or null when it is far from all of them. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const near = known
    .map((candidate) => ({ candidate, nSlips: countSlips(word, candidate) }))
    .filter(({ candidate, nSlips }) => nSlips <= Math.max(1, Math.floor(candidate.length / LETTERS_PER_SLIP)));
  return near.sort((a, b) => a.nSlips - b.nSlips)[0]?.candidate ?? null;
}
