/** Every import format, and how a file is recognised: by its columns. */
import { InputError } from '../run/errors.ts';
import { shellWord } from '../run/whole_commands.ts';
import type { Adapter, BlockAdapter } from './adapter.ts';
import { columnsHint, plainName } from './column_guess.ts';
import { KALSHI_MARKETS } from './kalshi/markets.ts';
import { KALSHI_FEED, KALSHI_INTEGER, KALSHI_REST } from './kalshi/trades.ts';
import { ARCHIVE_FPMM_TRADES } from './polymarket/fpmm.ts';
import {
  ARCHIVE_MARKETS,
  CLOB_MARKETS,
  GAMMA_MARKETS,
  POLY_DATA_CLOB_MARKETS,
  POLY_DATA_MARKETS,
} from './polymarket/markets.ts';
import { ARCHIVE_ORDER_FILLED, POLY_DATA_ORDER_FILLED } from './polymarket/order_filled.ts';
import { ORDER_FILLED_V2 } from './polymarket/order_filled_v2.ts';
import { DATA_API_V1, DATA_API_V2, POLY_DATA_TRADES, POLYMARKET_FEED } from './polymarket/trades.ts';

/** prediction-market-analysis `polymarket/blocks`: when each block was made. */
const ARCHIVE_BLOCKS: BlockAdapter = {
  kind: 'blocks',
  format: 'archive_polymarket_blocks',
  what: 'prediction-market-analysis polymarket/blocks',
  venue: 'polymarket',
  required: ['block_number', 'timestamp'],
  optional: [],
  foreign: ['transactionHash', 'tx_hash', 'logIndex', 'event'],
};

/** Every format; where a file could be several, the first counts. */
export const ADAPTERS: readonly Adapter[] = [
  POLY_DATA_ORDER_FILLED,
  POLY_DATA_TRADES,
  DATA_API_V1,
  DATA_API_V2,
  ARCHIVE_ORDER_FILLED,
  ORDER_FILLED_V2,
  ARCHIVE_FPMM_TRADES,
  KALSHI_REST,
  KALSHI_INTEGER,
  KALSHI_FEED,
  POLYMARKET_FEED,
  GAMMA_MARKETS,
  POLY_DATA_CLOB_MARKETS,
  CLOB_MARKETS,
  POLY_DATA_MARKETS,
  ARCHIVE_MARKETS,
  KALSHI_MARKETS,
  ARCHIVE_BLOCKS,
];

/** What a file is, and which of its columns is which of the format's. */
export interface FileFormat {
  readonly adapter: Adapter;
  /** What the format calls a column of the file; null for one that it does not use. */
  nameOf(column: string): string | null;
}

/** Names of a format by how files may spell them. */
function spellingsOf({ required, optional, aliases = {} }: Adapter): ReadonlyMap<string, string> {
  const known = [...required, ...optional];
  return new Map([
    ...Object.entries(aliases).map(([alias, name]) => [plainName(alias), name] as const),
    ...known.map((name) => [plainName(name), name] as const),
  ]);
}

/**
 * A format for a file with these columns. A column of the very name goes before one that is spelt otherwise, and what the
 * user says goes before both.
 * @param told columns of the file by what the format calls them
 */
function formatOf(adapter: Adapter, columns: readonly string[], told: ReadonlyMap<string, string>): FileFormat {
  const own = new Set([...adapter.required, ...adapter.optional]);
  const spellings = spellingsOf(adapter);
  const byUser = new Map([...told].map(([name, column]) => [column, name]));
  const taken = new Set([...told.keys(), ...columns.filter((column) => own.has(column))]);
  const known = new Map<string, string | null>();
  const find = (column: string): string | null => {
    const name = byUser.get(column);
    if (name !== undefined) return name;
    if (own.has(column)) return told.has(column) ? null : column;
    const meant = spellings.get(plainName(column)) ?? null;
    if (meant === null || taken.has(meant)) return null;
    taken.add(meant);
    return meant;
  };
  const nameOf = (column: string): string | null => {
    let name = known.get(column);
    if (name === undefined) {
      name = find(column);
      if (known.size < COLUMNS_KNOWN_MAX) known.set(column, name);
    }
    return name;
  };
  for (const column of columns) nameOf(column);
  return { adapter, nameOf };
}

/** Rows of JSON may have keys of any number. */
const COLUMNS_KNOWN_MAX = 10_000;

