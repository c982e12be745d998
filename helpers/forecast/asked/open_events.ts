/** The markets of an event as they stand now: their questions, rules and strikes, and what they can be traded at. */

import { quotedRow, titleOf } from '../../scan/watch_list.ts';
import type { KalshiClient } from '../../venues/kalshi/api/client.ts';
import type { Quote } from '../answered.ts';
import type { AskedMarket } from '../forecaster.ts';

export interface OpenMarket extends AskedMarket {
  /** Null where nobody bids or nobody offers, or it is not active. */
  readonly quote: Quote | null;
}

/** All markets of an event, those too that have ended: a ladder is whole or none. @throws HttpError */
export async function readEvent(client: KalshiClient, event: string, series: string): Promise<OpenMarket[]> {
  const found: OpenMarket[] = [];
  for await (const { rows } of client.marketPages('live', { event_ticker: event }))
    for (const market of rows) {
      const row = quotedRow(market);
      if (row === null) continue;
      const { ticker, status, close_time } = market;
      const { yes_bid_dollars: bid, yes_ask_dollars: ask, strike_type, floor_strike, cap_strike, rules_primary } = row;
      const isTraded = status === 'active' && bid > 0 && ask < 1 && bid <= ask;
      found.push({
        ...{ ticker, event, series },
        question: titleOf({ ...row, ticker }),
        rules: rules_primary,
        closesMs: Date.parse(close_time),
        strike: { strike_type, floor_strike, cap_strike },
        quote: isTraded ? { bid, ask } : null,
      });
    }
  return found;
}
