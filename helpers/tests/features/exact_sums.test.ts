import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExactSums } from '../../features/exact_sums.ts';

/** Whole numbers that doubles hold exactly, from small ones to a trillion USD in millionths. */
const amount = fc.oneof(fc.nat(10), fc.nat(1e9), fc.maxSafeNat(), fc.constantFrom(2 ** 52, 2 ** 53, 1e18));
const addition = fc.record({ row: fc.nat(3), column: fc.nat(1), a: amount, b: fc.option(amount) });

test('sums and sums of products are those of whole numbers of any size, brought into 64 bits', () => {
  fc.assert(
    fc.property(fc.array(addition, { maxLength: 200 }), (additions) => {
      const sums = new ExactSums(['x', 'y']);
      sums.makeRoom(1);
      sums.makeRoom(4);
      const exact = new Array<bigint>(8).fill(0n);
      for (const { row, column, a, b } of additions) {
        const at = 2 * row + column;
        if (b === null) sums.add(at, a);
        else sums.addProduct(at, a, b);
        exact[at] += BigInt(a) * BigInt(b ?? 1);
      }
      sums.columns(Uint32Array.of(3, 0, 2)).forEach((series, column) => {
        const wanted = [3, 0, 2].map((row) => BigInt.asIntN(64, exact[2 * row + column]));
        expect([...(series.toTypedArray() as unknown as BigInt64Array)]).toEqual(wanted);
      });
    }),
  );
});

test('a total is the double nearest to the exact sum', () => {
  const sums = new ExactSums(['x'], 1);
  let exact = 0n;
  for (let i = 0; i < 2000; i++) {
    sums.add(0, Number.MAX_SAFE_INTEGER - i);
    exact += BigInt(Number.MAX_SAFE_INTEGER - i);
    expect(sums.total(0)).toBe(Number(exact));
  }
});

test('signed sums are exact too, whichever way they go', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), amount), { maxLength: 200 }), (additions) => {
      const sums = new ExactSums(['x'], 1);
      let exact = 0n;
      for (const [isNegative, value] of additions) {
        sums.addSigned(0, isNegative ? -value : value);
        exact += isNegative ? -BigInt(value) : BigInt(value);
      }
      expect(sums.columns(Uint32Array.of(0))[0].toTypedArray()[0]).toBe(BigInt.asIntN(64, exact));
      expect(sums.doubles()[0]).toBe(Number(exact));
    }),
  );
});
