import { describe, expect, test } from 'vitest';
import { encodeLabels, rowsByGroup } from '../../evaluate/encode_labels.ts';

describe('label encoder', () => {
  test('numbers labels from 0 by first appearance, texts and numbers apart', () => {
    const { codes, classes } = encodeLabels(['b', 'a', 'b', 1, '1', 1]);
    expect([...codes]).toEqual([0, 1, 0, 2, 3, 2]);
    expect(classes).toEqual(['b', 'a', 1, '1']);
    expect(encodeLabels([])).toEqual({ codes: new Uint32Array(0), classes: [] });
  });

  test('lists the rows of each group, rising, groups by first appearance', () => {
    expect(rowsByGroup([7, 3, 7, 7, 3]).map((rows) => [...rows])).toEqual([
      [0, 2, 3],
      [1, 4],
    ]);
  });
});
