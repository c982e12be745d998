/** --columns: what the columns of a file mean, told by the user, so that any CSV, JSON or Parquet of trades can be imported. */
import { basename, dirname } from 'node:path';
import { type Expr, pl } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import type { Adapter, FillExpressions, TradeAdapter, TradeContext } from './adapter.ts';
import type { Venue } from './fees.ts';
import { emptyToNull, type FillValues } from './values/fill_values.ts';
import { toMicro } from './values/number.ts';
import { outcomeIndex, outcomeOf } from './values/words.ts';

/** What a column or a constant can be, and what it means. */
export const MAPPED_FIELDS = {
  time: 'time of the fill',
  wallet: 'account, 0x and 40 digits',
  side: 'buy or sell',
  price: 'USD per share',
  shares: 'shares',
  amount: 'USD paid or received, before fees',
  fee: 'USD',
  token: 'token id of the outcome',
  market: 'condition id, Gamma id, slug or question; ticker on Kalshi',
  outcome: 'name of the outcome, or 0 or 1',
  role: 'maker or taker',
  tx: 'transaction hash or trade id',
  event: 'event that the market belongs to',
  title: 'question of the market',
  venue: 'polymarket or kalshi; a constant',
} as const;

export type Field = keyof typeof MAPPED_FIELDS;

/** Units of numbers, in USD or shares. */
const UNITS: Readonly<Record<string, number>> = { usd: 1, cents: 0.01, percent: 0.01, micro: 1e-6 };
const NUMBERS: ReadonlySet<string> = new Set(['price', 'shares', 'amount', 'fee']);

/** Names of the file that stand for a constant. */
const FILE_NAME = '@file';
const FOLDER_NAME = '@folder';

export interface ColumnMapping {
  /** Column of the file by field, or by what a forced format calls it. */
  readonly columns: ReadonlyMap<string, string>;
  readonly constants: ReadonlyMap<string, string>;
  /** USD or shares in one unit of a field. */
  readonly units: ReadonlyMap<string, number>;
}

const EXAMPLE =
  'for example --columns "time=Timestamp,wallet=Account,side=Type,outcome=Outcome,amount=Amount,shares=Shares,market:will-it-rain"';

function badMapping(problem: string, hint = EXAMPLE): InputError {
  return new InputError('bad-option', `--columns ${problem}`, hint);
}

