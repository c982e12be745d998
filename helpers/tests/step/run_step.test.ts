import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { publishedSection } from '../../charts/report.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { pl } from '../../polars/polars.ts';
import { loadActiveModel } from '../../registry/active_model.ts';
import { namedCode } from '../../run/code.ts';
import type { Run } from '../../run/script.ts';
import { StatusBoard } from '../../status/board.ts';
import {
  defineStep,
  type InputSpecs,
  ifThere,
  made,
  orSkip,
  type Step,
  skipped,
  withWallets,
} from '../../step/contract.ts';
import { performStep } from '../../step/run_step.ts';
import { columns, type TableSchema } from '../../tables/schema.ts';
import { openTable, readTable, TableWriter } from '../../tables/table_store.ts';
import { newFolder, removeFolders } from '../features/tables.ts';
import { testRun } from '../profit/predictions.ts';
import { refusal, rejection } from '../refusal.ts';

afterAll(removeFolders);

const schemaOf = (name: string, lines = 'n: int64 a number'): TableSchema => ({
  name,
  folder: name,
  what: 'a test',
  madeBy: `make ${name}`,
  columns: columns(lines),
});
const SOURCE = schemaOf('source', 'n: int64 a number\nwallet?: string who');
const DOUBLED = schemaOf('doubled');
const SQUARED = schemaOf('squared');
const TRIPLED = schemaOf('tripled');
const SECTION = { id: 'numbers', order: 10, title: 'Numbers' };
const CARD = { purpose: 'Test.', data: 'none', features: ['n'], split: 'none', metrics: [], limits: [] };

let run: Run;
let printed: string[];
/** How often something was computed, and shown. */
let calls: { computed: number; shown: number };

function writeSource(
  dataDir: string,
  values: readonly number[],
  wallet: string | null = '0xabc',
  schema = SOURCE,
): void {
  const writer = new TableWriter(dataDir, schema);
  const frame = pl.DataFrame(
    { n: [...values], wallet: values.map(() => wallet) },
    { schema: { n: pl.Int64, wallet: pl.Utf8 } },
  );
  writer.addPart('part', frame, null);
  writer.commit([], {
    step: 'test',
    fingerprint: '',
    options: {},
    seed: 1,
    inputs: [],
    rejects: {},
    metrics: {},
    codeHash: '',
    startedMs: 0,
  });
}

const numbers = (schema: TableSchema): number[] =>
  [...readTable(openTable(run.dataDir, schema)).getColumn('n').toArray()].map(Number);

interface Wishes {
  readonly inputs?: InputSpecs;
  readonly word?: string;
  readonly hasModel?: boolean;
  readonly work?: () => void;
}

/** Doubles and squares the numbers of the source, and counts what it does. */
function stepOf({ inputs = { source: SOURCE }, word = 'sum', hasModel = false, work = () => {} }: Wishes = {}): Step {
  return defineStep({
    id: 'detect_archetypes',
    options: {},
    inputs,
    outputs: [DOUBLED, SQUARED],
    ...(hasModel ? { model: 'numbers' } : {}),
    section: SECTION,
    settings: () => ({ factor: 2 }),
    compute: ({ source }, { factor }, ctx) => {
      calls.computed++;
      const values = [...readTable(source!).getColumn('n').toArray()].map(Number);
      if (values.length === 0) return skipped('there is no number');
      const frame = (of: (n: number) => number) => pl.DataFrame({ n: values.map(of) }, { schema: { n: pl.Int64 } });
      const doubled = ctx.writer(DOUBLED);
      doubled.addPart(
        'all',
        frame((n) => factor * n),
        null,
      );
      work();
      return made({
        tables: [[SQUARED, frame((n) => n * n)], doubled],
        ...(hasModel
          ? {
              model: {
                model: { values },
                nRows: values.length,
                published: { 'numbers.txt': values.join() },
                card: CARD,
              },
            }
          : {}),
        facts: { sum: values.reduce((sum, n) => sum + n, 0), ratio: Number.NaN },
      });
    },
    present: (facts) => {
      calls.shown++;
      return { lines: [`${word} ${facts.sum}, ratio ${facts.ratio}`], blocks: [{ kind: 'paragraph', text: word }] };
    },
  });
}

