import { expect, test } from 'vitest';
import { prefetch } from '../../run/prefetch.ts';

async function* count(n: number, asked: number[], failAt = Number.POSITIVE_INFINITY): AsyncGenerator<number> {
  for (let i = 0; i < n; i++) {
    asked.push(i);
    if (i === failAt) throw new Error(`no ${i}`);
    yield i;
  }
}

test('values come in their order, the next one asked for while one is worked on', async () => {
  const asked: number[] = [];
  const seen: number[][] = [];
  for await (const value of prefetch(count(3, asked))) seen.push([value, asked.length]);
  expect(seen).toEqual([
    [0, 2],
    [1, 3],
    [2, 3],
  ]);
});

test('a source that fails fails at its turn, after the values before it', async () => {
  const seen: number[] = [];
  const run = async () => {
    for await (const value of prefetch(count(5, [], 2))) seen.push(value);
  };
  await expect(run()).rejects.toThrow('no 2');
  expect(seen).toEqual([0, 1]);
});

test('a loop that is left early reads one value more and no further', async () => {
  const asked: number[] = [];
  for await (const value of prefetch(count(10, asked))) if (value === 1) break;
  expect(asked).toEqual([0, 1, 2]);
});
