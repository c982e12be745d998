/** Kalshi's WebSocket: subscriptions that come back after every fault, and word of everything that may have been missed. */
import { z } from 'zod';
import type { Random } from '../../../kernels/random.ts';
import { SECOND_MS } from '../../../run/clock.ts';
import { InputError } from '../../../run/errors.ts';
import { openSocket, type Socket } from '../../../socket/socket.ts';
import { KALSHI_FRAMES } from './rows.ts';
import { SequenceChecker } from './sequence.ts';
import { type KalshiKey, signedHeaders } from './signing.ts';

const FEED_URL = 'wss://external-api-ws.kalshi.com/trade-api/ws/v2';

const FRAME = z.looseObject({
  type: z.string(),
  id: z.number().optional(),
  sid: z.number().optional(),
  seq: z.number().optional(),
  msg: z.looseObject({}).optional(),
});
type Frame = z.infer<typeof FRAME>;

const SUBSCRIBED = z.looseObject({ channel: z.string(), sid: z.number() });
const FAILED = z.looseObject({ code: z.number(), msg: z.string().optional() });

/** Codes of a subscription that is dead: channel error, buffer overflow. */
const DEAD_CODES: ReadonlySet<number> = new Set([10, 25]);

const BOOKS = 'orderbook_delta';
/** How long a snapshot that was asked for may take. */
const SNAPSHOT_MS = 10 * SECOND_MS;

export interface KalshiSubscription {
  readonly channel: string;
  /** Needed for books; left out of `trade` it means all markets. */
  readonly tickers?: readonly string[];
}

export interface KalshiFeedOptions {
  readonly key: KalshiKey;
  readonly subscriptions: readonly KalshiSubscription[];
  readonly url?: string;
  readonly random: Random;
  readonly nowMs: () => number;
  readonly snapshotMs?: number;
  readonly silentMs?: number;
  /** Anything has come, heartbeats too: what is known of the subscriptions is as of now, but for what onMissed says. */
  readonly onHeard?: () => void;
  /** Each text as it came, before anything is made of it. */
  readonly onText?: (text: string) => void;
  /** A connection has ended and will come back; onMissed says of what something may be missing. */
  readonly onDown?: (why: string) => void;
  /** A frame of a channel that may be used: `trade`, `ticker`, `orderbook_snapshot`, … */
  readonly onFrame?: (type: string, msg: Readonly<Record<string, unknown>>, seq: number | null) => void;
  /** A subscription has begun, at first or again: what happens from now on comes. */
  readonly onSubscribed?: (channel: string) => void;
  /** Something of a channel may have been missed, and why: what is needed of it is to be fetched by REST. */
  readonly onMissed: (channel: string, why: string) => void;
  /** The feed has ended for good. */
  readonly onEnd: (error: InputError) => void;
}

interface Active {
  readonly subscription: KalshiSubscription;
  /** Books that no delta may change before their snapshot has come. */
  readonly stale: Set<string>;
  snapshotTimer: NodeJS.Timeout | null;
}

/** Opens the feed; it stays until it is closed. */
export function openKalshiFeed(options: KalshiFeedOptions): { close(): void } {
  return new KalshiFeed(options);
}

class KalshiFeed {
  private readonly socket: Socket;
  private readonly sequence = new SequenceChecker();
  private readonly asked = new Map<number, KalshiSubscription>();
  private readonly active = new Map<number, Active>();
  private nextId = 1;

  constructor(private readonly options: KalshiFeedOptions) {
    const { key, url = FEED_URL, random, nowMs, silentMs, onEnd } = options;
    this.socket = openSocket({
      name: 'Kalshi feed',
      url,
      random,
      ...(silentMs === undefined ? {} : { silentMs }),
      ...(options.onHeard === undefined ? {} : { onHeard: options.onHeard }),
      headers: () => signedHeaders(key, nowMs(), 'GET', new URL(url).pathname),
      onOpen: () => {
        for (const subscription of options.subscriptions) this.subscribe(subscription);
      },
      onText: (text) => {
        options.onText?.(text);
        this.take(text);
      },
      onDown: (why) => {
        this.forget();
        options.onDown?.(why);
        for (const { channel } of options.subscriptions) options.onMissed(channel, why);
      },
      onRefused: onEnd,
    });
  }

  close(): void {
    this.forget();
    this.socket.close();
  }

  private forget(): void {
    for (const { snapshotTimer } of this.active.values()) if (snapshotTimer !== null) clearTimeout(snapshotTimer);
    this.active.clear();
    this.asked.clear();
    this.sequence.reset();
  }

