/** Hoare's selection (1961), for trees that cut rows at the median. */

/** Rearranges keys (and `order` with them) in left..right so that the lowest come before position `k` (Hoare 1961). */
export function selectLowest(keys: Float32Array, order: Uint32Array, left: number, right: number, k: number): void {
  while (left < right) {
    const pivot = middleOf(keys[left], keys[(left + right) >> 1], keys[right]);
    let i = left;
    let j = right;
    while (i <= j) {
      while (keys[i] < pivot) i++;
      while (keys[j] > pivot) j--;
      if (i > j) break;
      const key = keys[i];
      keys[i] = keys[j];
      keys[j] = key;
      const row = order[i];
      order[i++] = order[j];
      order[j--] = row;
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else return;
  }
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
