/**
 * Double of the order-book subgraph (facts 2.9): errors with status 200, at most 1,000 rows, integers as text, rows of zero,
 * and nothing from 2026-04-28 on.
 */
import { type DoubleFill, type VenueMarket, visibleCount } from './market.ts';
import { type Answered, type Double, type DoubleOptions, ok, startDouble } from './server.ts';

/** 2026-04-28T11:00:00Z */
const FROZEN_AT_S = 1_777_374_000;
const ROWS_MAX = 1000;
/** Every so many rows one is followed by a row without amounts. */
const ZERO_ROW_EVERY = 400;

type Variables = Readonly<Record<string, unknown>>;

interface EventRow {
  readonly id: string;
  readonly timestamp: string;
  readonly [field: string]: string;
}

function rowOf(fill: DoubleFill): EventRow {
  const { id, timestampS, maker, taker, makerAssetId, takerAssetId } = fill;
  const { makerAmountFilled, takerAmountFilled, transactionHash } = fill;
  const amounts = { makerAssetId, makerAmountFilled, takerAssetId, takerAmountFilled };
  return {
    id,
    transactionHash,
    timestamp: String(timestampS),
    orderHash: id.split('_')[1],
    maker: maker.toLowerCase(),
    taker: taker.toLowerCase(),
    ...amounts,
    fee: '0',
  };
}

function zeroRowOf(row: EventRow): EventRow {
  return { ...row, id: `${row.id}0`, makerAmountFilled: '0', takerAmountFilled: '0' };
}

/** Conditions `field[_gt|_gte|_lt|_lte]: $variable` of one block, all of which must hold. */
function holds(row: EventRow, block: string, variables: Variables): boolean {
  for (const [, field, test = 'is', name] of block.matchAll(/(id|timestamp)(?:_(gte?|lte?))?:\s*\$(\w+)/g)) {
    const value = String(variables[name]);
    const order = field === 'id' ? compare(row.id, value) : compare(BigInt(row.timestamp), BigInt(value));
    const isTrue = { is: order === 0, gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[test];
    if (isTrue !== true) return false;
  }
  return true;
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function failed(message: string): Answered {
  return ok({ errors: [{ message }] });
}

/** Starts the double. */
export function startSubgraphDouble(venue: VenueMarket, options?: DoubleOptions): Promise<Double> {
  const rows = venue.fills
    .filter(({ timestampS }) => timestampS < FROZEN_AT_S)
    .flatMap((fill) => {
      const row = rowOf(fill);
      return fill.index % ZERO_ROW_EVERY === ZERO_ROW_EVERY - 1 ? [row, zeroRowOf(row)] : [row];
    })
    .sort((a, b) => Number(a.timestamp) - Number(b.timestamp) || compare(a.id, b.id));
  return startDouble(({ method, body }) => {
    if (method !== 'POST') return null;
    const { query, variables } = JSON.parse(body) as { query: string; variables: Variables };
    if (!/orderBy:\s*timestamp,\s*orderDirection:\s*asc/.test(query)) return failed('the double knows one order only');
    for (const [, name, type] of query.split('{')[0].matchAll(/\$(\w+):\s*(BigInt)!/g))
      if (typeof variables[name] !== 'string') return failed(`${type} variables must be strings: ${name}`);
    const first = Number(variables.first);
    if (!(first >= 1 && first <= ROWS_MAX)) return failed('The `first` argument must be between 1 and 1000');
    const [, blocks] = /or:\s*\[(.*?)\]/s.exec(query) ?? [];
    if (blocks === undefined) return failed('no `or` in `where`');
    const alternatives = [...blocks.matchAll(/\{([^}]*)\}/g)].map(([, block]) => block);
    const endS = visibleCount(venue) === 0 ? 0 : venue.fills[visibleCount(venue) - 1].timestampS;
    const found: EventRow[] = [];
    for (let i = lowerBound(rows, Number(variables.from ?? 0)); i < rows.length && found.length < first; i++) {
      if (Number(rows[i].timestamp) > endS) break;
      if (alternatives.some((block) => holds(rows[i], block, variables))) found.push(rows[i]);
    }
    const fields = /\{([\w\s]+)\}\s*\}\s*$/.exec(query)?.[1].trim().split(/\s+/) ?? [];
    const selected = found.map((row) => Object.fromEntries(fields.map((field) => [field, row[field]])));
    return ok({ data: { orderFilledEvents: selected } });
  }, options);
}

/** First row of `timestampS` or later: only to be quick, the conditions decide. */
function lowerBound(rows: readonly EventRow[], timestampS: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Number(rows[middle].timestamp) < timestampS) low = middle + 1;
    else high = middle;
  }
  return low;
}
