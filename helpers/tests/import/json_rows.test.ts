import { afterAll, describe, expect, it } from 'vitest';
import { openRows } from '../../import/row_blocks.ts';
import { makeSandbox } from './sandbox.ts';

const sandbox = makeSandbox();
afterAll(() => sandbox.remove());

/** Several MiB, as a file comes in pieces of one. */
const ROWS = Array.from({ length: 30_000 }, (_, i) => ({ id: `row ${i}`, text: 'x'.repeat(100 + (i % 50)) }));

async function idsOf(path: string, blockBytes: number): Promise<string[]> {
  const { blocks } = await openRows(path, blockBytes, null);
  const ids: string[] = [];
  for await (const { frame } of blocks) ids.push(...(frame.getColumn('id').toArray() as string[]));
  return ids;
}

describe('jsonBlocks', () => {
  it('reads one array that is longer than a block as it stands, and lines as they come', async () => {
    const expected = ROWS.map(({ id }) => id);
    const array = sandbox.write('array.json', JSON.stringify(ROWS, null, 1));
    const lines = sandbox.write('lines.jsonl', ROWS.map((row) => JSON.stringify(row)).join('\n'));
    for (const blockBytes of [1000, 1 << 20, 1 << 24]) {
      expect(await idsOf(array, blockBytes)).toEqual(expected);
      expect(await idsOf(lines, blockBytes)).toEqual(expected);
    }
  });

  it('takes a first line that is no JSON for one bad line of many', async () => {
    const path = sandbox.write('spoilt.jsonl', `{"id": "lost\n{"id":"kept"}\n`);
    expect(await idsOf(path, 1000)).toEqual(['kept']);
  });
});
