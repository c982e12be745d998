/** All trades of Kalshi into the log: from its WebSocket as they happen, by REST what that may have missed. */
import { MINUTE_MS, SECOND_MS } from '../run/clock.ts';
import type { InputError } from '../run/errors.ts';
import type { KalshiClient } from '../venues/kalshi/api/client.ts';
import { openKalshiFeed } from '../venues/kalshi/api/feed.ts';
import type { KalshiKey } from '../venues/kalshi/api/signing.ts';
import { CatchUp } from './catch_up.ts';
import { beginAt, FULL_WAIT_MS, type Ingest, type IngestParts, N_RECENT, OVERLAP_MS } from './ingest_parts.ts';
import { KalshiFacts } from './kalshi_facts.ts';
import { type KalshiTold, kalshiTrade, toldByFrame } from './kalshi_trade.ts';
import { SeenIds } from './seen_ids.ts';

/** A stretch that is fetched and sorted at once. */
const PIECE_MS = MINUTE_MS;
/** The read side of Kalshi lags by about a second. */
const LAG_MS = 1500;
const BOOKMARK_MS = SECOND_MS;
/** Whether the feed brings everything is looked into so often, as trades may come without numbers. */
const AUDIT_MS = 5 * MINUTE_MS;

export interface KalshiIngestOptions extends IngestParts {
  readonly client: KalshiClient;
  readonly key: KalshiKey;
  readonly feedUrl?: string;
  readonly lagMs?: number;
  readonly auditMs?: number;
}

/** Begins to ingest, from the bookmark on. */
export function startKalshiIngest(options: KalshiIngestOptions): Ingest {
  return new KalshiIngest(options);
}

class KalshiIngest implements Ingest {
  readonly failed: Promise<never>;
  private fail: (error: unknown) => void = () => undefined;
  private readonly recent = new SeenIds(N_RECENT);
  private readonly facts: KalshiFacts;
  private readonly catchUp: CatchUp;
  private feed: { close(): void } | null = null;
  private readonly timers: readonly NodeJS.Timeout[];
  private lastMs: number;
  private auditedMs: number;
  private nWithoutSide = 0;
  private isClosed = false;

