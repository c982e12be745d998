/** The one place that loads Polars, so that its thread count is fixed first and a missing binary gets a clear line. */
import '../run/env.ts';
import { createRequire } from 'node:module';
import { InputError } from '../run/errors.ts';

type Polars = typeof import('nodejs-polars')['default'];

function load(): Polars {
  try {
    return createRequire(import.meta.url)('nodejs-polars');
  } catch (error) {
    throw new InputError(
      'missing-dependency',
      `the native library of nodejs-polars does not load on ${process.platform}-${process.arch}, Node ${process.version}`,
      'run `npm ci` again on this machine (0.24.1 ships binaries for Node 20; newer versions ask for Node 22)',
      { cause: error },
    );
  }
}

export const pl: Polars = load();

export type { DataFrame, Expr, LazyDataFrame } from 'nodejs-polars';
