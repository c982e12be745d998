/** Labels of any kind as numbers from 0, in order of first appearance. */

export interface EncodedLabels<K> {
  /** One code a row: `classes[codes[row]]` is its label. */
  readonly codes: Uint32Array;
  readonly classes: readonly K[];
}

/** @param labels one a row */
export function encodeLabels<K extends string | number>(labels: ArrayLike<K>): EncodedLabels<K> {
  const codeOf = new Map<K, number>();
  const codes = new Uint32Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    let code = codeOf.get(labels[row]);
    if (code === undefined) {
      code = codeOf.size;
      codeOf.set(labels[row], code);
    }
    codes[row] = code;
  }
  return { codes, classes: [...codeOf.keys()] };
}

/** The rows of every group, rising; groups in order of first appearance. */
export function rowsByGroup(groups: ArrayLike<string | number>): Uint32Array[] {
  const { codes, classes } = encodeLabels(groups);
  const rows = classes.map((): number[] => []);
  for (let row = 0; row < codes.length; row++) rows[codes[row]].push(row);
  return rows.map((own) => Uint32Array.from(own));
}