const RUNTIME = {
  executor: () => createExecutor({ engine: 'typescript' }),
  status: new StatusBoard('numbers', 1000),
  close: async () => {},
};
const OPTIONS = { threads: 1 } as unknown as Parameters<typeof performStep>[2];
const perform = (step = stepOf(), own: Partial<Run> = {}, options: object = {}) =>
  performStep(step, { ...run, ...own }, { ...OPTIONS, ...options }, RUNTIME);

beforeEach(() => {
  printed = [];
  calls = { computed: 0, shown: 0 };
  run = { ...testRun('detect_archetypes', newFolder(), printed), modelsDir: newFolder() };
  writeSource(run.dataDir, [1, 2, 3]);
});

describe('a step that has work to do', () => {
  test('commits all its tables, publishes its section and prints its lines', async () => {
    expect(await perform()).toBe('done');
    expect([numbers(DOUBLED), numbers(SQUARED)]).toEqual([
      [2, 4, 6],
      [1, 4, 9],
    ]);
    expect(publishedSection(run.dataDir, 'numbers')?.blocks).toEqual([{ kind: 'paragraph', text: 'sum' }]);
    expect(printed).toEqual(['sum 6, ratio NaN', 'Made: doubled (3 rows), squared']);
  });

  test('shows its facts as they come back from the disk, so that a picture drawn again is the same', async () => {
    await perform();
    rmSync(join(run.dataDir, 'reports'), { recursive: true });
    printed.length = 0;
    expect(await perform()).toBe('up to date');
    expect(calls).toEqual({ computed: 1, shown: 2 });
    expect(printed[0]).toBe('sum 6, ratio NaN');
  });

  test('leaves nothing behind when its computation fails', async () => {
    const fails = stepOf({
      work: () => {
        throw new Error('no memory');
      },
    });
    await expect(perform(fails)).rejects.toThrow('no memory');
    expect(existsSync(join(run.dataDir, 'doubled', 'manifest.json'))).toBe(false);
    expect(readdirSync(join(run.dataDir, 'doubled'))).toEqual([]);
    expect(readdirSync(run.dataDir).filter((file) => file.endsWith('.lock'))).toEqual([]);
  });

  test('is refused while another process makes the same tables', async () => {
    let second: string | undefined;
    const busy = stepOf({ work: () => {} });
    const outer = stepOf();
    const compute = outer.compute;
    const nested = {
      ...outer,
      compute: async (...args: Parameters<typeof compute>) => {
        second = await rejection(() => perform(busy));
        return compute(...args);
      },
    };
    await perform(nested);
    expect(second).toContain('busy: another run');
  });
});

