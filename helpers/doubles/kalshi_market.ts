/** The simulated market as Kalshi would tell it: one trade for each incoming order, prices of yes and no, no accounts. */
import { createHash } from 'node:crypto';
import { isoTime } from '../run/clock.ts';
import { type DoubleFill, type DoubleMarket, isOver, secondsOf, type VenueMarket } from './market.ts';

/** A row with the time that it is sorted by, ms since 1970. */
export interface Timed {
  readonly atMs: number;
  readonly row: Readonly<Record<string, unknown>>;
}

function tickerOf({ id, events }: DoubleMarket): string {
  return `KXSIM-${events[0].id}-T${id}`;
}

function uuidOf(fill: DoubleFill): string {
  const hex = createHash('sha256').update(fill.id).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** Text of a price with three or four decimals, as both are seen. */
function dollars(price: number, index: number): string {
  return price.toFixed(index % 3 === 0 ? 3 : 4);
}

/** Time with as many digits behind the second as the row's number says, 0 to 6. */
function timeOf(fill: DoubleFill): { atMs: number; text: string } {
  const digits = fill.index % 7;
  const fraction = String((fill.index * 7919) % 1_000_000)
    .padStart(6, '0')
    .slice(0, digits);
  const base = isoTime(fill.timestampS * 1000).slice(0, 19);
  const atMs = fill.timestampS * 1000 + Math.floor(Number(`0.${fraction}0`) * 1000);
  return { atMs, text: `${base}${digits === 0 ? '' : `.${fraction}`}Z` };
}

/** All trades, oldest first; fills of less than a hundredth of a contract are none. */
export function kalshiTrades({ fills, byToken }: VenueMarket): Timed[] {
  const trades: Timed[] = [];
  for (const fill of fills) {
    const found = byToken.get(fill.token);
    const count = Math.round(fill.shares / 1e4) / 100;
    if (!fill.isTaker || found === undefined || count === 0) continue;
    const takesYes = fill.isBuy === (found.outcome === 0);
    const own = fill.usd / fill.shares;
    const yes = Number((found.outcome === 0 ? own : 1 - own).toFixed(3));
    const { atMs, text } = timeOf(fill);
    const side = takesYes ? 'yes' : 'no';
    trades.push({
      atMs,
      row: {
        trade_id: uuidOf(fill),
        ticker: tickerOf(found.market),
        count_fp: count.toFixed(2),
        yes_price_dollars: dollars(yes, fill.index),
        no_price_dollars: dollars(1 - yes, fill.index),
        ...(fill.index % 2 === 0 ? { taker_side: side } : {}),
        taker_outcome_side: side,
        taker_book_side: takesYes ? 'bid' : 'ask',
        created_time: text,
        is_block_trade: fill.index % 501 === 0,
      },
    });
  }
  return trades.sort((a, b) => a.atMs - b.atMs);
}

/** All markets as they are told at `nowS`; `atMs` is when they settled, infinity while they have not. */
export function kalshiMarkets({ markets }: VenueMarket, nowS: number): Timed[] {
  return markets.map((market) => {
    const over = isOver(market, nowS);
    const settledMs = over ? secondsOf(market.closedTime as string) * 1000 : Number.POSITIVE_INFINITY;
    const [yes] = JSON.parse(market.outcomePrices) as string[];
    const result = { '1': 'yes', '0': 'no' }[yes] ?? '';
    return {
      atMs: settledMs,
      row: {
        ticker: tickerOf(market),
        event_ticker: `KXSIM-${market.events[0].id}`,
        market_type: 'binary',
        title: market.question,
        yes_sub_title: 'Yes',
        no_sub_title: 'No',
        status: over ? 'finalized' : 'active',
        result: over ? result : '',
        created_time: market.createdAt,
        open_time: market.startDate,
        close_time: over ? isoTime(settledMs) : market.endDate,
        can_close_early: true,
        latest_expiration_time: market.endDate,
        ...(over ? { settlement_ts: isoTime(settledMs) } : {}),
      },
    };
  });
}
