import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InputError } from '../../run/errors.ts';
import { parseChunk, parseMoment, parseOptions, wordsFor } from '../../run/options.ts';
import { refusal, rejection } from '../refusal.ts';

const SPECS = {
  input: { type: 'array', string: true, demandOption: true },
  size: { type: 'number', default: 3 },
  mode: { choices: ['a', 'b'] as const, default: 'a' as const },
} as const;

async function parse(...words: string[]): Promise<unknown> {
  try {
    const { input, size, mode, quiet } = await parseOptions(['--input', 'x', ...words], 'usage', SPECS);
    return { input, size, mode, quiet };
  } catch (error) {
    if (error instanceof InputError) return `${error.tag}: ${error.message}`;
    throw error;
  }
}
const PLAIN = { input: ['x'], size: 3, mode: 'a', quiet: false };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-options-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('options that are not as by default are the words of a command line again, in their order', async () => {
  const specs = { ...SPECS, strict: { type: 'boolean', default: false }, zone: { type: 'string' } } as const;
  const words = ['--size', '4', '--strict', '--zone', 'Europe/Paris'];
  const given = await parseOptions(
    ['--input', 'x', '--zone', 'Europe/Paris', '--strict', '--size', '4'],
    'usage',
    specs,
  );
  const { input: _, ...own } = specs;
  expect(wordsFor(own, given)).toEqual(words);
  expect(wordsFor(own, await parseOptions(['--input', 'x'], 'usage', specs))).toEqual([]);
});