/** `field=Column`, `field=Column[unit]` or `field:constant`, parted by commas; a column in double quotes may hold any character. */
const ENTRY = /^\s*([a-z_]\w*)\s*(?:=\s*(?:"([^"]*)"|([^",[\]]+?))\s*(?:\[([^\]]*)\])?|:\s*([^",]+?))\s*(?:,|$)/i;

/**
 * Reads --columns.
 * @param adapter the format that --format forces, whose columns are then named; null for the fields of MAPPED_FIELDS
 * @throws InputError 'bad-option' saying what cannot be understood
 */
export function parseColumns(text: string, adapter: Adapter | null): ColumnMapping {
  const columns = new Map<string, string>();
  const constants = new Map<string, string>();
  const units = new Map<string, number>();
  const known: readonly string[] =
    adapter === null ? Object.keys(MAPPED_FIELDS) : [...adapter.required, ...adapter.optional];
  for (let rest = text; rest.trim() !== ''; ) {
    const match = ENTRY.exec(rest);
    if (match === null) throw badMapping(`cannot be understood from "${rest.slice(0, 40)}" on`);
    const [all, field, quoted, plain, unit, constant] = match;
    rest = rest.slice(all.length);
    if (!known.includes(field)) throw badMapping(`has ${field}, which is none of ${known.join(', ')}`);
    if (columns.has(field) || constants.has(field)) throw badMapping(`has ${field} twice`);
    const column = quoted ?? plain;
    if (constant !== undefined) constants.set(field, constant);
    else if (column === FILE_NAME || column === FOLDER_NAME) constants.set(field, column);
    else columns.set(field, column);
    if (unit !== undefined) units.set(field, unitOf(field, unit));
  }
  if (adapter !== null && (constants.size > 0 || units.size > 0))
    throw badMapping('can only name columns beside --format', 'leave --format out to give constants and units');
  if (adapter === null) checkFields(new Set([...columns.keys(), ...constants.keys()]), constants);
  return { columns, constants, units };
}

function unitOf(field: string, text: string): number {
  const unit = UNITS[text.trim().toLowerCase()] ?? Number(text);
  if (!NUMBERS.has(field)) throw badMapping(`gives ${field} a unit`, `only ${[...NUMBERS].join(', ')} have one`);
  if (!(unit > 0 && Number.isFinite(unit)))
    throw badMapping(`gives ${field} the unit ${text}`, `write one of ${Object.keys(UNITS).join(', ')}, or a number`);
  return unit;
}

function checkFields(given: ReadonlySet<string>, constants: ReadonlyMap<string, string>): void {
  for (const field of ['time', 'side'] as const) if (!given.has(field)) throw badMapping(`lacks ${field}`);
  if (!given.has('token') && !(given.has('market') && given.has('outcome')))
    throw badMapping('lacks token, or market and outcome');
  if (['price', 'shares', 'amount'].filter((field) => given.has(field)).length < 2)
    throw badMapping('lacks two of price, shares and amount');
  const venue = constants.get('venue') ?? 'polymarket';
  if (given.has('venue') && !constants.has('venue'))
    throw badMapping('must give venue as a constant', 'write venue:kalshi');
  if (venue !== 'polymarket' && venue !== 'kalshi')
    throw badMapping(`has venue ${venue}`, 'it is polymarket or kalshi');
}

/**
 * The format of one file whose columns the user has told. Its columns are called by the fields of MAPPED_FIELDS.
 * @param path the file, for constants that are its name
 */
export function mappedAdapter(mapping: ColumnMapping, path: string): TradeAdapter {
  const { columns, constants } = mapping;
  const venue = (constants.get('venue') ?? 'polymarket') as Venue;
  const has = (field: Field): boolean => columns.has(field) || constants.has(field);
  return {
    kind: 'trades',
    format: 'columns',
    what: 'columns named with --columns',
    venue,
    hasWallets: has('wallet'),
    required: [...columns.keys()],
    optional: [],
    timeColumn: 'time',
    statesAmount: has('price') && has('shares') && has('amount'),
    fills: (read, context) => fillsOf(new MappedValues(mapping, path, read), venue, context),
  };
}

/** Reads fields, whether a column or a constant gives them; a field that is not given is null. */
class MappedValues {
  constructor(
    private readonly mapping: ColumnMapping,
    private readonly path: string,
    private readonly read: FillValues,
  ) {}

  has(field: Field): boolean {
    return this.mapping.columns.has(field) || this.mapping.constants.has(field);
  }

  private constant(field: Field): string | null {
    const value = this.mapping.constants.get(field) ?? null;
    if (value === FILE_NAME) return basename(this.path).replace(/(\.(csv|tsv|json|jsonl|ndjson|parquet|gz))+$/i, '');
    return value === FOLDER_NAME ? basename(dirname(this.path)) : value;
  }

  private column(field: Field, read: (name: string) => Expr): Expr {
    return this.mapping.columns.has(field) ? read(field) : pl.lit(this.constant(field)).cast(pl.Utf8);
  }

  text(field: Field): Expr {
    return this.column(field, (name) => emptyToNull(this.read.text(name)));
  }

  number(field: Field): Expr | null {
    if (!this.has(field)) return null;
    const value = this.mapping.columns.has(field) ? this.read.number(field) : pl.lit(Number(this.constant(field)));
    const unit = this.mapping.units.get(field) ?? 1;
    return unit === 1 ? value : value.mul(pl.lit(unit));
  }

  side(): Expr {
    if (this.mapping.columns.has('side')) return this.read.side('side');
    return pl.lit(this.constant('side')?.toUpperCase() ?? null);
  }

  /** The number of an outcome, and its name where no number is told. */
  outcome(): { index: Expr; name: Expr } {
    const text = this.text('outcome');
    if (!this.mapping.columns.has('outcome')) {
      const isIndex = /^[01]$/.test(this.constant('outcome') ?? '');
      return { index: isIndex ? text.cast(pl.Int64) : pl.lit(null).cast(pl.Int64), name: text };
    }
    const word = text.str.toLowerCase();
    const index = outcomeIndex('outcome').fillNull(outcomeOf(word.eq(pl.lit('token1')), word.eq(pl.lit('token2'))));
    return { index, name: pl.when(index.isNull()).then(text).otherwise(pl.lit(null).cast(pl.Utf8)) };
  }
}

function fillsOf(values: MappedValues, venue: Venue, context: TradeContext): FillExpressions {
  const given = { price: values.number('price'), shares: values.number('shares'), amount: values.number('amount') };
  const shares = given.shares ?? given.amount!.div(given.price!);
  const amount = given.amount ?? given.price!.mul(shares);
  const fee = values.number('fee');
  const outcome = values.outcome();
  const role = values.text('role').str.toLowerCase();
  return {
    wallet: values.text('wallet'),
    token_id: values.text('token'),
    wire_market: venue === 'kalshi' ? values.text('market') : marketKey(values.text('market')),
    wire_outcome: outcome.index,
    side: values.side(),
    price: given.price ?? amount.div(shares),
    shares_u: toMicro(shares),
    usd_u: toMicro(amount),
    ...(fee === null ? {} : { fee_u: toMicro(fee) }),
    role: values.has('role')
      ? pl
          .when(role.isIn(['maker', 'taker']))
          .then(role)
          .otherwise(pl.lit(null).cast(pl.Utf8))
      : pl.lit(context.dataApiRole).cast(pl.Utf8),
    tx: values.text('tx'),
    event_id: values.text('event'),
    title: values.text('title'),
    outcome_name: outcome.name,
  };
}

/** A condition id as it is, digits as a Gamma id, anything else as a name (slug or question) of a market. */
function marketKey(market: Expr): Expr {
  const withPrefix = (prefix: string, text: Expr): Expr => pl.concatString([pl.lit(prefix), text], '');
  return pl
    .when(market.isNull())
    .then(pl.lit(null).cast(pl.Utf8))
    .when(market.str.contains('^0[xX][0-9a-fA-F]+$'))
    .then(market)
    .when(market.str.contains('^[0-9]+([.]0)?$'))
    .then(withPrefix('gamma:', market.str.replace('[.]0$', '')))
    .otherwise(withPrefix('name:', market.str.toLowerCase()));
}
