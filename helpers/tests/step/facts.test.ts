import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFacts, encodeFacts } from '../../step/facts.ts';

test('facts come back from a file as they were: numbers that JSON has no word for, too', () => {
  const facts = { roi: Number.NaN, low: Number.NEGATIVE_INFINITY, rows: [{ n: 1, name: null }], high: Infinity };
  expect(decodeFacts(JSON.parse(JSON.stringify(encodeFacts(facts))))).toEqual(facts);
});

test('typed arrays come back as arrays', () => {
  expect(decodeFacts(encodeFacts({ at: Float64Array.of(0.5, Number.NaN) }))).toEqual({ at: [0.5, Number.NaN] });
});

test('whatever JSON can say comes back as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (facts) => {
      expect(JSON.stringify(decodeFacts(encodeFacts(facts)))).toBe(JSON.stringify(facts));
    }),
    { numRuns: 50 },
  );
});
