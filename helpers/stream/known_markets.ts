/** What the log has said of markets: the newest of each, and which of it is not on disk yet. */
import { IdleMap } from '../kernels/idle_map.ts';
import { type MarketEvent, marketKey } from './events.ts';

/** Markets of which something is known; above that the tenth of which nothing was heard for longest is forgotten. */
export const N_MARKETS_MAX = 100_000;

interface KnownMarket {
  readonly event: MarketEvent;
  readonly lastMs: number;
}

export class KnownMarkets {
  private readonly markets = new IdleMap<KnownMarket>(N_MARKETS_MAX);
  private readonly told = new Map<string, MarketEvent>();

  get(key: string): MarketEvent | undefined {
    return this.markets.get(key)?.event;
  }

  learn(event: MarketEvent): void {
    this.restore(event);
    this.told.set(marketKey(event), event);
  }

  /** Keeps what an earlier process has left. */
  restore(event: MarketEvent): void {
    this.markets.put(marketKey(event), { event, lastMs: event.received_ms });
  }

  /** Markets of which something new is known since `kept`, by key. */
  changed(): ReadonlyMap<string, MarketEvent> {
    return this.told;
  }

  kept(): void {
    this.told.clear();
  }
}