  constructor(private readonly options: KalshiIngestOptions) {
    const { client, log, ports, bookmark, lagMs = LAG_MS, note, warn } = options;
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => undefined);
    this.lastMs = beginAt(bookmark, ports.nowMs());
    this.facts = new KalshiFacts(client, log, ports, warn);
    this.catchUp = new CatchUp({
      ports,
      lagMs,
      fetch: (fromMs, untilMs, signal) => this.fetch(fromMs, untilMs, signal),
      note,
      warn,
      onFault: this.fail,
    });
    this.auditedMs = this.lastMs;
    this.timers = [
      setInterval(() => void this.mark().catch(this.fail), BOOKMARK_MS),
      setInterval(() => this.audit(), options.auditMs ?? AUDIT_MS),
    ];
    void this.facts.readSeries().then(() => this.open(), this.fail);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.feed?.close();
    this.catchUp.close();
    this.facts.close();
    for (const timer of this.timers) clearInterval(timer);
    await this.mark();
  }

  private open(): void {
    if (this.isClosed) return;
    const { key, feedUrl, ports, watch, warn } = this.options;
    this.feed = openKalshiFeed({
      key,
      subscriptions: [{ channel: 'trade' }, { channel: 'market_lifecycle_v2' }],
      ...(feedUrl === undefined ? {} : { url: feedUrl }),
      random: ports.random,
      nowMs: ports.nowMs,
      onFrame: (type, msg, seq) => {
        if (type === 'trade') this.takeFrame(msg, seq);
        else if (type === 'market_lifecycle_v2' && typeof msg.market_ticker === 'string')
          this.facts.ask(msg.market_ticker);
      },
      // Only now does every later trade come: what happened until now is fetched.
      onSubscribed: (channel) => {
        if (channel === 'trade') this.askAgain();
      },
      onDown: (why) => {
        watch.reconnected();
        warn(`${why}; connecting again`);
      },
      onMissed: (channel, why) => {
        if (channel !== 'trade') return;
        watch.gap();
        this.options.note(`trades may be missing: ${why}`);
        this.askAgain();
      },
      onEnd: (error: InputError) => this.fail(error),
    });
  }

  private askAgain(): void {
    this.catchUp.ask(this.lastMs - OVERLAP_MS);
  }

  private audit(): void {
    this.catchUp.ask(this.auditedMs - OVERLAP_MS);
    this.auditedMs = this.lastMs;
  }

  private takeFrame(msg: Readonly<Record<string, unknown>>, seq: number | null): void {
    const told = toldByFrame(msg, seq);
    // Memory is full: what does not fit is fetched once there is room.
    if (this.take(told) === 'full') this.askAgain();
    else this.lastMs = Math.max(this.lastMs, told.tsMs);
  }

  /** Puts a trade into the log unless it is there. */
  private take(told: KalshiTold): 'new' | 'known' | 'full' {
    const { id, ticker } = told;
    if (this.recent.has(id)) return 'known';
    const trade = kalshiTrade(told);
    if (trade === null) {
      this.noteWithoutSide();
      this.recent.add(id);
      return 'known';
    }
    this.facts.met(ticker);
    const isTaken = this.options.log.trade(trade);
    if (!isTaken) return 'full';
    this.recent.add(id);
    this.options.watch.received(1);
    return 'new';
  }

  private noteWithoutSide(): void {
    if (this.nWithoutSide++ === 0)
      this.options.note('a trade does not say which side was taken (block trades may not): such ones are left out');
  }

  /** Fetches piece by piece, the oldest first, so that memory holds one piece; the last has no end, as the venue's clock may be ahead. */
  private async fetch(fromMs: number, nowMs: number, signal: AbortSignal): Promise<number> {
    const { bookmark, log } = this.options;
    const untilMs = Math.max(fromMs, nowMs);
    let nNew = 0;
    for (let startMs = fromMs; startMs <= untilMs && !signal.aborted; startMs += PIECE_MS) {
      const minS = Math.floor(startMs / 1000);
      const isLast = startMs + PIECE_MS > untilMs;
      const piece = isLast ? { minS } : { minS, maxS: Math.ceil((startMs + PIECE_MS) / 1000) };
      const told: KalshiTold[] = [];
      for await (const { rows } of this.options.client.tradePages('live', piece))
        for (const row of rows)
          told.push({
            id: row.trade_id,
            ticker: row.ticker,
            tsMs: Date.parse(row.created_time),
            seq: 0,
            count: row.count_fp,
            yesPrice: row.yes_price_dollars,
            side: row.taker_outcome_side ?? row.taker_side,
          });
      for (const trade of told.reverse()) {
        let outcome = this.take(trade);
        for (; outcome === 'full' && !signal.aborted; outcome = this.take(trade))
          await this.options.ports.sleep(FULL_WAIT_MS, signal);
        if (outcome === 'new') nNew++;
        this.lastMs = Math.max(this.lastMs, trade.tsMs);
      }
      // Killed in the middle of a long stretch, the next one goes on from here.
      const markedMs = bookmark.read() ?? fromMs;
      if (isLast || fromMs > markedMs || startMs + PIECE_MS <= markedMs) continue;
      await log.flush();
      bookmark.write(startMs + PIECE_MS);
    }
    return nNew;
  }

  /** Notes how far all is safe, unless something may be missing. */
  private async mark(): Promise<void> {
    const untilMs = this.lastMs;
    if (this.catchUp.isPending) return;
    await this.options.log.flush();
    if (!this.catchUp.isPending) this.options.bookmark.write(untilMs);
  }
}
