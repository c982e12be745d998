/** Double of Polymarket's order books and prices: a book of two levels around the last price of a token. */
import { isOver, type TokenOf, type VenueMarket, visibleCount } from './market.ts';
import { type Answered, type Double, type DoubleOptions, ok, refused, startDouble } from './server.ts';

const NO_BOOK = refused(404, 'No orderbook exists for the requested token id');
/** Prices of a token that has not traded. */
const FIRST_PRICE = 0.5;
const TICK = 0.01;

interface Priced extends TokenOf {
  readonly price: number;
  readonly timestampS: number;
}

/** Text without its leading zero every now and then, as the service writes it. */
function priceText(price: number, isBare: boolean): string {
  const text = Math.min(0.99, Math.max(0.01, price)).toFixed(2);
  return isBare ? text.replace(/^0/, '') : text;
}

/** Starts the double. */
export function startClobDouble(venue: VenueMarket, options?: DoubleOptions): Promise<Double> {
  const lastOf = (token: string): Priced | null => {
    const found = venue.byToken.get(token);
    if (found === undefined || isOver(found.market, venue.nowS())) return null;
    for (let i = visibleCount(venue) - 1; i >= 0; i--) {
      const { token: traded, usd, shares, timestampS } = venue.fills[i];
      if (traded === token) return { ...found, price: usd / shares, timestampS };
    }
    return { ...found, price: FIRST_PRICE, timestampS: 0 };
  };
  const book = (token: string): Record<string, unknown> | null => {
    const last = lastOf(token);
    if (last === null) return null;
    const level = (steps: number, isBare: boolean) => ({
      price: priceText(last.price + steps * TICK, isBare),
      size: String(100 * Math.abs(steps)),
    });
    return {
      market: last.market.conditionId,
      asset_id: token,
      timestamp: String(last.timestampS * 1000),
      hash: '0x',
      bids: [level(-2, true), level(-1, false)],
      asks: [level(2, true), level(1, false)],
      min_order_size: '5',
      tick_size: '0.01',
      neg_risk: false,
      last_trade_price: priceText(last.price, false),
    };
  };
  const marketOf = (condition: string): Answered => {
    const market = venue.markets.find(({ conditionId }) => conditionId === condition);
    if (market === undefined) return refused(404, 'market not found');
    const over = isOver(market, venue.nowS());
    const prices = JSON.parse(market.outcomePrices) as string[];
    const tokens = (JSON.parse(market.clobTokenIds) as string[]).map((token_id, i) => ({
      token_id,
      outcome: (JSON.parse(market.outcomes) as string[])[i],
      price: over ? Number(prices[i]) : FIRST_PRICE,
      winner: over && prices[i] === '1',
    }));
    return ok({ condition_id: condition, closed: over, question: market.question, tokens });
  };
  const historyOf = (query: URLSearchParams): Answered => {
    const [startS, endS] = [Number(query.get('startTs') ?? 0), Number(query.get('endTs') ?? Number.POSITIVE_INFINITY)];
    const history = venue.fills
      .slice(0, visibleCount(venue))
      .filter(({ token, timestampS }) => token === query.get('market') && timestampS >= startS && timestampS <= endS)
      .map(({ timestampS, usd, shares }) => ({ t: timestampS, p: usd / shares }));
    return ok({ history });
  };
  return startDouble(({ path, query, body }) => {
    const token = query.get('token_id') ?? '';
    if (path === '/book') {
      const found = book(token);
      return found === null ? NO_BOOK : ok(found);
    }
    if (path === '/books')
      return ok((JSON.parse(body) as { token_id: string }[]).flatMap(({ token_id }) => book(token_id) ?? []));
    if (path === '/midpoint') {
      const last = lastOf(token);
      return last === null ? NO_BOOK : ok({ mid: priceText(last.price, false) });
    }
    if (path === '/prices-history') return historyOf(query);
    return path.startsWith('/markets/') ? marketOf(decodeURIComponent(path.slice('/markets/'.length))) : null;
  }, options);
}
