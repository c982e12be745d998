import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { createMatrix } from '../../kernels/matrix.ts';
import { summarizeColumns } from '../../kernels/statistics/column_summary.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { PROJECT_ROOT } from '../../run/code.ts';

describe('executor', () => {
  test('arrays are zeroed, aligned, and reused after their scope', () => {
    const executor = createExecutor({ engine: 'wasm' });
    const first = executor.scope(() => {
      const array = executor.float64(10);
      array.fill(3);
      return array.byteOffset;
    });
    executor.scope(() => {
      const bytes = executor.uint8(3);
      const array = executor.float32(7);
      expect(bytes.byteOffset).toBe(first);
      expect(array.byteOffset % 64).toBe(0);
      expect([...bytes, ...array]).toEqual(new Array(10).fill(0));
    });
  });

  test('a scope frees its memory when its work throws', () => {
    const executor = createExecutor({ engine: 'wasm' });
    const offsetOfNext = (): number => executor.scope(() => executor.uint8(1).byteOffset);
    const before = offsetOfNext();
    expect(() =>
      executor.scope(() => {
        executor.float64(1000);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(offsetOfNext()).toBe(before);
  });

  test('arrays made before the memory grew see what is written after', () => {
    const executor = createExecutor({ engine: 'wasm', nThreads: 2 });
    executor.scope(() => {
      const early = executor.float32(4);
      const late = executor.float32(50_000_000);
      late[49_999_999] = 1;
      early[3] = 2;
      const matrix = createMatrix(early, 1, 4);
      expect(summarizeColumns(executor, matrix)[3].max).toBe(2);
      expect(late[49_999_999]).toBe(1);
    });
    executor.close();
  });

  test('more than the memory can hold is one clear error, and the executor lives on', () => {
    const executor = createExecutor({ engine: 'wasm' });
    expect(() => executor.float64(2 ** 30)).toThrow(/needs 81\d\d MiB of kernel memory, the limit is \d+ MiB/);
    expect(executor.float64(8).length).toBe(8);
  });

  test('thread counts outside 1..256 are rejected', () => {
    for (const nThreads of [0, -1, 1.5, 257, Number.NaN]) {
      expect(() => createExecutor({ nThreads })).toThrow(/threads must be an integer/);
    }
  });

  test('a kernel that does not exist and a foreign array are our own bugs', () => {
    const executor = createExecutor({ engine: 'wasm' });
    const missing = { name: 'noSuchKernel', run: () => {} };
    expect(() => executor.dispatch(missing, 1)).toThrow(/no kernel "noSuchKernel"/);
    expect(() => executor.dispatch(missing, 1, new Float32Array(1))).toThrow(/did not allocate/);
  });

  test('dispatchBeside does the work on the side once, and what that throws leaves the threads in order', () => {
    const kernel = { name: 'infinityChunk', run: () => {} };
    for (const executor of [createExecutor({ engine: 'wasm', nThreads: 2 }), createExecutor({ engine: 'wasm' })]) {
      executor.scope(() => {
        const values = executor.float32(64);
        const found = executor.uint8(4);
        values[20] = Infinity;
        let nCalls = 0;
        executor.dispatchBeside(() => nCalls++, kernel, 4, values, 64, 16, found);
        expect(nCalls).toBe(1);
        expect([...found]).toEqual([0, 1, 0, 0]);
        const stop = (): void => {
          throw new Error('stop');
        };
        expect(() => executor.dispatchBeside(stop, kernel, 4, values, 64, 16, found)).toThrow('stop');
        values[63] = -Infinity;
        executor.dispatch(kernel, 4, values, 64, 16, found);
        expect([...found]).toEqual([0, 1, 0, 1]);
      });
      executor.close();
    }
  });

  test('a trap in any thread reaches the caller, and the next dispatch works', () => {
    const executor = createExecutor({ engine: 'wasm', nThreads: 2 });
    const kernel = { name: 'columnSummaryChunk', run: () => {} };
    const beyond = 4_294_900_000;
    expect(() => executor.dispatch(kernel, 50, beyond, 1_000_000, 1, 1000, beyond)).toThrow();
    const matrix = createMatrix(Float32Array.of(1, 2), 2, 1);
    expect(summarizeColumns(executor, matrix)[0].sum).toBe(3);
    executor.close();
  });

  test('ten thousand short dispatches in a row lose and repeat no task', () => {
    const executor = createExecutor({ engine: 'wasm', nThreads: 4 });
    const kernel = { name: 'columnSummaryChunk', run: () => {} };
    executor.scope(() => {
      const values = executor.place(Float32Array.from({ length: 7 }, (_, i) => i + 1));
      const partials = executor.float64(7 * 4);
      let total = 0;
      for (let repeat = 0; repeat < 10_000; repeat++) {
        partials.fill(0);
        executor.dispatch(kernel, 7, values, 7, 1, 1, partials);
        for (let i = 0; i < 7; i++) total += partials[i * 4 + 3];
      }
      expect(total).toBe(28 * 10_000);
    });
    executor.close();
  });

  test('without WebAssembly one line says why, the reference kernels run, and a forced engine is rejected', () => {
    const reasons: string[] = [];
    const onFallback = (reason: string): void => {
      reasons.push(reason);
    };
    expect(createExecutor({ onFallback }).engine).toBe('wasm');
    expect(createExecutor({ engine: 'typescript', onFallback }).engine).toBe('typescript');
    expect(reasons).toEqual([]);
    vi.stubGlobal('WebAssembly', undefined);
    try {
      const executor = createExecutor({ nThreads: 2, onFallback });
      expect([executor.engine, executor.nThreads]).toEqual(['typescript', 1]);
      expect(summarizeColumns(executor, createMatrix(Float32Array.of(1, 2), 2, 1))[0].sum).toBe(3);
      expect(() => createExecutor({ engine: 'wasm', onFallback })).toThrow(
        /not built, or this machine cannot run them/,
      );
    } finally {
      vi.unstubAllGlobals();
    }
    expect(reasons).toEqual([expect.stringMatching(/^the WebAssembly kernels are not built, .*run: npm run prepare$/)]);
  });

  test('a process with worker threads ends by itself', () => {
    // A path put together, as knip takes all exports of a file for used that a URL names.
    const module = join(PROJECT_ROOT, 'helpers/parallel/executor.ts');
    const script = `import(${JSON.stringify(module)}).then((m) => { m.createExecutor({ nThreads: 3 }); console.log('made'); })`;
    const run = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], { timeout: 20_000, encoding: 'utf8' });
    expect({ status: run.status, stdout: run.stdout.trim() }).toEqual({ status: 0, stdout: 'made' });
  });
});
