/** What is said of raw files: the options of 00-3, which every command that runs the graph takes too. */
import type { OptionSpecs, OptionValues } from '../run/options.ts';
import type { TradeContext } from '../venues/adapter.ts';
import { MAPPED_FIELDS } from '../venues/column_mapping.ts';
import { ADAPTERS } from '../venues/formats.ts';
import { TimeZone } from '../venues/values/time_zone.ts';
import type { StagingLimits } from './staging.ts';

export const IMPORT_WHAT = 'What to read';
const MEANING = 'What it means';

/** The role of a Data API file's rows by the word of --role. */
const DATA_API_ROLES = { taker: 'taker', maker: 'maker', unknown: null } as const;

export const IMPORT_OPTIONS = {
  format: {
    type: 'string',
    choices: ADAPTERS.map((adapter) => adapter.format),
    describe: 'force a format (default: recognised by the columns)',
    group: IMPORT_WHAT,
  },
  columns: {
    type: 'string',
    describe:
      `what the columns of any other file mean: field=Column, field=Column[unit] or field:constant, separated by commas. ` +
      `Fields: ${Object.keys(MAPPED_FIELDS).join(', ')}. Needed: time, side, two of price, shares and amount (in USD, else ` +
      '[cents], [percent], [micro] or a number), and token or market with outcome; market=@file where the name of the file is ' +
      'that of the market. Example: "time=Timestamp,wallet=Account,side=Type,outcome=Outcome,shares=Shares,price=Price[cents],market=@file"',
    group: IMPORT_WHAT,
  },
  strict: {
    type: 'boolean',
    default: false,
    describe: 'refuse files of a folder that hold no data, instead of leaving them out',
    group: IMPORT_WHAT,
  },
  'block-mib': {
    type: 'number',
    default: 64,
    describe: 'text held in memory at once, MiB',
    range: { from: 0.0001, to: 1e4, unit: 'MiB' },
    group: IMPORT_WHAT,
  },
  role: {
    choices: Object.keys(DATA_API_ROLES) as (keyof typeof DATA_API_ROLES)[],
    default: 'unknown' as keyof typeof DATA_API_ROLES,
    describe:
      'what the wallets of a file without roles were: a Data API download with takerOnly=true (its default) is `taker`',
    group: MEANING,
  },
  'time-zone': {
    type: 'string',
    describe: 'zone of times that come without one, for example America/New_York (default: UTC)',
    group: MEANING,
  },
  'duplicate-rows': {
    formerName: 'repeats',
    choices: ['keep', 'drop'] as const,
    default: 'keep' as 'keep' | 'drop',
    describe: 'identical rows within one file: separate fills, or one',
    group: MEANING,
  },
} as const satisfies OptionSpecs;

/** What an import is told. */
export interface ImportOptions {
  /** Format name, or null to go by the columns. */
  readonly format: string | null;
  /** What the columns of files mean, as --columns has it; null to go by the columns. */
  readonly columns: string | null;
  /** Whether a file without data of a known format is refused, and not left out. */
  readonly isStrict: boolean;
  readonly context: TradeContext;
  /** Whether identical rows of one file are one fill. */
  readonly dropDuplicateRows: boolean;
  /** Text held in memory at once, in bytes. */
  readonly blockBytes: number;
  readonly limits?: StagingLimits;
}

/** The options of a command as what the import is told. @throws InputError for a zone that does not exist */
export function importOptionsOf(values: OptionValues<typeof IMPORT_OPTIONS, never>): ImportOptions {
  const zone = values['time-zone'];
  return {
    format: values.format ?? null,
    columns: values.columns ?? null,
    isStrict: values.strict,
    context: { dataApiRole: DATA_API_ROLES[values.role], timeZone: zone === undefined ? null : new TimeZone(zone) },
    dropDuplicateRows: values['duplicate-rows'] === 'drop',
    blockBytes: values['block-mib'] * 2 ** 20,
  };
}

/** What decides the meaning of rows, as it stands in the manifest. */
export function meaningOf({ columns, dropDuplicateRows, context }: ImportOptions): Record<string, string | null> {
  return {
    duplicate_rows: dropDuplicateRows ? 'drop' : 'keep',
    role: context.dataApiRole,
    time_zone: context.timeZone?.name ?? null,
    columns,
  };
}