describe('a step whose result is there', () => {
  beforeEach(async () => {
    await perform();
    printed.length = 0;
    calls = { computed: 0, shown: 0 };
  });

  test('computes nothing, draws nothing and says the same', async () => {
    expect(await perform()).toBe('up to date');
    expect(calls).toEqual({ computed: 0, shown: 0 });
    expect(printed).toEqual(['sum 6, ratio NaN', 'Up to date: doubled (3 rows), squared']);
  });

  test('draws the report again, and computes nothing, when only the code that shows it is other', async () => {
    const code = { ...namedCode('test'), presentHash: 'new colour' };
    expect(await perform(stepOf({ word: 'total' }), { code })).toBe('up to date');
    expect(calls).toEqual({ computed: 0, shown: 1 });
    expect(printed[0]).toBe('total 6, ratio NaN');
    expect(publishedSection(run.dataDir, 'numbers')?.blocks).toEqual([{ kind: 'paragraph', text: 'total' }]);
  });

  test.each([
    ['other code computes it', { code: namedCode('mended') }],
    ['the seed is other', { seed: 2 }],
    ['it is forced to', { force: true }],
  ])('computes again when %s', async (_, own) => {
    expect(await perform(stepOf(), own)).toBe('done');
    expect(calls.computed).toBe(1);
  });

  test('computes again when its input is other, or one of its tables is gone', async () => {
    writeSource(run.dataDir, [4]);
    expect(await perform()).toBe('done');
    rmSync(join(run.dataDir, 'squared'), { recursive: true });
    expect(await perform()).toBe('done');
    expect([numbers(DOUBLED), numbers(SQUARED)]).toEqual([[8], [16]]);
  });

  test('is up to date although another version of Polars made it', async () => {
    const path = join(run.dataDir, 'doubled', 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...manifest, versions: { 'nodejs-polars': '0.1.0' }, digest: '' }));
    expect(await perform()).toBe('up to date');
  });

  test('is asked with --check, and does nothing then', async () => {
    expect(await perform(stepOf(), { isCheck: true })).toBe('up to date');
    await expect(perform(stepOf(), { isCheck: true, seed: 2 })).rejects.toThrow();
    expect(calls).toEqual({ computed: 0, shown: 0 });
  });

  test('explains why it is up to date, or which input, setting, seed or code differs', async () => {
    await perform(stepOf(), {}, { explain: true });
    expect(printed.pop()).toContain('up to date');
    writeSource(run.dataDir, [4, 5]);
    const code = { ...namedCode('mended'), files: { 'helpers/a.ts': '1' } };
    await perform(stepOf(), { seed: 2, code }, { explain: true });
    expect(printed).toEqual([
      'detect_archetypes: stale, it would run.',
      '  input source has changed: 3 rows then, 2 now',
      '  seed: 1 then, 2 now',
      '  code has changed; the manifest does not say which file',
    ]);
    expect(calls).toEqual({ computed: 0, shown: 0 });
  });
});

