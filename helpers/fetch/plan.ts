/** Which sources a request is fetched from, in order. */
import type { HttpPorts } from '../http/ports.ts';
import { SECOND_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import type { ApiOptions } from '../venues/clients.ts';
import { createKalshiClient } from '../venues/kalshi/api/client.ts';
import { createDataApiClient } from '../venues/polymarket/api/data_api.ts';
import { createGammaClient } from '../venues/polymarket/api/gamma.ts';
import { createSubgraphClient, SUBGRAPH_END_S } from '../venues/polymarket/api/subgraph.ts';
import { kalshiMarkets, kalshiTrades } from './kalshi_sources.ts';
import { listedMarkets, marketsOfConditions, marketsOfTrades } from './polymarket_markets.ts';
import { feedTrades, subgraphTrades, tradesOfListed, tradesOfMarkets } from './polymarket_trades.ts';
import type { FetchAddresses, FetchWords } from './request.ts';
import type { Source, SourceMaker, Window } from './source.ts';

interface PlanContext {
  readonly addresses: FetchAddresses;
  readonly ports: HttpPorts;
  readonly onRetry: (line: string) => void;
}

/** The sources of a request whose dates were resolved at `resolvedMs`. */
export type FetchPlan = (
  words: FetchWords,
  window: Window,
  resolvedMs: number,
  context: PlanContext,
) => readonly SourceMaker[];

/** Feeds of markets reach back so far. */
const MARKET_FEED_YEARS = 3;

/** First second of the month before that of `nowMs`: the feed of all markets goes no further back. */
export function feedStartS(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1) / SECOND_MS;
}

/** The sources among the public services. */
export const planSources: FetchPlan = (words, window, resolvedMs, { addresses, ports, onRetry }) => {
  const at = (baseUrl: string | undefined): ApiOptions => ({ baseUrl, ports, onRetry });
  const always =
    (source: Source): SourceMaker =>
    () =>
      source;
  if (words.venue === 'kalshi') {
    const kalshi = createKalshiClient(at(addresses.kalshi));
    return [always(kalshiTrades(kalshi, window, words.markets)), kalshiMarkets(kalshi)];
  }
  const gamma = createGammaClient(at(addresses.gamma));
  const dataApi = createDataApiClient(at(addresses.dataApi));
  if (words.wallets.length > 0)
    return [
      ...words.wallets.map((wallet) => always(feedTrades(dataApi, window, wallet))),
      marketsOfTrades(gamma, 'condition_ids'),
    ];
  if (words.markets.length > 0) {
    checkMarketFeed(window, resolvedMs);
    return [always(tradesOfMarkets(dataApi, window, words.markets)), marketsOfConditions(gamma, words.markets)];
  }
  const sources: SourceMaker[] = [];
  if (window.sinceS < SUBGRAPH_END_S) {
    const subgraph = createSubgraphClient(at(addresses.subgraph));
    const old = { ...window, untilS: Math.min(window.untilS, SUBGRAPH_END_S) };
    sources.push(always(subgraphTrades(subgraph, old)), marketsOfTrades(gamma, 'clob_token_ids'));
  }
  if (window.untilS > SUBGRAPH_END_S) {
    const late = { ...window, sinceS: Math.max(window.sinceS, SUBGRAPH_END_S) };
    if (late.sinceS >= feedStartS(resolvedMs))
      sources.push(always(feedTrades(dataApi, late, null)), marketsOfTrades(gamma, 'condition_ids'));
    else {
      checkMarketFeed(late, resolvedMs);
      sources.push(always(listedMarkets(gamma, late)), tradesOfListed(dataApi, late));
    }
  }
  return sources;
};

function checkMarketFeed({ sinceS }: Window, resolvedMs: number): void {
  const first = new Date(resolvedMs);
  first.setUTCFullYear(first.getUTCFullYear() - MARKET_FEED_YEARS);
  if (sinceS * SECOND_MS >= first.getTime()) return;
  throw new InputError(
    'bad-option',
    `the trades of a market are told for ${MARKET_FEED_YEARS} years, and --since lies before`,
    'give a later --since, or leave --markets out',
  );
}