  private subscribe(subscription: KalshiSubscription): void {
    const { channel, tickers } = subscription;
    const id = this.nextId++;
    this.asked.set(id, subscription);
    const params = {
      channels: [channel],
      ...(tickers === undefined ? {} : { market_tickers: tickers }),
      // The default is about to change, so it is said.
      ...(channel === BOOKS ? { use_yes_price: false } : {}),
    };
    this.socket.send(JSON.stringify({ id, cmd: 'subscribe', params }));
  }

  private take(text: string): void {
    const frame = this.read(text);
    if (frame === null) return;
    const gap = this.sequence.check(frame);
    if (gap !== null) this.missed(gap.sid, `frame ${gap.expected} of subscription ${gap.sid} is missing`);
    const { type, sid, msg = {} } = frame;
    if (type === 'subscribed') this.begin(frame);
    else if (type === 'error') this.fail(frame);
    else if (type !== 'ok' && type !== 'unsubscribed' && this.isWhole(type, msg) && this.isUsable(type, sid, msg))
      this.options.onFrame?.(type, msg, frame.seq ?? null);
  }

  /** A frame without a needed field ends the feed: the service has changed, and what it sends is no longer understood. */
  private isWhole(type: string, msg: Readonly<Record<string, unknown>>): boolean {
    const parsed = KALSHI_FRAMES[type]?.safeParse(msg);
    if (parsed === undefined || parsed.success) return true;
    const [issue] = parsed.error.issues;
    const what = `field ${issue.path.join('.')} of ${type}: ${issue.message}; it begins ${JSON.stringify(msg).slice(0, 200)}`;
    this.close();
    this.options.onEnd(new InputError('bad-answer', `Kalshi feed: ${what}`, 'the service has changed'));
    return false;
  }

  /** A frame that cannot be read is no reason to lose the others; what it was is missed. */
  private read(text: string): Frame | null {
    try {
      return FRAME.parse(JSON.parse(text));
    } catch {
      this.socket.recycle('a frame that cannot be read');
      return null;
    }
  }

  private begin({ id, msg }: Frame): void {
    const { sid } = SUBSCRIBED.parse(msg);
    const subscription = this.asked.get(id ?? -1);
    if (subscription === undefined) return;
    this.asked.delete(id ?? -1);
    const stale = new Set(subscription.channel === BOOKS ? subscription.tickers : []);
    this.active.set(sid, { subscription, stale, snapshotTimer: null });
    this.options.onSubscribed?.(subscription.channel);
  }

  private fail({ id, sid, msg }: Frame): void {
    const { code, msg: text = '' } = FAILED.parse(msg);
    const active = sid === undefined ? undefined : this.active.get(sid);
    if (sid !== undefined && active !== undefined && DEAD_CODES.has(code)) {
      if (active.snapshotTimer !== null) clearTimeout(active.snapshotTimer);
      this.active.delete(sid);
      this.sequence.drop(sid);
      this.options.onMissed(active.subscription.channel, `error ${code} ${text}`);
      this.subscribe(active.subscription);
    } else if (id !== undefined && this.asked.has(id)) {
      const what = `${this.asked.get(id)?.channel ?? ''}: error ${code} ${text}`.slice(0, 200);
      this.close();
      this.options.onEnd(new InputError('no-answer', `Kalshi feed: ${what}`, 'check the channels and tickers'));
    } else this.socket.recycle(`error ${code} ${text}`);
  }

  /** A gap: of trades and the like the caller is told; all books of the subscription wait for new snapshots. */
  private missed(sid: number, why: string): void {
    const active = this.active.get(sid);
    if (active === undefined) return;
    const { subscription, stale } = active;
    this.options.onMissed(subscription.channel, why);
    if (subscription.channel !== BOOKS) return;
    for (const ticker of subscription.tickers ?? []) stale.add(ticker);
    const params = { sid, market_tickers: subscription.tickers, action: 'get_snapshot' };
    this.socket.send(JSON.stringify({ id: this.nextId++, cmd: 'update_subscription', params }));
    active.snapshotTimer ??= setTimeout(
      () => this.socket.recycle('a snapshot that never came'),
      this.options.snapshotMs ?? SNAPSHOT_MS,
    );
  }

  /** Whether a frame may be passed on: a change to a book that is not known may not. */
  private isUsable(type: string, sid: number | undefined, msg: Readonly<Record<string, unknown>>): boolean {
    const active = sid === undefined ? undefined : this.active.get(sid);
    if (active === undefined || active.subscription.channel !== BOOKS) return true;
    const ticker = String(msg.market_ticker);
    if (type !== 'orderbook_snapshot') return !active.stale.has(ticker);
    active.stale.delete(ticker);
    if (active.stale.size === 0 && active.snapshotTimer !== null) {
      clearTimeout(active.snapshotTimer);
      active.snapshotTimer = null;
    }
    return true;
  }
}