interface Candidate {
  readonly format: FileFormat;
  readonly missing: readonly string[];
  /** Columns of the file that the format uses. */
  readonly nUsed: number;
  /** Those of them that are spelt as the format spells them. */
  readonly nExact: number;
  /** Whether all that the format requires are spelt so. */
  readonly isExact: boolean;
}

function candidate(adapter: Adapter, columns: readonly string[], told: ReadonlyMap<string, string>): Candidate {
  const format = formatOf(adapter, columns, told);
  const used = columns.flatMap((column) => format.nameOf(column) ?? []);
  const found = new Set(used);
  const missing = adapter.required.filter((name) => !found.has(name));
  const nExact = [...found].filter((name) => columns.includes(name)).length;
  const isExact = adapter.required.every((name) => columns.includes(name));
  return { format, missing, nUsed: found.size, nExact, isExact };
}

/** What a file may have been meant to be: the format that uses most of its columns, half of its own at least. */
function nearest(candidates: readonly Candidate[]): Candidate | null {
  const near = candidates.filter(
    ({ missing, format }) => missing.length > 0 && missing.length * 2 < format.adapter.required.length,
  );
  return near.reduce<Candidate | null>((best, one) => (best === null || one.nUsed > best.nUsed ? one : best), null);
}

function lackOf(path: string, columns: readonly string[], { format, missing }: Candidate): InputError {
  const { adapter } = format;
  const unused = columns.filter((column) => format.nameOf(column) === null);
  const names = missing.map((name) => `${name}=${unused.length === 1 ? unused[0] : '…'}`).join(',');
  return new InputError(
    'bad-schema',
    `${path} lacks column ${missing.join(', ')} of ${adapter.format}, the nearest format (${adapter.what})`,
    unused.length === 0
      ? 'fetch the file again'
      : `if it has that under another name (it also has ${shown(unused)}), add --format ${adapter.format} --columns ${shellWord(names)}; else fetch the file again`,
  );
}

const NAMES_MAX = 12;
const shown = (columns: readonly string[]): string =>
  `${columns.slice(0, NAMES_MAX).join(', ')}${columns.length > NAMES_MAX ? ', …' : ''}`;

/** @throws InputError 'bad-option' for a name that is no format */
export function findAdapter(name: string): Adapter {
  const adapter = ADAPTERS.find(({ format }) => format === name);
  if (adapter !== undefined) return adapter;
  throw new InputError(
    'bad-option',
    `--format ${name} is not a format`,
    `one of ${ADAPTERS.map(({ format }) => format).join(', ')}`,
  );
}

/**
 * A file read as a format that the user names.
 * @param told columns of the file by what the format calls them, where it calls them otherwise
 * @throws InputError 'bad-schema' naming the missing columns
 */
export function forceFormat(
  path: string,
  columns: readonly string[],
  adapter: Adapter,
  told: ReadonlyMap<string, string>,
): FileFormat {
  const { format, missing } = candidate(adapter, columns, told);
  if (missing.length === 0) return format;
  throw new InputError(
    'bad-schema',
    `${path} lacks column ${missing.join(', ')} of ${adapter.format}`,
    `it has ${columns.join(', ')}`,
  );
}

/**
 * The format of a file, by its columns: the one that uses most of them, then the one that spells them as the venue does, then
 * the earlier one. A format that uses few columns of a file is not taken for it while another lacks one and spells more of them.
 * @throws InputError 'bad-schema' naming the nearest format and what it lacks
 */
export function recogniseFormat(path: string, columns: readonly string[]): FileFormat {
  const candidates = ADAPTERS.map((adapter) => candidate(adapter, columns, new Map()));
  const names = new Set(columns.map(plainName));
  const isForeign = ({ format: { adapter } }: Candidate): boolean =>
    adapter.kind === 'blocks' && adapter.foreign.some((name) => names.has(plainName(name)));
  const complete = candidates.filter((one) => one.missing.length === 0 && !isForeign(one));
  const most = Math.max(...complete.map(({ nUsed }) => nUsed));
  const fullest = complete.filter(({ nUsed }) => nUsed === most);
  const found = fullest.find(({ isExact }) => isExact) ?? fullest[0];
  const near = nearest(candidates);
  if (found !== undefined && (near === null || near.nExact <= found.nUsed)) return found.format;
  if (near !== null) throw lackOf(path, columns, near);
  throw new InputError(
    'bad-schema',
    `${path} is no format that can be imported (columns ${shown(columns)})`,
    columnsHint(columns),
  );
}
