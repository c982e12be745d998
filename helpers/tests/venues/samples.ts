/** Identities and lines that the format tests share. */
import { pl } from '../../polars/polars.ts';
import type { Row } from '../import/sandbox.ts';

type DataType = Parameters<ReturnType<typeof pl.Series>['cast']>[0];

export const TOKEN_A = '71321045679252212594626385532706912750332728571942532289631379312455583992563';
export const TOKEN_B = '52114319501245915516055106046884209969926127482827954674443846427813813222426';
export const TOKEN_78 = '115792089237316195423570985008687907853269984665640564039457584007913129639935';
export const CONDITION = `0x${'ab'.repeat(32)}`;
export const WALLET = `0x${'1'.repeat(40)}`;
export const OTHER = `0x${'2'.repeat(40)}`;
export const EXCHANGE = '0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e';
export const TX = `0x${'cd'.repeat(32)}`;

export const ORDER_FILLED_HEADER =
  'timestamp,maker,makerAssetId,makerAmountFilled,taker,takerAssetId,takerAmountFilled,transactionHash';

/** One line of poly_data's orderFilled.csv: a BUY of `shares` for `usd` (both in millionths) unless told otherwise. */
export function orderFilled(
  given: Partial<{
    ts: string | number;
    maker: string;
    taker: string;
    token: string;
    side: 'BUY' | 'SELL';
    usd: string | number;
    shares: string | number;
    tx: string;
  }> = {},
): string {
  const { ts = 1_700_000_001, maker = WALLET, taker = OTHER, token = TOKEN_A, side = 'BUY', tx = TX } = given;
  const { usd = 5_800_000, shares = 10_000_000 } = given;
  const [give, amount, get, received] = side === 'BUY' ? ['0', usd, token, shares] : [token, shares, '0', usd];
  return [ts, maker, give, amount, taker, get, received, tx].join(',');
}

/** A file of such lines. */
export function orderFilledFile(lines: readonly string[]): string {
  return `${[ORDER_FILLED_HEADER, ...lines].join('\n')}\n`;
}

/** A Gamma market of two outcomes. */
export function gammaMarket(given: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: '253591',
    conditionId: CONDITION,
    question: 'Will it rain in Paris?',
    slug: 'rain-paris',
    outcomes: '["Yes", "No"]',
    outcomePrices: '["1", "0"]',
    clobTokenIds: JSON.stringify([TOKEN_A, TOKEN_B]),
    closed: true,
    closedTime: '2024-11-06 15:25:19+00',
    createdAt: '2024-10-01T00:00:00.500Z',
    startDate: '2024-10-02T00:00:00Z',
    endDate: '2024-11-06T12:00:00Z',
    negRisk: false,
    volume: '1234.5',
    ...given,
  };
}

/** Column types of moments as pandas writes them: UTC, in millionths of a second. */
export function moments(...names: readonly string[]): Record<string, DataType> {
  return Object.fromEntries(names.map((name) => [name, pl.Datetime('us', 'UTC')]));
}

/**
 * One row as a Parquet file, typed as the archive's files are: whole numbers as int64, the rest as they are.
 * @param types types of columns that cannot be told from their value; moments are given in ms since 1970
 */
export function parquetOf(
  row: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[],
  types: Readonly<Record<string, DataType>> = {},
): Uint8Array {
  const rows = Array.isArray(row) ? row : [row];
  const columns = Object.keys(rows[0]).map((name) =>
    seriesOf(
      name,
      rows.map((r) => r[name]),
      types[name],
    ),
  );
  return pl.DataFrame(columns).writeParquet() as unknown as Uint8Array;
}

function seriesOf(name: string, values: unknown[], type: DataType | undefined) {
  const first = values.find((value) => value !== null);
  const isWhole = typeof first === 'number' && Number.isInteger(first);
  const given = pl.Series(
    name,
    values,
    typeof first === 'string' ? pl.Utf8 : typeof first === 'boolean' ? pl.Bool : pl.Float64,
  );
  if (type === undefined) return isWhole ? given.cast(pl.Int64) : given;
  return type.variant === 'Datetime' ? given.cast(pl.Int64).cast(pl.Datetime('ms')).cast(type) : given.cast(type);
}

/** Rows without fill_id, which tests of their own pin, and without a place on the chain where they have none. */
export function withoutIds(rows: readonly Row[]): Row[] {
  return rows.map(({ fill_id, block_number, log_index, ...row }) => ({
    ...row,
    ...(block_number === null ? {} : { block_number }),
    ...(log_index === null ? {} : { log_index }),
  }));
}

/** One row as CSV with a header; lists and objects become JSON, as the scrapers write them. */
export function csvOf(row: Readonly<Record<string, unknown>>): string {
  const field = (value: unknown): string => {
    if (value === null || value === undefined) return '';
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${Object.keys(row).join(',')}\n${Object.values(row).map(field).join(',')}\n`;
}
