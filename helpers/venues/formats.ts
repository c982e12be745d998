/** Every import format, and how a file is recognised: by its columns. */
import { InputError } from '../run/errors.ts';
import type { Adapter, BlockAdapter } from './adapter.ts';
import { KALSHI_MARKETS } from './kalshi/markets.ts';
import { KALSHI_INTEGER, KALSHI_REST } from './kalshi/trades.ts';
import { ARCHIVE_FPMM_TRADES } from './polymarket/fpmm.ts';
import { ARCHIVE_MARKETS, GAMMA_MARKETS, POLY_DATA_CLOB_MARKETS, POLY_DATA_MARKETS } from './polymarket/markets.ts';
import { ARCHIVE_ORDER_FILLED, POLY_DATA_ORDER_FILLED } from './polymarket/order_filled.ts';
import { DATA_API_V1, DATA_API_V2, POLY_DATA_TRADES } from './polymarket/trades.ts';

/** prediction-market-analysis `polymarket/blocks`: when each block was made. */
const ARCHIVE_BLOCKS: BlockAdapter = {
  kind: 'blocks',
  format: 'archive_polymarket_blocks',
  what: 'prediction-market-analysis polymarket/blocks',
  venue: 'polymarket',
  required: ['block_number', 'timestamp'],
  optional: [],
};

/** Formats with more columns first: the first whose required columns are all there is taken. */
export const ADAPTERS: readonly Adapter[] = [
  POLY_DATA_ORDER_FILLED,
  POLY_DATA_TRADES,
  DATA_API_V1,
  DATA_API_V2,
  ARCHIVE_ORDER_FILLED,
  ARCHIVE_FPMM_TRADES,
  KALSHI_REST,
  KALSHI_INTEGER,
  GAMMA_MARKETS,
  POLY_DATA_CLOB_MARKETS,
  POLY_DATA_MARKETS,
  ARCHIVE_MARKETS,
  KALSHI_MARKETS,
  ARCHIVE_BLOCKS,
];

/** Columns that alone are enough to guess what a file was meant to be, for the error message. */
function nearest(columns: ReadonlySet<string>): { adapter: Adapter; missing: string[] } | null {
  let best: { adapter: Adapter; missing: string[] } | null = null;
  for (const adapter of ADAPTERS) {
    const missing = adapter.required.filter((name) => !columns.has(name));
    if (missing.length * 2 >= adapter.required.length) continue;
    if (best === null || missing.length < best.missing.length) best = { adapter, missing };
  }
  return best;
}

/**
 * The format of a file.
 * @param forced a format's name, or null to go by the columns
 * @throws InputError 'bad-schema' naming the missing column
 */
export function recogniseFormat(path: string, columns: readonly string[], forced: string | null): Adapter {
  const found = new Set(columns);
  if (forced !== null) {
    const adapter = ADAPTERS.find((a) => a.format === forced);
    if (adapter === undefined)
      throw new InputError(
        'bad-option',
        `--format ${forced} is not a format`,
        `one of ${ADAPTERS.map((a) => a.format).join(', ')}`,
      );
    const missing = adapter.required.filter((name) => !found.has(name));
    if (missing.length > 0)
      throw new InputError(
        'bad-schema',
        `${path} lacks column ${missing.join(', ')} of ${forced}`,
        `it has ${columns.join(', ')}`,
      );
    return adapter;
  }
  const exact = ADAPTERS.find((adapter) => adapter.required.every((name) => found.has(name)));
  if (exact !== undefined) return exact;
  const near = nearest(found);
  if (near !== null)
    throw new InputError(
      'bad-schema',
      `${path} lacks column ${near.missing.join(', ')} (it looks like ${near.adapter.what})`,
      'fetch the file again, or force another --format',
    );
  throw new InputError(
    'bad-schema',
    `${path} is no format that can be imported (columns ${columns.slice(0, 12).join(', ')})`,
    `known: ${ADAPTERS.map((a) => a.what).join('; ')}`,
  );
}
