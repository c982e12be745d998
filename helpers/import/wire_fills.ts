/** Raw rows to wire fills: the adapter's expressions, and a reason for every row that cannot be a fill. */
import type { DataFrame, Expr, Series } from '../polars/polars.ts';
import { pl } from '../polars/polars.ts';
import {
  FILL_COLUMNS,
  type FillColumn,
  type FillExpressions,
  type TradeAdapter,
  type TradeContext,
} from '../venues/adapter.ts';
import { ANY_VALUES, PLAIN_VALUES } from '../venues/values/fill_values.ts';
import { parseTimes, TIME_MAX_MS, TIME_MIN_MS, timeFromInteger } from '../venues/values/time.ts';
import { EXTRA_COLUMN, type Reject } from './row_block.ts';

/** Amounts above this are mistakes of units: 10^12 USD or shares. */
const MICRO_MAX = 1e18;
/**
 * How far price × shares may lie from the cash that a row states: fees (7 % at most) and cents may be in one and not in the
 * other, and each is rounded.
 */
const AMOUNT_SHARE_MAX = 0.1;
const AMOUNT_PRICE_MAX = 0.0051;
const AMOUNT_ROUNDING_U = 2;

const BAD_WALLET = 'bad wallet';
const THIRD_OUTCOME = 'third outcome of a market';

const INTEGER_COLUMNS: ReadonlySet<FillColumn> = new Set([
  'ts_ms',
  'wire_outcome',
  'shares_u',
  'usd_u',
  'nominal_u',
  'fee_u',
  'block_number',
  'log_index',
]);

function typeOf(name: FillColumn) {
  if (name === 'price') return pl.Float64;
  return INTEGER_COLUMNS.has(name) ? pl.Int64 : pl.Utf8;
}

const WALLET = '^0x[0-9a-f]{40}$';

/**
 * Checks in the order in which a row is told its error; the first that holds names the reason. Each is null-free: what
 * cannot be read is an error.
 */
function rowErrors(
  { hasWallets, statesAmount }: TradeAdapter,
  hasOutcomes: boolean,
): readonly (readonly [string, Expr])[] {
  const isNot = (test: Expr): Expr => test.fillNull(pl.lit(false)).not();
  const within = (name: string, low: number, high: number): Expr =>
    pl
      .col(name)
      .gtEq(pl.lit(low))
      .and(pl.col(name).ltEq(pl.lit(high)));
  const isKnown = pl.col('token_id').isNotNull();
  const isOutcome = pl.col('wire_outcome').isIn([0, 1]);
  // The registry of markets finds an outcome by its name.
  const isNamed = pl.col('wire_outcome').isNull().and(pl.col('outcome_name').isNotNull());
  return [
    ['unreadable time', pl.col('ts_ms').isNull()],
    ['time outside 2015 to 2100', isNot(within('ts_ms', TIME_MIN_MS, TIME_MAX_MS - 1))],
    ...(hasWallets ? [[BAD_WALLET, isNot(pl.col('wallet').str.contains(WALLET))] as const] : []),
    ['bad side', isNot(pl.col('side').isIn(['BUY', 'SELL']))],
    ['no market', isKnown.or(pl.col('wire_market').isNotNull()).not()],
    ...(hasOutcomes ? [[THIRD_OUTCOME, isKnown.and(isOutcome.not()).fillNull(pl.lit(false))] as const] : []),
    ['bad outcome', hasOutcomes ? isNot(isKnown.or(isOutcome).or(isNamed)) : isKnown.or(isNamed).not()],
    ['unreadable amount', pl.col('shares_u').isNull().or(pl.col('usd_u').isNull())],
    ['zero or negative size', pl.col('shares_u').ltEq(pl.lit(0))],
    [
      'zero or negative size',
      pl
        .col('usd_u')
        .lt(pl.lit(0))
        .or(
          pl
            .col('usd_u')
            .eq(pl.lit(0))
            .and(pl.col('price').gt(pl.lit(0))),
        ),
    ],
    [
      'amount too large',
      pl
        .col('shares_u')
        .gt(pl.lit(MICRO_MAX))
        .or(pl.col('usd_u').gt(pl.lit(MICRO_MAX))),
    ],
    ['price outside 0..1', isNot(within('price', 0, 1))],
    // The price of a fill marks its market, and no venue trades at nothing.
    ['price of zero', pl.col('price').eq(pl.lit(0))],
    ...(statesAmount === true ? [['price is not amount / shares', isFarFromAmount()] as const] : []),
  ];
}

