/** The rows of every group, groups in order of first appearance. */

export interface GroupIndex {
  keys: (string | number)[];
  /** rows[g] are the row indices of keys[g], rising. */
  rows: Uint32Array[];
}

/** @param groups one key per row */
export function groupIndex(groups: ArrayLike<string | number>): GroupIndex {
  const rowsOf = new Map<string | number, number[]>();
  for (let i = 0; i < groups.length; i++) {
    const rows = rowsOf.get(groups[i]);
    if (rows === undefined) rowsOf.set(groups[i], [i]);
    else rows.push(i);
  }
  return { keys: [...rowsOf.keys()], rows: Array.from(rowsOf.values(), (rows) => Uint32Array.from(rows)) };
}
