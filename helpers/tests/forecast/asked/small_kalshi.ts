/** A Kalshi of a few events on loopback, whose markets a test may change while it runs. */
import { type Double, ok, startDouble } from '../../../doubles/server.ts';
import { isoTime } from '../../../run/clock.ts';
import { writeJsonAtomic } from '../../../run/files.ts';
import { SCAN_VERSION, watchListPath } from '../../../scan/watch_list.ts';

export interface SmallMarket {
  readonly ticker: string;
  readonly event: string;
  readonly closesMs: number;
  readonly bid?: number;
  readonly ask?: number;
  readonly status?: string;
  readonly result?: string;
  readonly value?: string;
  readonly question?: string;
  readonly rules?: string;
  readonly strike?: Readonly<Record<string, unknown>>;
}

function rowOf(market: SmallMarket) {
  const { ticker, event, closesMs, bid = 0.4, ask = 0.44, status = 'active', result = '', value, strike } = market;
  return {
    ticker,
    event_ticker: event,
    title: market.question ?? `What of ${ticker}?`,
    yes_sub_title: '',
    status,
    result,
    open_time: isoTime(closesMs - 864e5),
    close_time: isoTime(closesMs),
    latest_expiration_time: isoTime(closesMs + 864e5),
    can_close_early: true,
    yes_bid_dollars: bid.toFixed(4),
    yes_ask_dollars: ask.toFixed(4),
    volume_fp: '120.00',
    rules_primary: market.rules ?? 'As it is.',
    ...(value === undefined ? {} : { settlement_value_dollars: value }),
    ...strike,
  };
}

/** @param markets as they are at the moment of a request; null is a Kalshi that refuses */
export async function startSmallKalshi(markets: () => readonly SmallMarket[] | null): Promise<Double> {
  return await startDouble(({ path, query }) => {
    const all = markets();
    if (all === null) return { status: 403, body: { error: 'no' } };
    if (path === '/historical/markets') return ok({ markets: [], cursor: '' });
    if (path !== '/markets') return null;
    const [event, tickers] = [query.get('event_ticker'), query.get('tickers')?.split(',')];
    const found = all.filter(
      (one) => (event === null || one.event === event) && (tickers?.includes(one.ticker) ?? true),
    );
    return ok({ markets: found.map(rowOf), cursor: '' });
  });
}

/** Writes the watch list that 23 would. */
export function watch(dataDir: string, markets: readonly SmallMarket[], scannedMs: number): void {
  const watched = markets.map(({ ticker, event }) => ({
    ...{ ticker, event, series: event.split('-')[0], feeMultiplier: 1, volume24h: 10 },
  }));
  writeJsonAtomic(watchListPath(dataDir), { version: SCAN_VERSION, scannedMs, watched });
}