/** Whether the cash that a row states cannot be price × shares, whatever was rounded and whatever fee is in it. */
function isFarFromAmount(): Expr {
  const shares = pl.col('shares_u').cast(pl.Float64);
  const expected = shares.mul(pl.col('price'));
  const allowed = expected.mul(pl.lit(AMOUNT_SHARE_MAX)).add(shares.mul(pl.lit(AMOUNT_PRICE_MAX)));
  return pl
    .col('usd_u')
    .cast(pl.Float64)
    .minus(expected)
    .abs()
    .gt(allowed.add(pl.lit(AMOUNT_ROUNDING_U)));
}

export interface ClassifiedFills {
  /** Good rows, with FILL_COLUMNS. */
  readonly fills: DataFrame;
  readonly rejects: Reject[];
  /** Rows whose time came without a zone. */
  readonly nNaiveTimes: number;
}

/**
 * Turns a block of raw text rows into wire fills.
 * @param frame text columns, one row at least; all columns that the adapter knows are there
 */
export async function toWireFills(
  frame: DataFrame,
  adapter: TradeAdapter,
  context: TradeContext,
): Promise<ClassifiedFills> {
  return (await readAtOnce(frame, adapter, context)) ?? readStepwise(frame, adapter, context);
}

/** What only some formats tell of their rows. */
const OWN_COLUMNS = ['row_error', 'is_mended'] as const;

function fillColumns(own: FillExpressions): Map<string, Expr> {
  const given = { nominal_u: own.usd_u, ...own };
  const names = FILL_COLUMNS.filter((name) => name !== 'ts_ms');
  return new Map([
    ...names.map((name) => [name, (given[name] ?? pl.lit(null)).cast(typeOf(name), false)] as const),
    ...OWN_COLUMNS.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]] as const])),
  ]);
}

/**
 * The fills of a block in one query on a thread of its own. Null when a row has an error, or is not written as the first row
 * makes expect; few blocks are like that.
 */
async function readAtOnce(
  whole: DataFrame,
  adapter: TradeAdapter,
  context: TradeContext,
): Promise<ClassifiedFills | null> {
  if (hasExtraFields(whole)) return null;
  const first = whole.head(1).toRecords()[0] as Readonly<Record<string, string | null>>;
  const isUpper = Object.values(first).some((text) => UPPER_CASE_HEX.test(text ?? ''));
  const isInteger = INTEGER.test(first[adapter.timeColumn] ?? '');
  const times = isInteger ? null : parseTimes(whole, adapter.timeColumn, context.timeZone);
  const timed = times === null ? whole : whole.withColumn(times.frame.getColumn('ts_ms').alias(TIMES));
  const own = adapter.fills(PLAIN_VALUES, context);
  const given = fillColumns(own);
  const hasOwnErrors = given.has('row_error');
  const columns = [...given].map(([name, value]) =>
    (isUpper && hexColumns(adapter).includes(name as FillColumn) ? value.str.toLowerCase() : value).alias(name),
  );
  const time = times === null ? timeFromInteger(adapter.timeColumn) : pl.col(TIMES);
  const suspectRows = [
    ...rowErrors(adapter, own.wire_outcome !== undefined).flatMap(([name, test]) =>
      name === 'unreadable time' ? [] : [test],
    ),
    // A wallet in upper case has no good form already.
    ...(isUpper ? [] : hexColumns(adapter).flatMap((name) => (name === 'wallet' ? [] : [hasUpperCase(name)]))),
    ...IDENTIFIERS.filter((name) => own[name] !== undefined).map(hasBlanks),
    ...(hasOwnErrors ? [pl.col('row_error').isNotNull()] : []),
  ];
  const fills = await timed
    .lazy()
    .select(...columns, time.alias('ts_ms'))
    .withColumns(pl.anyHorizontal(suspectRows).alias(IS_SUSPECT))
    .collect();
  if (countTrue(fills.getColumn(IS_SUSPECT)) > 0) return null;
  return { fills: fills.drop(IS_SUSPECT), rejects: [], nNaiveTimes: times?.nNaive ?? 0 };
}

