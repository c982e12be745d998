import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readStepCode, type StepCode } from '../../run/code.ts';

let root: string;
const SCRIPT = '1_chapter/01_step.ts';

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const read = (): Promise<StepCode> => readStepCode(SCRIPT, root);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spyhop-code-'));
  write(SCRIPT, "import { a } from '../helpers/a.ts';\nimport { show } from '../helpers/a_report.ts';\nshow(a);\n");
  write(
    'helpers/a.ts',
    "import type { B } from './b.ts';\nimport { run } from './parallel/executor.ts';\nexport const a: B = run(2);\n",
  );
  write('helpers/b.ts', 'export type B = number;\n');
  write('helpers/a_report.ts', "import { bar } from './charts/bar.ts';\nexport const show = (n: number) => bar(n);\n");
  write('helpers/charts/bar.ts', 'export const bar = (n: number) => `blue ${n}`;\n');
  write(
    'helpers/parallel/executor.ts',
    "export const run = (n: number) => new URL('./worker.cjs', import.meta.url) && n;\n",
  );
  write('helpers/parallel/worker.cjs', 'module.exports = 1;\n');
  write('helpers/kernels/sum/sum.as.ts', '// adds\n@inline\nfunction add(a: f64, b: f64): f64 { return a + b; }\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the code of a step', () => {
  test('is the script, what it imports, the workers it starts and the sources of the kernels', async () => {
    const { files, hasKernels } = await read();
    expect(Object.keys(files)).toEqual([
      SCRIPT,
      'helpers/a.ts',
      'helpers/kernels/sum/sum.as.ts',
      'helpers/parallel/executor.ts',
      'helpers/parallel/worker.cjs',
    ]);
    expect(hasKernels).toBe(true);
  });

  test('has the sources of the kernels although only the runtime knows what runs them', async () => {
    write(SCRIPT, "import { sum } from '../helpers/kernels/sum/sum.ts';\nsum();\n");
    write('helpers/kernels/sum/sum.ts', 'export const sum = () => 1;\n');
    const { files, hasKernels } = await read();
    expect(Object.keys(files)).toContain('helpers/kernels/sum/sum.as.ts');
    expect(Object.keys(files)).toContain('helpers/parallel/worker.cjs');
    expect(hasKernels).toBe(true);
  });

  test('has the numbers that it reads from a JSON file beside it', async () => {
    write('helpers/a.ts', "export const a = read(new URL('./numbers.json', import.meta.url));\n");
    write('helpers/numbers.json', '[1]');
    const before = await read();
    write('helpers/numbers.json', '[2]');
    expect((await read()).hash).not.toBe(before.hash);
  });

  test('has no kernels where it only draws numbers or holds matrices', async () => {
    write(SCRIPT, "import { draw } from '../helpers/kernels/random.ts';\ndraw();\n");
    write('helpers/kernels/random.ts', 'export const draw = () => 4;\n');
    expect((await read()).hasKernels).toBe(false);
  });

  test.each([
    [
      'a line of a computation',
      'helpers/a.ts',
      "import { run } from './parallel/executor.ts';\nexport const a = run(3);\n",
    ],
    [
      'a line of a WebAssembly kernel',
      'helpers/kernels/sum/sum.as.ts',
      'function add(a: f64, b: f64): f64 { return b - a; }\n',
    ],
    ['a worker', 'helpers/parallel/worker.cjs', 'module.exports = 2;\n'],
    ['the WebAssembly that was built', 'helpers/kernels/build/kernels.wasm', '\0asm another'],
    ['another WebAssembly source', 'helpers/kernels/new.as.ts', 'export function one(): i32 { return 1; }\n'],
  ])('is other code after a change of %s', async (_, path, text) => {
    const before = await read();
    write(path, text);
    expect((await read()).hash).not.toBe(before.hash);
  });

  test.each([
    [
      'a comment',
      'helpers/a.ts',
      "/** New words. */\nimport { run } from './parallel/executor.ts';\n// more\nexport const a = run(2);\n",
    ],
    ['a type', 'helpers/b.ts', 'export type B = number | string;\n'],
    [
      'a comment of a kernel',
      'helpers/kernels/sum/sum.as.ts',
      '/* sums */\n@inline\nfunction add(a: f64, b: f64): f64 {\n  return a + b; // fast\n}\n',
    ],
  ])('is the same code after a change of %s', async (_, path, text) => {
    const before = await read();
    write(path, text);
    expect((await read()).hash).toBe(before.hash);
    expect((await read()).presentHash).toBe(before.presentHash);
  });

  test.each([
    ['the colour of a chart', 'helpers/charts/bar.ts', 'export const bar = (n: number) => `red ${n}`;\n'],
    [
      'the words of a report',
      'helpers/a_report.ts',
      "import { bar } from './charts/bar.ts';\nexport const show = (n: number) => `so ${bar(n)}`;\n",
    ],
  ])('computes the same but presents otherwise after a change of %s', async (_, path, text) => {
    const before = await read();
    write(path, text);
    const after = await read();
    expect(after.hash).toBe(before.hash);
    expect(after.presentHash).not.toBe(before.presentHash);
  });
});
