/** Trades of the canonical tables as the fold wants them: in order of time, with what was known of market and wallet then. */
import { type FillSource, numberedFills, spanParts } from '../features/wallets/build_profiles.ts';
import { type FillColumns, FLAGS, NOBODY } from '../features/wallets/fill_columns.ts';
import { numberMarkets, withMarketNumbers } from '../features/wallets/market_numbers.ts';
import { WalletNumbers } from '../features/wallets/wallet_numbers.ts';
import { type DataFrame, pl, releaseFrames } from '../polars/polars.ts';
import { HOUR_MS } from '../run/clock.ts';
import { prefetch } from '../run/prefetch.ts';
import { countRows } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';
import { firstTimestamp } from '../tables/time_range.ts';
import { EarlierFills } from './earlier_fills.ts';
import type { MarketFacts, Trade } from './trade.ts';
import { OTHER, type TradeFeatures, TradeFold } from './trade_fold.ts';

const MICRO = 1e6;
/** Rows read at once: what is in memory as text follows them. */
const SLICE_ROWS = 400_000;

export interface TradeSource {
  readonly trades: Table;
  readonly markets: DataFrame;
  readonly venue: Trade['venue'];
  /** Trades of fromMs <= time < untilMs. */
  readonly fromMs: number;
  readonly untilMs: number;
}

interface KnownMarkets {
  readonly names: readonly string[];
  readonly isOfVenue: Uint8Array;
  readonly categories: readonly (string | null)[];
  /** NaN where it is not known. */
  readonly closeMs: Float64Array;
}

function knownMarkets(markets: DataFrame, venue: string): KnownMarkets {
  const facts = withMarketNumbers(
    markets.select('market_id', 'venue', 'domain', 'close_ms', pl.col('market_id').alias('name')),
    markets,
  ).sort('market');
  return {
    names: facts.getColumn('name').toArray() as string[],
    isOfVenue: Uint8Array.from(facts.getColumn('venue').toArray() as string[], (name) => (name === venue ? 1 : 0)),
    categories: facts.getColumn('domain').toArray() as (string | null)[],
    closeMs: Float64Array.from(
      facts.getColumn('close_ms').cast(pl.Float64).toArray() as (number | null)[],
      (ms) => ms ?? Number.NaN,
    ),
  };
}

/** Categories of a venue's markets, `other` last. */
export function categoriesOf(markets: DataFrame, venue: Trade['venue']): string[] {
  const { categories, isOfVenue } = knownMarkets(markets, venue);
  const known = new Set(categories.filter((name, market) => name !== null && isOfVenue[market] === 1)) as Set<string>;
  known.delete(OTHER);
  return [...known].sort().concat(OTHER);
}

/** Fills of a span, some hours at a time, so that no more than about SLICE_ROWS are in memory as text. */
async function* slicesOf(source: FillSource & { fromMs: number }, wallets: WalletNumbers): AsyncGenerator<FillColumns> {
  const { fromMs, asOfMs } = source;
  const parts = spanParts(source);
  const nSlices = Math.max(1, Math.ceil(countRows(parts) / SLICE_ROWS));
  const stepMs = Math.max(HOUR_MS / 4, (asOfMs - fromMs) / nSlices);
  for (let from = fromMs; from < asOfMs; from += stepMs) {
    const slice = { ...source, fromMs: Math.floor(from), asOfMs: Math.min(asOfMs, Math.floor(from + stepMs)) };
    for await (const { columns } of numberedFills(slice, spanParts(slice), wallets)) yield columns;
  }
}

/**
 * Folds the trades of a span in order of time: one for each fill whose wallet took the price (or whose role nobody knows). Earlier fills
 * of the table give wallets their past, and markets what is outstanding where it tells makers as well as takers.
 * @returns the fold as it is after the last trade
 * @throws InputError as readParts does
 */
export async function foldTrades(
  source: TradeSource,
  onTrade: (features: TradeFeatures, trade: Trade) => void,
): Promise<TradeFold> {
  const { trades, markets, venue, fromMs, untilMs } = source;
  const fold = new TradeFold(firstTimestamp(trades));
  const facts = knownMarkets(markets, venue);
  const wallets = new WalletNumbers();
  const earlier = new EarlierFills(2 * numberMarkets(markets).height);
  const span = (from: number, until: number) =>
    prefetch(slicesOf({ trades, markets, fromMs: from, asOfMs: until }, wallets));
  if (venue === 'polymarket')
    for await (const fills of span(firstTimestamp(trades), fromMs)) {
      earlier.add(fills);
      await releaseFrames();
    }
  const isMet = new Set<number>();
  for await (const fills of span(fromMs, untilMs)) {
    for (let i = 0; i < fills.ms.length; i++) {
      const market = fills.market[i];
      if (facts.isOfVenue[market] === 0) continue;
      earlier.moveTo(fills.ms[i]);
      if ((fills.flags[i] & FLAGS.maker) === 0 && fills.shares[i] > 0) {
        const walletCode = fills.walletCode[i];
        if (walletCode !== NOBODY && !isMet.has(walletCode)) {
          isMet.add(walletCode);
          const past = earlier.pastOf(walletCode);
          if (past !== null) fold.seedWallet(String(walletCode), past);
        }
        const trade = tradeOf(fills, i, venue, facts);
        onTrade(fold.next(trade, factsOf(facts, market, earlier.openInterest(market))), trade);
      }
      earlier.addLater(fills, i);
    }
    await releaseFrames();
  }
  return fold;
}

function tradeOf(fills: FillColumns, i: number, venue: Trade['venue'], { names }: KnownMarkets): Trade {
  const isBuy = (fills.flags[i] & FLAGS.buy) !== 0;
  const walletCode = fills.walletCode[i];
  return {
    venue,
    tradeId: '',
    marketId: names[fills.market[i]],
    tsMs: fills.ms[i],
    contracts: fills.shares[i] / MICRO,
    outcome: (isBuy ? fills.outcome[i] : 1 - fills.outcome[i]) as 0 | 1,
    price: isBuy ? fills.price[i] : 1 - fills.price[i],
    wallet: walletCode === NOBODY ? null : String(walletCode),
  };
}

function factsOf({ categories, closeMs }: KnownMarkets, market: number, openInterest: number | null): MarketFacts {
  const close = closeMs[market];
  return { category: categories[market], closeMs: Number.isNaN(close) ? null : close, openInterest };
}
