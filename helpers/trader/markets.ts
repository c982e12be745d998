/** The markets that are traded: those of the newest scan of 23, and those in which something is held or ordered, which stay known. */
import { z } from 'zod';
import { readWatchList, type WatchedMarket, watchListStamp } from '../scan/watch_list.ts';
import { type CostTerms, wholeContracts } from '../trade/fees/order_cost.ts';
import { feeTerms } from '../trade/fees/terms.ts';
import { MICROS_PER_USD } from '../trade/money.ts';
import type { MarketRef } from '../trade/types.ts';

export const TRADED_MARKET = z.object({
  ticker: z.string(),
  event: z.string(),
  series: z.string(),
  category: z.string(),
  title: z.string(),
  closesMs: z.number(),
  feeType: z.string(),
  feeMultiplier: z.number(),
  isExclusive: z.boolean(),
  priceStep: z.number(),
  shard: z.number(),
});
export type TradedMarket = Readonly<z.infer<typeof TRADED_MARKET>>;

export function refOf({ ticker, event, series, category }: TradedMarket): MarketRef {
  return { venue: 'kalshi', ticker, event, series, category };
}

/** A contract is traded in hundredths everywhere, so an order may be filled in pieces that small. */
const SMALLEST_FILL = 1;

/** What decides the cost of an order; null where the fees are not known, and nothing is bought. */
export function termsOf({ feeType, feeMultiplier, priceStep }: TradedMarket): CostTerms | null {
  const fees = feeTerms({ feeType, feeMultiplier });
  if (fees === null) return null;
  const priceStepMicros = Math.round(priceStep * MICROS_PER_USD);
  return { ...wholeContracts(fees), priceStepMicros, smallestFillHundredths: SMALLEST_FILL };
}

export class MarketList {
  private watched_ = new Map<string, TradedMarket>();
  private stamp: string | null = null;
  /** Open markets at the last scan, and what stopped those that are not watched. */
  nScanned = 0;
  stopped: Readonly<Record<string, number>> = {};

  /** @param kept markets of an earlier run in which something is held or ordered */
  constructor(
    private readonly dataDir: string,
    private kept: readonly TradedMarket[],
  ) {}

  /** Reads the list when it is a new one. @returns whether it was. @throws InputError 'corrupt-file' */
  refresh(): boolean {
    const stamp = watchListStamp(this.dataDir);
    if (stamp === null || stamp === this.stamp) return false;
    const { watched = [], nMarkets = 0, stopped = {} } = readWatchList(this.dataDir) ?? {};
    this.watched_ = new Map(
      watched.map((market) => [market.ticker, TRADED_MARKET.parse(market satisfies WatchedMarket)]),
    );
    this.nScanned = nMarkets;
    this.stopped = stopped;
    this.stamp = stamp;
    return true;
  }

  get watched(): readonly TradedMarket[] {
    return [...this.watched_.values()];
  }

  /** Watched and kept ones. */
  get all(): readonly TradedMarket[] {
    return [...new Map([...this.kept, ...this.watched].map((market) => [market.ticker, market])).values()];
  }

  get(ticker: string): TradedMarket | null {
    return this.watched_.get(ticker) ?? this.kept.find((market) => market.ticker === ticker) ?? null;
  }

  /** Keeps what is known of these alone, should a scan name them no more. */
  keep(tickers: ReadonlySet<string>): readonly TradedMarket[] {
    this.kept = this.all.filter(({ ticker }) => tickers.has(ticker));
    return this.kept;
  }
}
