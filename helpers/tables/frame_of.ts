/** A table in one piece from items of any kind. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { toNumbers, toTexts } from './matrix.ts';
import { conform, type TableSchema } from './schema.ts';

type Cell = string | number | boolean | null;

/**
 * One row an item, in their order; NaN becomes null.
 * @param values the value of each column of the schema
 */
export function frameOf<T>(
  schema: TableSchema,
  items: readonly T[],
  values: Readonly<Record<string, (item: T) => Cell>>,
): DataFrame {
  const columns = schema.columns.map(({ name, type }) => {
    const cells = items.map((item) => {
      const cell = values[name](item);
      if (typeof cell === 'boolean') return Number(cell);
      return typeof cell === 'number' && Number.isNaN(cell) ? null : cell;
    });
    return pl.Series(name, cells, type === 'string' ? pl.Utf8 : pl.Float64);
  });
  return conform(pl.DataFrame(columns), schema);
}

/** frameOf for a table that has a row for each wallet of `profiles`, in their order: with its address and T. */
export function walletFrame(
  schema: TableSchema,
  profiles: DataFrame,
  values: Readonly<Record<string, (row: number) => Cell>>,
): DataFrame {
  const [wallets, asOfMs] = [toTexts(profiles, 'wallet'), toNumbers(profiles, 'as_of_ms')];
  const keys = { wallet: (row: number) => wallets[row], as_of_ms: (row: number) => asOfMs[row] };
  return frameOf(schema, [...wallets.keys()], { ...keys, ...values });
}