const IS_SUSPECT = 'is_suspect';
const TIMES = '__times';
const UPPER_CASE_HEX = /^0x[0-9a-fA-F]*[A-F]/;
const INTEGER = /^\d+$/;

function readStepwise(whole: DataFrame, adapter: TradeAdapter, context: TradeContext): ClassifiedFills {
  const columns = [...fillColumns(adapter.fills(ANY_VALUES, context))].map(([name, value]) => value.alias(name));
  const { frame: times, nNaive } = parseTimes(whole, adapter.timeColumn, context.timeZone);
  const fills = whole.select(...columns).withColumn(times.getColumn('ts_ms'));
  return { ...splitByRowError(inLowerCase(fills, adapter), whole, adapter), nNaiveTimes: nNaive };
}

/** Columns that hold addresses, condition ids and hashes, whose case means nothing. */
function hexColumns(adapter: TradeAdapter): readonly FillColumn[] {
  return adapter.venue === 'polymarket' ? ['wallet', 'wire_market', 'tx'] : [];
}

function hasUpperCase(name: FillColumn): Expr {
  return pl.col(name).str.contains('[A-F]').fillNull(pl.lit(false));
}

/** Columns of ids that no other check looks at. */
const IDENTIFIERS = ['token_id', 'wire_market', 'tx'] as const;

function hasBlanks(name: FillColumn): Expr {
  const text = pl.col(name).str;
  return text.startsWith(' ').or(text.endsWith(' ')).fillNull(pl.lit(false));
}

function hasExtraFields(raw: DataFrame): boolean {
  return raw.columns.includes(EXTRA_COLUMN) && raw.getColumn(EXTRA_COLUMN).nullCount() < raw.height;
}

/** Cast first: the sum of a Boolean series says only whether it is exactly one. */
function countTrue(flags: Series): number {
  return Number(flags.cast(pl.UInt32).sum());
}

function inLowerCase(fills: DataFrame, adapter: TradeAdapter): DataFrame {
  return fills.withColumns(...hexColumns(adapter).map((name) => pl.col(name).str.toLowerCase().alias(name)));
}

function splitByRowError(
  fills: DataFrame,
  raw: DataFrame,
  adapter: TradeAdapter,
): Omit<ClassifiedFills, 'nNaiveTimes'> {
  const hasExtra = hasExtraFields(raw);
  const checked = hasExtra ? fills.withColumn(raw.getColumn(EXTRA_COLUMN)) : fills;
  const tooLong = ['more fields than columns', pl.col(EXTRA_COLUMN).isNotNull()] as const;
  const own = fills.columns.includes('row_error') ? [['', pl.col('row_error').isNotNull()] as const] : [];
  const checks = [...(hasExtra ? [tooLong] : []), ...own, ...rowErrors(adapter, true)];
  const isBad = checked.select(pl.anyHorizontal(checks.map(([, test]) => test)).alias('is_bad')).getColumn('is_bad');
  if (countTrue(isBad) === 0) return { fills, rejects: [] };
  const reason = [...checks].reverse().reduce<Expr>(
    (otherwise, [name, test]) =>
      pl
        .when(test)
        .then(name === '' ? pl.col('row_error') : pl.lit(name))
        .otherwise(otherwise),
    pl.lit(null).cast(pl.Utf8),
  );
  const reasons = checked.select(reason.alias('reason')).getColumn('reason');
  const good = fills.withColumn(isBad).filter(pl.col('is_bad').not()).drop('is_bad');
  const names = raw.columns.filter((name) => name !== EXTRA_COLUMN);
  const text = pl.concatString(
    names.map((name) => pl.col(name).fillNull(pl.lit(''))),
    ',',
  );
  const bad = raw
    .select(text.alias('text'))
    .withColumns(reasons, fills.getColumn('wallet'))
    .filter(pl.col('reason').isNotNull())
    .toRecords() as { reason: string; text: string; wallet: string | null }[];
  const rejects = bad.map(({ wallet, ...row }) => (row.reason === BAD_WALLET ? { ...row, value: wallet ?? '' } : row));
  return { fills: good, rejects };
}
