import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { doSideBySide, HeldOutput, type Turn } from '../../run/side_by_side.ts';

const tick = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Pieces 0…n−1 that need some of those before them, and how many turns of the event loop each takes. */
const graphs = fc
  .array(fc.record({ needs: fc.array(fc.nat(11), { maxLength: 3 }), nTicks: fc.nat(5), fails: fc.boolean() }), {
    maxLength: 12,
  })
  .map((pieces) => pieces.map(({ needs, ...rest }, i) => ({ i, needs: needs.filter((other) => other < i), ...rest })));

test('every piece is done once, after all that it needs, never more at once than may be, and told of in order', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (pieces, nMax) => {
      const done: number[] = [];
      const told: number[] = [];
      let nRunning = 0;
      const left = await doSideBySide(pieces, {
        nMax: () => nMax,
        needs: (later, earlier) => later.needs.includes(earlier.i),
        work: async ({ i, needs, nTicks }, turn: Turn) => {
          expect(++nRunning).toBeLessThanOrEqual(nMax);
          expect(done).toEqual(expect.arrayContaining(needs));
          turn.onTurn(() => told.push(i));
          for (let k = 0; k < nTicks; k++) await tick();
          done.push(i);
          nRunning--;
          return true;
        },
      });
      expect(left).toEqual([]);
      expect([...done].sort((a, b) => a - b)).toEqual(pieces.map(({ i }) => i));
      expect(told).toEqual(pieces.map(({ i }) => i));
    }),
  );
});

test('after a failure nothing is begun, what runs is ended, and the rest is named in order', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (pieces, nMax) => {
      const begun = new Set<number>();
      const succeeded = new Set<number>();
      let hasFailed = false;
      const left = await doSideBySide(pieces, {
        nMax: () => nMax,
        needs: (later, earlier) => later.needs.includes(earlier.i),
        work: async ({ i, nTicks, fails }) => {
          expect(hasFailed).toBe(false);
          begun.add(i);
          for (let k = 0; k < nTicks; k++) await tick();
          // Known to the others a turn of the event loop later.
          if (fails)
            setImmediate(() => {
              hasFailed = true;
            });
          else succeeded.add(i);
          return !fails;
        },
      });
      expect(left.map(({ i }) => i)).toEqual(pieces.map(({ i }) => i).filter((i) => !succeeded.has(i)));
      if (pieces.every(({ fails }) => !fails)) expect(left).toEqual([]);
    }),
  );
});

test('what is printed before the turn waits in its order, and what comes after goes at once', async () => {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const seen: string[] = [];
  const output = new HeldOutput();
  output.take(out, (chunk) => seen.push(`out ${chunk}`));
  output.take(err, (chunk) => seen.push(`err ${chunk}`));
  for (const [stream, text] of [
    [out, 'a'],
    [err, 'b'],
    [out, 'c'],
  ] as const) {
    stream.write(text);
    await tick();
  }
  expect(seen).toEqual([]);
  output.open();
  expect(seen).toEqual(['out a', 'err b', 'out c']);
  err.write('d');
  await tick();
  expect(seen.at(-1)).toBe('err d');
});

test('a piece that prints more than a mebibyte before its turn waits, and nothing of it is lost', async () => {
  const out = new PassThrough({ highWaterMark: 1 << 16 });
  let nSeen = 0;
  const output = new HeldOutput();
  output.take(out, (chunk) => {
    nSeen += chunk.length;
  });
  const block = Buffer.alloc(1 << 16, 'x');
  let nWritten = 0;
  for (; nWritten < 64 && out.writableLength < 1 << 16; nWritten++) {
    out.write(block);
    await tick();
  }
  expect(nWritten).toBeLessThan(24);
  output.open();
  out.end();
  await new Promise((done) => out.on('end', done));
  expect(nSeen).toBe(nWritten * block.length);
});
