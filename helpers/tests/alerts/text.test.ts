import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine, escapeMarkdown, fitLine } from '../../alerts/text.ts';

describe('cleanLine', () => {
  it('removes control, invisible and bidirectional characters and makes one line', () => {
    expect(cleanLine('  Will\u202e it\u0000 \r\n rain\u2028today\u200b?\u2066 \ud800 ')).toBe('Will it rain today?');
  });

  it('keeps emoji of several characters and writing that needs joiners', () => {
    expect(cleanLine('👩‍👩‍👧 می‌خواهم')).toBe('👩‍👩‍👧 می‌خواهم');
  });
});

/** Any UTF-16 code unit; pairs of surrogates, halves of them, marks and markdown come up often. */
const codeUnit = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }),
  fc.integer({ min: 0xd800, max: 0xdfff }),
  fc.constantFrom(0x301, 0x200d, 0x2a, 0x5c, 0x40),
);

describe('fitLine', () => {
  it('leaves a line alone that fits exactly', () => {
    expect(fitLine('abcde', 5)).toBe('abcde');
  });

  it('cuts before a visible character that would not fit as a whole', () => {
    // The family is 8 code units long: a limit of 9 has no room for it and the ellipsis after "ab".
    expect(fitLine('ab👩‍👩‍👧cd', 9)).toBe('ab…');
    expect(fitLine('ab👩‍👩‍👧cd', 11)).toBe('ab👩‍👩‍👧…');
  });

  it('never leaves half of an escape at the end', () => {
    expect(fitLine('a*b', 4, escapeMarkdown)).toBe('a\\*b');
    expect(fitLine('a**b', 4, escapeMarkdown)).toBe('a\\*…');
    expect(fitLine('a**b', 3, escapeMarkdown)).toBe('a…');
  });

  it('drops a letter with thousands of marks piled on it', () => {
    expect(fitLine(`a${'z'.padEnd(5000, '\u0301')}b`, 100)).toBe('ab');
  });

  it('holds its limit and gives well-formed text for any text and limit', () => {
    fc.assert(
      fc.property(fc.array(codeUnit), fc.nat(60), (codes, lengthMax) => {
        const text = String.fromCharCode(...codes);
        const line = fitLine(text, lengthMax, escapeMarkdown);
        expect(line.length).toBeLessThanOrEqual(lengthMax);
        expect(line).not.toMatch(/\p{Cs}|[\r\n]/u);
        expect(line).toBe(line.trim());
      }),
    );
  });
});

describe('escapeMarkdown', () => {
  it('takes the meaning from mentions, links, emphasis, headings and custom emoji', () => {
    expect(escapeMarkdown('@everyone')).toBe('\\@everyone');
    expect(escapeMarkdown('<@1> <#2> <:a:3>')).toBe('\\<\\@1\\> \\<\\#2\\> \\<\\:a\\:3\\>');
    expect(escapeMarkdown('[x](https://e.org)')).toBe('\\[x\\]\\(https\\:\\/\\/e.org\\)');
    expect(escapeMarkdown('**||`_~')).toBe('\\*\\*\\|\\|\\`\\_\\~');
  });
});
