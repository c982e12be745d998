import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openJournal } from '../../run/journal.ts';
import { refusal } from '../refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ENTRY = { schema: z.object({ n: z.number() }), lost: 'the numbers' };
let nFiles = 0;
const freshPath = (): string => join(folder, `${nFiles++}`, 'journal.jsonl');

/** What is in the file as the next process reads it. */
function reread(path: string): { n: number }[] {
  const { journal, entries } = openJournal(path, ENTRY);
  journal.close();
  return entries;
}

describe('a journal', () => {
  it('gives back what was added, in order, also after it was replaced and added to', () => {
    const path = freshPath();
    const { journal, entries } = openJournal(path, ENTRY);
    expect(entries).toEqual([]);
    journal.append([{ n: 1 }, { n: 2 }]);
    journal.append([{ n: 3 }]);
    expect(reread(path)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    journal.replace([{ n: 3 }]);
    journal.append([{ n: 4 }]);
    expect(journal.nBytes).toBe(readFileSync(path).length);
    journal.close();
    expect(reread(path)).toEqual([{ n: 3 }, { n: 4 }]);
  });

  it('cut off at any byte keeps its whole lines and goes on from there', () => {
    const path = freshPath();
    const { journal } = openJournal(path, ENTRY);
    journal.append([{ n: 10 }, { n: 200 }, { n: 3000 }]);
    journal.close();
    const bytes = readFileSync(path);
    for (let length = 0; length <= bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      const nWhole = bytes.subarray(0, length).toString().split('\n').length - 1;
      const { journal: again, entries } = openJournal(path, ENTRY);
      expect(entries).toEqual([{ n: 10 }, { n: 200 }, { n: 3000 }].slice(0, nWhole));
      again.append([{ n: 5 }]);
      again.close();
      expect(reread(path)).toEqual([...entries, { n: 5 }]);
    }
  });

  it('with a damaged line in it is refused by the number of the line, and left as it is', () => {
    const path = freshPath();
    openJournal(path, ENTRY).journal.close();
    appendFileSync(path, '{"n":1}\n{"m":2}\n{"n":3}\n');
    const before = readFileSync(path);
    expect(refusal(() => openJournal(path, ENTRY))).toBe(`corrupt-file: line 2 of ${path} cannot be read`);
    expect(readFileSync(path)).toEqual(before);
  });
});
