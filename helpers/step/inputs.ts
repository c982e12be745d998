/** Opens the tables that a step reads, or says why there is nothing for it to do. */
import { type LazyDataFrame, pl } from '../polars/polars.ts';
import { readPartsSync } from '../tables/read_parts.ts';
import type { TableSchema } from '../tables/schema.ts';
import { openTable, openTableIfThere, type Table } from '../tables/table_store.ts';
import type { InputSpec, InputSpecs, OpenInputs, Skipped } from './contract.ts';
import { skipped } from './contract.ts';

/** Why a table of fills may name no wallet. */
const WHY = 'Kalshi publishes no account ids';

/** Whether some row has a wallet; looks no further than the first part that has one. */
function namesWallets(table: Table): boolean {
  const query = (rows: LazyDataFrame) => rows.select(pl.col('wallet').count().alias('n'));
  for (const counts of readPartsSync(table, { query })) if (Number(counts.getColumn('n').get(0)) > 0) return true;
  return false;
}

function isSpec(input: TableSchema | InputSpec): input is InputSpec {
  return 'schema' in input;
}

function open(dataDir: string, input: TableSchema | InputSpec): Table | null | Skipped {
  if (!isSpec(input)) return openTable(dataDir, input);
  const { schema, skipWithout, mayLack } = input;
  const table = skipWithout || mayLack ? openTableIfThere(dataDir, schema) : openTable(dataDir, schema);
  if (table === null && skipWithout) return skipped(`there is no ${schema.folder}; ${schema.madeBy} makes it`);
  if (table === null || input.needsWallets !== true || namesWallets(table)) return table;
  return skipped(`no row of ${schema.folder} names a wallet (${WHY})`);
}

/**
 * The tables of a step by name, or why it has nothing to do.
 * @throws InputError 'missing-input' when a table has not been made, 'bad-schema' when another version of the code made it
 */
export function openInputs<I extends InputSpecs>(dataDir: string, specs: I): OpenInputs<I> | Skipped {
  const opened: Record<string, Table | null> = {};
  // A table that must be there is an error before another one is a reason to skip.
  const canSkip = (spec: TableSchema | InputSpec): number => (isSpec(spec) && spec.skipWithout === true ? 1 : 0);
  for (const [name, spec] of Object.entries(specs).sort(([, a], [, b]) => canSkip(a) - canSkip(b))) {
    const table = open(dataDir, spec);
    if (table !== null && 'kind' in table) return table;
    opened[name] = table;
  }
  return opened as OpenInputs<I>;
}

export function isSkipped<I extends InputSpecs>(inputs: OpenInputs<I> | Skipped): inputs is Skipped {
  return inputs.kind === 'skipped';
}
