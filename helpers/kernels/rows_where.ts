/** Rows that a condition holds for. */

/** Numbers of those of `n` rows for which the condition holds, rising; without a JavaScript value for each. */
export function rowsWhere(n: number, holds: (row: number) => boolean): Uint32Array {
  const rows = new Uint32Array(n);
  let nKept = 0;
  for (let row = 0; row < n; row++) if (holds(row)) rows[nKept++] = row;
  return rows.slice(0, nKept);
}
