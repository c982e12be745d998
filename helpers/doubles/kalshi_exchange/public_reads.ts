/** What the exchange double tells everybody: series, events, and markets with their prices and results. */
import { isoTime } from '../../run/clock.ts';
import { cursorOf, limitOf, positionOf } from '../cursors.ts';
import { type Answered, ok } from '../server.ts';
import type { KalshiExchange } from './exchange.ts';
import type { ExchangeMarket } from './orders.ts';
import { countText, dollarsText, MICROS } from './wire.ts';

const seriesOf = ({ series, eventTicker }: ExchangeMarket): string => series ?? eventTicker.split('-')[0];

function marketRow(market: ExchangeMarket): Record<string, unknown> {
  const { ticker, eventTicker, title, rules, status, closeMs, openMs = 0, book, volume, payout, shard, tick } = market;
  const [bid] = book.sizes('bid');
  const [ask] = book.sizes('ask');
  const isScalar = payout !== null && payout !== 0 && payout !== MICROS;
  return {
    ticker,
    event_ticker: eventTicker,
    title: title ?? ticker,
    yes_sub_title: '',
    rules_primary: rules ?? '',
    status,
    result: payout === null ? '' : isScalar ? 'scalar' : payout === MICROS ? 'yes' : 'no',
    open_time: isoTime(openMs),
    close_time: isoTime(closeMs),
    latest_expiration_time: isoTime(closeMs),
    can_close_early: false,
    yes_bid_dollars: dollarsText(bid?.[0] ?? 0),
    yes_ask_dollars: dollarsText(ask?.[0] ?? MICROS),
    volume_fp: countText(volume),
    volume_24h_fp: countText(volume),
    open_interest_fp: countText(volume),
    price_ranges: [{ start: '0.0000', end: '1.0000', step: dollarsText(tick) }],
    exchange_index: shard,
    ...(payout === null ? {} : { settlement_value_dollars: dollarsText(payout) }),
  };
}

/** A page of rows; the cursor is the number of the next one. */
function page(rows: readonly unknown[], query: URLSearchParams, key: string): Answered {
  const start = Number(positionOf(query.get('cursor') ?? '') ?? 0);
  const end = start + limitOf(query.get('limit'), 100, 1000);
  return ok({ [key]: rows.slice(start, end), cursor: end < rows.length ? cursorOf(end) : '' });
}

function isWanted(query: URLSearchParams): (market: ExchangeMarket) => boolean {
  const [tickers, event] = [query.get('tickers')?.split(','), query.get('event_ticker')];
  const isOpen = query.get('status') === 'open';
  return ({ ticker, eventTicker, status }) =>
    status !== 'initialized' &&
    (tickers?.includes(ticker) ?? true) &&
    (event === null || eventTicker === event) &&
    (!isOpen || status === 'active');
}

/** The answer to a GET of a path below the root that needs no signature; null where it is none of these. */
export function publicReads(exchange: KalshiExchange, path: string, query: URLSearchParams): Answered | null {
  const markets = [...exchange.markets.values()].filter(({ status }) => status !== 'initialized');
  switch (path) {
    case '/markets':
      return page(markets.filter(isWanted(query)).map(marketRow), query, 'markets');
    case '/historical/markets':
      return ok({ markets: [], cursor: '' });
    case '/events': {
      const rows = markets.map((market) => ({
        event_ticker: market.eventTicker,
        series_ticker: seriesOf(market),
        title: market.title ?? market.eventTicker,
        mutually_exclusive: market.isExclusive ?? false,
      }));
      return page([...new Map(rows.map((row) => [row.event_ticker, row])).values()], query, 'events');
    }
    case '/series': {
      const rows = markets.map((market) => ({
        ticker: seriesOf(market),
        title: seriesOf(market),
        category: market.category ?? 'Economics',
        fee_type: market.feeType,
        fee_multiplier: 1,
      }));
      return ok({ series: [...new Map(rows.map((row) => [row.ticker, row])).values()] });
    }
  }
  return null;
}