describe('options', () => {
  test('defaults stand where nothing is said', async () => {
    expect(await parse()).toEqual(PLAIN);
  });

  test('a list may be given at once or word by word, and no word of it is lost', async () => {
    expect(await parse('y', '--input', 'z')).toEqual({ ...PLAIN, input: ['x', 'y', 'z'] });
  });

  test.each([
    [['--nope'], 'bad-option: --nope is no option'],
    [['--nope-dir', 'x'], 'bad-option: --nope-dir is no option'],
    [['--nope', '--neither=1'], 'bad-option: --nope, --neither are no options'],
    [['--size', '1', '--size', '2'], 'bad-option: --size was given more than once'],
    [['--size', 'x'], 'bad-option: --size needs a number'],
    [['--size'], 'bad-option: --size needs a value'],
    [['--size='], 'bad-option: --size is empty'],
    [['--data-dir'], 'bad-option: --data-dir needs a value'],
    [['--threads', '0'], 'bad-option: --threads 0: it must be a whole number of at least 1'],
    [['--quiet=maybe'], 'bad-option: --quiet=maybe: --quiet takes no value'],
    [['--force=yes'], 'bad-option: --force=yes: --force takes no value'],
    [['--no-quiet'], 'bad-option: --no-quiet is no option'],
    [['--quiet', 'yes'], 'bad-option: "yes" is no option'],
    [['--mode', 'c'], 'bad-option: --mode "c" is none of a, b'],
  ])('%j is refused in one line', async (words, message) => {
    expect(await parse(...words)).toBe(message);
  });

  test('a command that is no step has only the common options that it names', async () => {
    const { quiet, ...others } = await parseOptions(['--quiet'], 'usage', {}, ['quiet']);
    expect(quiet).toBe(true);
    expect(others).not.toHaveProperty('seed');
    for (const words of [['--seed', '2'], ['--threads', '2'], ['--check']])
      expect(await rejection(() => parseOptions(words, 'usage', {}, ['quiet']))).toBe(
        `bad-option: ${words[0]} is no option`,
      );
  });

  test('a config file wins over defaults, and the command line over it', async () => {
    const path = join(folder, 'c.json');
    writeFileSync(path, '{"size": 7, "mode": "b"}');
    expect(await parse('--config', path)).toEqual({ ...PLAIN, size: 7, mode: 'b' });
    expect(await parse('--config', path, '--size', '9')).toEqual({ ...PLAIN, size: 9, mode: 'b' });
    writeFileSync(path, '{"quiet": true}');
    expect(await parse('--config', path)).toEqual({ ...PLAIN, quiet: true });
    expect(await parse('--config', path, '--quiet=false')).toEqual(PLAIN);
  });

  test.each([
    ['{"nope": 1}', /^bad-option: --nope is no option/],
    ['{"size": "x"}', /^bad-option: --size needs a number/],
    ['{"quiet": "no"}', /^bad-option: --quiet needs true or false, not "no"/],
    ['{"size": null}', /^bad-option: --size needs a number, not null/],
    ['{"dataDir": {}}', /^bad-option: --data-dir needs a word, not {}/],
    ['{"mode": null}', /^bad-option: --mode needs a word, not null/],
    ['[1]', /^bad-option: --config .* does not hold a JSON object/],
    ['{', /^bad-option: --config .* cannot be read as JSON/],
  ])('a config file of %s is refused', async (text, message) => {
    const path = join(folder, 'c.json');
    writeFileSync(path, text);
    expect(await parse('--config', path)).toMatch(message);
  });

  test.each([
    ['--sise', 'did you mean --size? see --help for the options'],
    ['--date-dir', 'did you mean --data-dir? see --help for the options'],
    ['--thread', 'did you mean --threads? see --help for the options'],
    ['--nonsense', 'see --help for the options'],
  ])('%s is answered with the option that it is near to, if there is one', async (word, hint) => {
    const thrown = await parseOptions([word, '1'], 'usage', { size: SPECS.size }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ hint });
  });

  test.each([
    [['--size', '4', '--mode', 'b'], 'accepted'],
    [['--near', '1', '--mode', 'b'], 'accepted'],
    [['--near', '1', '--far'], 'accepted'],
    [['--near', '1'], 'bad-option: --near has no effect without --mode b or --far'],
    [['--near', '0.5'], 'bad-option: --near has no effect without --mode b or --far'],
    [['--near', '1', '--far=false'], 'bad-option: --near has no effect without --mode b or --far'],
    [['--far', '--size', '4'], 'bad-option: --size has no effect beside --far'],
  ])('of %j none is ignored', async (words, outcome) => {
    const specs = {
      size: SPECS.size,
      mode: SPECS.mode,
      near: { type: 'number', default: 0.5, onlyWith: { mode: 'b', far: true } },
      far: { type: 'boolean', default: false, excludes: ['size'] },
    } as const;
    expect(await rejection(() => parseOptions(words, 'usage', specs))).toBe(outcome);
    const path = join(folder, 'c.json');
    writeFileSync(path, '{"near": 1}');
    expect(await rejection(() => parseOptions(['--config', path], 'usage', specs))).toContain('--near has no effect');
  });

  test('a former name of an option is read with one warning, on the command line and in a config file', async () => {
    const warned = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const specs = { 'new-name': { type: 'string', default: 'a', formerName: 'old-name' } } as const;
    const path = join(folder, 'c.json');
    writeFileSync(path, '{"oldName": "d"}');
    const given: unknown[] = [];
    for (const words of [['--old-name', 'b'], ['--old-name=c'], ['--config', path], ['--new-name', 'e']])
      given.push((await parseOptions(words, 'usage', specs))['new-name']);
    expect(given).toEqual(['b', 'c', 'd', 'e']);
    expect(warned.mock.calls.flat()).toEqual([
      'note: --old-name is now --new-name; the old name will not be read by the next version',
      'note: --old-name is now --new-name; the old name will not be read by the next version',
      `note: "oldName" in ${path} is now "new-name"; the old name will not be read by the next version`,
    ]);
    warned.mockRestore();
  });

  test('moments are days, times or ms, all in UTC, and 30 February is none', () => {
    expect(parseMoment('as-of', '2026-01-09')).toBe(Date.UTC(2026, 0, 9));
    expect(parseMoment('as-of', '2026-01-09T12:30:00Z')).toBe(Date.UTC(2026, 0, 9, 12, 30));
    expect(parseMoment('as-of', '1767916800000')).toBe(1_767_916_800_000);
    for (const text of ['2100-01-01', '17679168000000'])
      expect(refusal(() => parseMoment('as-of', text))).toBe(`bad-option: --as-of ${text} lies after the year 2099`);
    for (const text of ['2026-02-30', 'soon', '2026-1-9'])
      expect(refusal(() => parseMoment('as-of', text))).toBe(`bad-option: --as-of ${text} is not a time`);
  });

  test('chunks count from one to their number', () => {
    expect(parseChunk('chunk', '2/8')).toEqual({ chunk: 2, nChunks: 8 });
    for (const text of ['0/8', '9/8', '2', 'a/b'])
      expect(refusal(() => parseChunk('chunk', text))).toBe(`bad-option: --chunk ${text} is not a chunk`);
  });
});
