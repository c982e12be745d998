/** A table in one piece from items of any kind. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { conform, type TableSchema } from './schema.ts';

type Cell = string | number | null;

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
      return typeof cell === 'number' && Number.isNaN(cell) ? null : cell;
    });
    return pl.Series(name, cells, type === 'string' ? pl.Utf8 : pl.Float64);
  });
  return conform(pl.DataFrame(columns), schema);
}
