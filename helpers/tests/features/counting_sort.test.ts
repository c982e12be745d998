import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countingSort } from '../../features/counting_sort.ts';

test('rows come by their numbers, those of one number in the order in which they were', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9)), (numbers) => {
      const { rows, starts } = countingSort(Uint32Array.from(numbers), 10);
      const sorted = [...numbers.keys()].sort((a, b) => numbers[a] - numbers[b]);
      expect([...rows]).toEqual(sorted);
      expect(starts.length).toBe(11);
      for (let number = 0; number < 10; number++)
        expect([...rows.subarray(starts[number], starts[number + 1])]).toEqual(
          sorted.filter((row) => numbers[row] === number),
        );
    }),
  );
});