describe('a step with a model', () => {
  const step = () => stepOf({ hasModel: true });
  const published = () => readFileSync(join(run.modelsDir, 'numbers.txt'), 'utf8');

  test('commits the model with the tables and makes it active', async () => {
    await perform(step());
    const { model, folder } = loadActiveModel(run.modelsDir, 'numbers', 'x.ts');
    expect(model).toEqual({ values: [1, 2, 3] });
    expect(openTable(run.dataDir, DOUBLED).manifest.model).toBe(`numbers/${folder.split('/').at(-1)}`);
    expect(published()).toBe('1,2,3');
  });

  test('makes its model active again after other data took its place, and trains nothing', async () => {
    await perform(step());
    const other = { ...run, dataDir: newFolder() };
    writeSource(other.dataDir, [7]);
    await performStep(step(), other, OPTIONS, RUNTIME);
    expect(published()).toBe('7');
    expect(await perform(step())).toBe('up to date');
    expect(calls.computed).toBe(2);
    expect(published()).toBe('1,2,3');
  });

  test('leaves the model alone that another step made of its table, and that step makes its own active again', async () => {
    const final = defineStep({
      ...step(),
      id: 'kmeans_baseline',
      inputs: { made: DOUBLED },
      outputs: [TRIPLED],
      settings: () => ({}),
      compute: ({ made: table }) => {
        const frame = readTable(table);
        const entry = {
          model: { final: true },
          nRows: frame.height,
          published: { 'numbers.txt': 'final' },
          card: CARD,
        };
        return made({ tables: [[TRIPLED, frame]], model: entry, facts: { sum: 0, ratio: 0 } });
      },
      present: () => ({ lines: [] }),
    });
    await perform(step());
    await perform(final);
    const active = loadActiveModel(run.modelsDir, 'numbers', 'x.ts').folder;
    expect(await perform(step())).toBe('up to date');
    expect([published(), loadActiveModel(run.modelsDir, 'numbers', 'x.ts').folder]).toEqual(['final', active]);
    await perform(step(), { force: true });
    expect(published()).toBe('1,2,3');
    expect(await perform(final)).toBe('up to date');
    expect([published(), loadActiveModel(run.modelsDir, 'numbers', 'x.ts').folder]).toEqual(['final', active]);
  });

  test('trains again when the folder of the model is gone', async () => {
    await perform(step());
    rmSync(loadActiveModel(run.modelsDir, 'numbers', 'x.ts').folder, { recursive: true });
    expect(await perform(step())).toBe('done');
  });

  test('replaces a model whole when it is forced to, and leaves no temporary file', async () => {
    await perform(step());
    writeFileSync(join(loadActiveModel(run.modelsDir, 'numbers', 'x.ts').folder, 'stray.json'), '{}');
    await perform(step(), { force: true });
    const { folder } = loadActiveModel(run.modelsDir, 'numbers', 'x.ts');
    expect(readdirSync(folder).sort()).toEqual(['card.md', 'manifest.json', 'metrics.json', 'model.json', 'published']);
    expect(readdirSync(join(run.modelsDir, 'numbers')).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });
});

describe('a step that has nothing to work on', () => {
  test('says why in one line, keeps the active model, and stays in the report with its reason', async () => {
    await perform(stepOf({ hasModel: true }));
    const before = loadActiveModel(run.modelsDir, 'numbers', 'x.ts').folder;
    writeSource(run.dataDir, []);
    printed.length = 0;
    expect(await perform(stepOf({ hasModel: true }))).toBe('skipped');
    expect(printed).toHaveLength(1);
    expect(printed[0]).toMatch(
      /^Nothing to do, skipped: there is no number\. The active model, numbers \w+, stays; it was made with other options or from other data\.$/,
    );
    expect(loadActiveModel(run.modelsDir, 'numbers', 'x.ts').folder).toBe(before);
    expect(JSON.stringify(publishedSection(run.dataDir, 'numbers')?.blocks)).toContain('Skipped: there is no number.');
  });

  test('is skipped where no row names a wallet, or a table is missing without which it is nothing', async () => {
    writeSource(run.dataDir, [1], null);
    expect(await perform(stepOf({ inputs: { source: withWallets(SOURCE) } }))).toBe('skipped');
    expect(await perform(stepOf({ inputs: { source: SOURCE, other: orSkip(SQUARED) } }))).toBe('skipped');
    expect(calls.computed).toBe(0);
    expect(printed[1]).toBe('Nothing to do, skipped: there is no squared; make squared makes it.');
  });

  test('runs without a table that may be missing, and again once it is there', async () => {
    writeSource(run.dataDir, [1, 2]);
    const extra = { ...SOURCE, name: 'extra', folder: 'extra' };
    const step = stepOf({ inputs: { source: SOURCE, extra: ifThere(extra) } });
    expect(await perform(step)).toBe('done');
    expect(await perform(step)).toBe('up to date');
    writeSource(run.dataDir, [3], null, extra);
    expect(await perform(step)).toBe('done');
  });

  test('names the table that it must have, and the command that makes it', async () => {
    const other = schemaOf('missing');
    expect(await rejection(() => perform(stepOf({ inputs: { source: SOURCE, other } })))).toContain(
      'missing-input: table missing',
    );
  });
});

test('a part that is not the file of the manifest is one line, whoever reads it', async () => {
  const [part] = openTable(run.dataDir, SOURCE).manifest.parts;
  const path = join(run.dataDir, 'source', part.file);
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 2)] ^= 1;
  writeFileSync(path, bytes);
  expect(await rejection(() => perform())).toContain(`corrupt-file: ${path} is not the file that the manifest lists`);
  expect(refusal(() => readTable(openTable(run.dataDir, SOURCE)))).toContain('SHA-256 differs');
});
