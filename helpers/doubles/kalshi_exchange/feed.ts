/** The WebSocket of the exchange double: books and trades with numbers, own fills and orders without, and frames that are lost. */
import type { KeyObject } from 'node:crypto';
import type { Random } from '../../kernels/random.ts';
import { type KalshiSocketDouble, startKalshiSocketDouble } from '../sockets.ts';
import type { KalshiExchange } from './exchange.ts';
import { countText, dollarsText, MICROS } from './wire.ts';

export interface ExchangeFeedOptions {
  readonly publicKey: KeyObject;
  /** What time it is, for signatures; default: the real one. */
  readonly nowMs?: () => number;
  /** Loses this share of frames, 0..1: public ones leave a gap in the numbers, private ones leave nothing. */
  readonly lost?: { readonly share: number; readonly random: Random };
}

/** Starts the feed; what the exchange does is told from now on. */
export async function startExchangeFeed(
  exchange: KalshiExchange,
  { publicKey, lost, ...clock }: ExchangeFeedOptions,
): Promise<KalshiSocketDouble> {
  const book = (ticker: string): object => {
    const sizes = exchange.market(ticker).book;
    const levels = (side: 'bid' | 'ask'): string[][] =>
      sizes
        .sizes(side)
        .map(([price, size]) => [dollarsText(side === 'bid' ? price : MICROS - price), countText(size)])
        .reverse();
    const [yes, no] = [levels('bid'), levels('ask')];
    return {
      ...(yes.length === 0 ? {} : { yes_dollars_fp: yes }),
      ...(no.length === 0 ? {} : { no_dollars_fp: no }),
    };
  };
  const double = await startKalshiSocketDouble(publicKey, { book, ...clock });
  const nLost = new Map<string, number>();
  const send = (channel: string, type: string, msg: object, isPrivate: boolean): void => {
    if (lost !== undefined && lost.random.uniform() < lost.share) {
      if (!isPrivate) nLost.set(channel, (nLost.get(channel) ?? 0) + 1);
      return;
    }
    double.send(channel, type, msg, nLost.get(channel));
    nLost.delete(channel);
  };
  exchange.matching.events = {
    fill: (row) => send('fill', 'fill', row, true),
    order: (row) => send('user_orders', 'user_order', row, true),
    group: (row) => send('order_group_updates', 'order_group_updates', row, true),
    trade: (row) => send('trade', 'trade', row, false),
    level: (ticker, side, price, delta) =>
      send(
        'orderbook_delta',
        'orderbook_delta',
        {
          market_ticker: ticker,
          price_dollars: dollarsText(side === 'bid' ? price : MICROS - price),
          delta_fp: countText(delta),
          side: side === 'bid' ? 'yes' : 'no',
          ts_ms: exchange.nowMs,
        },
        false,
      ),
  };
  return double;
}
