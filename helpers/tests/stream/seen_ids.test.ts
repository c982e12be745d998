import { expect, test } from 'vitest';
import { SeenIds } from '../../stream/seen_ids.ts';

const uuid = (i: number): string =>
  `kalshi ${i.toString(16).padStart(8, '0')}-aaaa-4bbb-8ccc-${(i * 7919).toString(16).padStart(12, '0')}`;

test('knows each of 200,000 ids again, and takes no other for one of them', () => {
  const seen = new SeenIds(1_000_000);
  for (let i = 0; i < 200_000; i++) if (!seen.add(uuid(i))) throw new Error(`${i} is new`);
  for (let i = 0; i < 200_000; i++) if (seen.add(uuid(i))) throw new Error(`${i} is known`);
  for (let i = 200_000; i < 400_000; i++) if (!seen.add(uuid(i))) throw new Error(`${i} is new`);
  expect(seen.size).toBe(400_000);
});

test('forgets the oldest, and never fewer than it must keep', () => {
  const seen = new SeenIds(100);
  for (let i = 0; i < 1000; i++) seen.add(uuid(i));
  expect(seen.size).toBeLessThanOrEqual(200);
  expect(Array.from({ length: 100 }, (_, i) => seen.has(uuid(900 + i)))).not.toContain(false);
  expect(seen.has(uuid(0))).toBe(false);
});

test('put back from what was kept it knows the same ids', () => {
  const [first, second] = [new SeenIds(100, true), new SeenIds(100)];
  for (let i = 0; i < 1000; i++) {
    first.add(uuid(i));
    if (i % 37 !== 0) continue;
    second.restore(first.generation, first.unkept());
    first.kept();
  }
  second.restore(first.generation, first.unkept());
  for (let i = 850; i < 1000; i++) expect([i, second.has(uuid(i))]).toEqual([i, true]);
  expect(second.has(uuid(0))).toBe(false);
});

test('keeps nothing to be saved where nobody saves it', () => {
  const seen = new SeenIds(100);
  for (let i = 0; i < 1000; i++) seen.add(uuid(i));
  expect(seen.unkept()).toHaveLength(0);
});
