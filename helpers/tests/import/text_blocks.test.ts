import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastLineEnd, type TextPiece, textBlocks } from '../../import/text_blocks.ts';

const line = fc.string({ maxLength: 30 }).map((text) => text.replaceAll('\n', ' '));

/** Pieces that share one memory, as those of a reading thread do: each is written over when the next one is asked for. */
async function* piecesOf(text: Buffer, lengths: readonly number[]): AsyncGenerator<TextPiece> {
  const memory = Buffer.alloc(Math.max(...lengths));
  for (let from = 0, i = 0; from < text.length; i++) {
    const bytes = memory.subarray(0, Math.min(lengths[i % lengths.length], text.length - from));
    text.copy(bytes, 0, from);
    from += bytes.length;
    yield { bytes, isPlain: true };
    memory.fill('#');
  }
}

describe('textBlocks', () => {
  it('gives every byte once, in blocks that end where a line ends, however the text comes in pieces', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.boolean(),
        lengths,
        fc.integer({ min: 1, max: 100 }),
        async (lines, hasMark, sizes, blockBytes) => {
          const text = Buffer.from(lines.join('\n'));
          const marked = hasMark ? Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]) : text;
          // A mark that comes in two pieces is no mark.
          const wholeMark = sizes.map((size) => size + 3);
          const blocks: Buffer[] = [];
          for await (const { bytes } of textBlocks(piecesOf(marked, wholeMark), 'a file', { blockBytes }, lastLineEnd))
            blocks.push(Buffer.from(bytes));
          expect(Buffer.concat(blocks).toString()).toBe(text.toString());
          for (const block of blocks.slice(0, -1)) expect(block.at(-1)).toBe(10);
        },
      ),
      { numRuns: 300 },
    );
  });
});
