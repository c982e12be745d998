/** The feed of the markets that are traded: their books and trades, and of an account at the venue what becomes of its orders. */
import type { HttpPorts } from '../http/ports.ts';
import type { InputError } from '../run/errors.ts';
import type { FeedState } from '../status/board.ts';
import type { FeedView } from '../trade/execution/feed_books.ts';
import { type KalshiSubscription, openKalshiFeed } from '../venues/kalshi/api/feed.ts';
import type { KalshiKey } from '../venues/kalshi/api/signing.ts';

export interface MarketFeedOptions {
  readonly key: KalshiKey;
  readonly url: string;
  readonly ports: HttpPorts;
  readonly view: () => FeedView;
  /** Whether the account's own orders are followed. */
  readonly isReal: boolean;
  readonly state: FeedState;
  /** Something has become of an order. */
  readonly onOwn: () => void;
  /** The venue has cancelled an order group. */
  readonly onGroup: (why: string) => void;
  readonly warn: (line: string) => void;
  /** Each text as it came. */
  readonly onText?: (text: string) => void;
}

const OWN = ['fill', 'user_orders', 'order_group_updates'];

export class MarketFeed {
  /** When it last gave a sign of life, ms since 1970; null for never, and while it is down. */
  heardMs: number | null = null;
  /** Rejects with what ends the feed for good. */
  readonly failed: Promise<never>;
  private fail: (error: InputError) => void = () => undefined;
  private feed: { close(): void } | null = null;
  private followed = '';

  constructor(private readonly options: MarketFeedOptions) {
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => undefined);
  }

  /** Follows these markets from now on; when they are others than before, all books come anew. */
  follow(tickers: readonly string[]): void {
    const wanted = [...tickers].sort();
    if (wanted.length === 0 || wanted.join() === this.followed) return;
    this.close();
    this.followed = wanted.join();
    const { key, url, ports, isReal, state, warn, view, onText } = this.options;
    const markets = ['orderbook_delta', 'trade'].map((channel): KalshiSubscription => ({ channel, tickers: wanted }));
    const own = (isReal ? OWN : []).map((channel): KalshiSubscription => ({ channel }));
    this.feed = openKalshiFeed({
      key,
      url,
      random: ports.random,
      nowMs: ports.nowMs,
      subscriptions: [...markets, ...own],
      ...(onText === undefined ? {} : { onText }),
      onHeard: () => {
        this.heardMs = ports.nowMs();
        state.lastMs = this.heardMs;
      },
      onFrame: (type, msg) => this.take(type, msg),
      onMissed: (channel, why) => {
        if (channel !== 'orderbook_delta') return;
        state.nGaps++;
        view().onMissed();
        warn(`${why}; no order book is known until it comes anew`);
      },
      onDown: () => {
        this.heardMs = null;
        state.nReconnects++;
      },
      onEnd: this.fail,
    });
  }

  close(): void {
    this.feed?.close();
    this.feed = null;
    if (this.followed !== '') this.options.view().onMissed();
  }

  private take(type: string, msg: Readonly<Record<string, unknown>>): void {
    const { view, state, onOwn, onGroup } = this.options;
    state.nEvents++;
    if (type === 'fill' || type === 'user_order') onOwn();
    else if (type === 'order_group_updates') {
      if (msg.event_type === 'triggered')
        onGroup(`the exchange has cancelled order group ${String(msg.order_group_id)}`);
    } else view().onFrame(type, msg);
  }
}
