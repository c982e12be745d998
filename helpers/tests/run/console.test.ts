import { describe, expect, test, vi } from 'vitest';
import { createLog, formatBytes, formatCount, formatTable, printInputError } from '../../run/console.ts';
import { InputError } from '../../run/errors.ts';

test('no line moves the cursor, changes a colour or turns the direction of text', () => {
  const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const results = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const hostile = 'a\u001b[2Jb\u202ec\u0007\u009b\rd\n\té';
  const log = createLog({ quiet: false });
  log.note(hostile);
  log.warn(hostile);
  log.result(hostile);
  printInputError(new InputError('bad-schema', hostile, hostile));
  const shown = 'a\\u001b[2Jb\\u202ec\\u0007\\u009b\\u000dd\n\té';
  expect(errors.mock.calls.flat()).toEqual([shown, `note: ${shown}`, `error: ${shown}`, `hint:  ${shown}`]);
  expect(results.mock.calls.flat()).toEqual([shown]);
  vi.restoreAllMocks();
});

describe('a table for people', () => {
  test('has its columns as wide as their widest cell, names to the left and numbers to the right', () => {
    const text = formatTable(
      ['wallet', 'fills'],
      [
        ['0xa', 1],
        ['0xabcdef', '1,234'],
      ],
    );
    expect(text.split('\n')).toEqual([
      'wallet    fills', //
      '--------  -----',
      '0xa           1',
      '0xabcdef  1,234',
    ]);
  });

  test.each([
    ['whole', ['1', '23']],
    ['without a leading zero', ['.58', '12']],
    ['signed', ['-1.5', '+2']],
    ['shares', ['3%', '12.5%']],
    ['with an unknown one', ['–', '7']],
    ['with an absent one', ['', '7']],
    ['very small', ['1e-7', '0.25']],
    ['with a factor', ['1.5x', '12x']],
  ])('takes a column for numbers that is %s', (_, values) => {
    const [, , first, second] = formatTable(
      ['a long name', 'z'],
      values.map((value) => [value, 'z']),
    ).split('\n');
    expect([first.indexOf('z'), second.indexOf('z')]).toEqual([13, 13]);
    expect(first.slice(0, 11)).toBe(values[0].padStart(11));
  });

  test.each([
    ['words among numbers', ['1', 'none']],
    ['dates', ['2026-01-08', '2026-01-09']],
    ['dashes', ['-', '-']],
  ])('takes a column of %s for text', (_, values) => {
    const [, , first] = formatTable(
      ['a long name'],
      values.map((value) => [value]),
    ).split('\n');
    expect(first.startsWith(values[0])).toBe(true);
  });

  test('without rows is its header, and no line ends in spaces', () => {
    expect(formatTable(['a', 'b'], [])).toBe('a  b\n-  -');
    for (const line of formatTable(
      ['a', 'b'],
      [
        ['long', 'x'],
        ['y', ''],
      ],
    ).split('\n'))
      expect(line).toBe(line.trimEnd());
  });

  test('keeps every row on one line, whatever a name holds', () => {
    const lines = formatTable(['question'], [['Will it\nrain,\r\n\tagain?'], ['No']]).split('\n');
    expect(lines[2]).toBe('Will it rain, again?');
    expect(lines).toHaveLength(4);
  });

  test('refuses a row that has not one cell for each column', () => {
    expect(() => formatTable(['a', 'b'], [['x']])).toThrow('a row of 1 cells in a table of 2 columns');
  });
});

describe('numbers for people', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1234.6, '1,235'],
    [-1_234_567, '-1,234,567'],
  ])('count %d', (n, text) => expect(formatCount(n)).toBe(text));

  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [2 ** 20 - 1, '1.0 MiB'],
    [5 * 2 ** 40, '5.0 TiB'],
    [2048 * 2 ** 40, '2048.0 TiB'],
  ])('%d bytes', (n, text) => expect(formatBytes(n)).toBe(text));
});
