/** A background: canonical trades and markets in memory, and the path of every market's price and volume. */
import { join } from 'node:path';
import { bisectRight } from 'd3-array';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { InputError } from '../../run/errors.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';

/** Where the winner last traded below this, the news was out. */
const KNOWN_PRICE = 0.95;

export type Half = 'first' | 'second' | 'all';

export interface MarketPath {
  readonly id: string;
  readonly eventId: string | null;
  /** Times of its fills in ms, the price of outcome 0 at each, and USD traded before each. */
  readonly ms: Float64Array;
  readonly price0: Float64Array;
  readonly usdBefore: Float64Array;
  readonly winner: 0 | 1 | null;
  /** When the winner last traded below .95: the price move; null without a winner. */
  readonly moveMs: number | null;
}

export interface Tape {
  readonly name: string;
  readonly trades: DataFrame;
  readonly markets: DataFrame;
  readonly paths: readonly MarketPath[];
  /** Whether the tape tells makers from takers. */
  readonly hasRoles: boolean;
}

/**
 * Which half each market is in: events by falling number of fills, dealt to the halves in the order 1 2 2 1 1 2 2 1 …, so
 * that both have large and small ones. Markets of one event stay together.
 */
function firstHalf(trades: DataFrame, eventOf: ReadonlyMap<string, string>): ReadonlySet<string> {
  const fills = new Map<string, number>();
  for (const id of toTexts(trades, 'market_id') as string[]) {
    const event = eventOf.get(id)!;
    fills.set(event, (fills.get(event) ?? 0) + 1);
  }
  const falling = [...fills].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([event]) => event);
  return new Set(falling.filter((_, i) => i % 4 === 0 || i % 4 === 3));
}

/**
 * The imported tape of a data folder, or the half of its events.
 * @throws InputError 'missing-input' when nothing was imported, 'empty-input' when no market has resolved
 */
export function readTape(name: string, dataDir: string, half: Half): Tape {
  const all = readTable(openTable(dataDir, MARKETS));
  const ids = toTexts(all, 'market_id') as string[];
  const events = toTexts(all, 'event_id');
  const eventOf = new Map(ids.map((id, row) => [id, events[row] ?? id]));
  const everything = readTable(openTable(dataDir, RAW_TRADES));
  const first = firstHalf(everything, eventOf);
  const isIn = ids.map((id) => half === 'all' || first.has(eventOf.get(id)!) === (half === 'first'));
  const markets = all.filter(pl.Series('is_in', isIn, pl.Bool));
  const trades = everything
    .join(markets.select('market_id'), { on: 'market_id', how: 'inner' })
    .sort(['ts_ms', 'fill_id']);
  const paths = pathsOf(trades, markets);
  if (!paths.some(({ moveMs }) => moveMs !== null))
    throw new InputError(
      'empty-input',
      `no market in ${join(dataDir, MARKETS.folder)} has resolved`,
      'give a market list as well',
    );
  return { name, trades, markets, paths, hasRoles: trades.getColumn('role').nullCount() < trades.height };
}

function pathsOf(trades: DataFrame, markets: DataFrame): MarketPath[] {
  const ids = toTexts(markets, 'market_id') as string[];
  const events = toTexts(markets, 'event_id');
  const [winners, resolved] = ['winner_index', 'resolved_ms'].map((name) => toNumbers(markets, name));
  const rows = new Map<string, number[]>(ids.map((id) => [id, []]));
  for (const [row, id] of (toTexts(trades, 'market_id') as string[]).entries()) rows.get(id)!.push(row);
  const [ms, price, outcome, usd] = ['ts_ms', 'price', 'outcome_index', 'amount_usd'].map((c) => toNumbers(trades, c));
  return ids.flatMap((id, m): MarketPath[] => {
    const own = rows.get(id)!;
    if (own.length === 0) return [];
    const times = Float64Array.from(own, (row) => ms[row]);
    const price0 = Float64Array.from(own, (row) => (outcome[row] === 0 ? price[row] : 1 - price[row]));
    const usdBefore = sumsBefore(Float64Array.from(own, (row) => usd[row]));
    const winner = Number.isNaN(winners[m]) || Number.isNaN(resolved[m]) ? null : (winners[m] as 0 | 1);
    return [
      {
        id,
        eventId: events[m],
        ms: times,
        price0,
        usdBefore,
        winner,
        moveMs: moveOf(times, price0, winner, resolved[m]),
      },
    ];
  });
}

function sumsBefore(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum - value;
  });
}

function moveOf(ms: Float64Array, price0: Float64Array, winner: 0 | 1 | null, resolvedMs: number): number | null {
  if (winner === null) return null;
  for (let i = ms.length - 1; i >= 0; i--)
    if (ms[i] < resolvedMs && (winner === 0 ? price0[i] : 1 - price0[i]) < KNOWN_PRICE) return ms[i];
  return null;
}

/** Price of an outcome by the last trade at or before a time, and USD traded until then; null before the first trade. */
export function priceAt(path: MarketPath, outcome: number, atMs: number): { price: number; usdBefore: number } | null {
  const i = bisectRight(path.ms, atMs) - 1;
  if (i < 0) return null;
  return { price: outcome === 0 ? path.price0[i] : 1 - path.price0[i], usdBefore: path.usdBefore[i] };
}
