/**
 * All trades of Polymarket into the log: its list of trades is asked again and again, each time a little further back than before, as
 * rows may come late; that is the truth. Its sockets only hint that it is worth asking sooner.
 */
import { createHash } from 'node:crypto';
import { domainOf } from '../features/domain.ts';
import { backoffMs } from '../http/retry.ts';
import { MINUTE_MS, SECOND_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { createDataApiClient } from '../venues/polymarket/api/data_api.ts';
import { createGammaClient, IDS_PER_REQUEST } from '../venues/polymarket/api/gamma.ts';
import { type MarketChannel, openMarketChannel } from '../venues/polymarket/api/market_channel.ts';
import type { GammaMarket, TradeV2 } from '../venues/polymarket/api/rows.ts';
import { beginAt, FULL_WAIT_MS, type Ingest, type IngestParts, N_RECENT, OVERLAP_MS } from './ingest_parts.ts';
import { SeenIds } from './seen_ids.ts';

/** Two polls are at least so far apart, whatever the sockets hint. */
const POLL_MS_MIN = 500;
/** Tokens that are listened to: those traded last. */
const N_HINT_TOKENS = 400;
const HINTS_RENEW_MS = 10 * MINUTE_MS;
const FACTS_RENEW_MS = 10 * MINUTE_MS;
const N_KNOWN_MAX = 200_000;

export interface PolymarketIngestOptions extends IngestParts {
  readonly dataUrl: string | undefined;
  readonly gammaUrl: string | undefined;
  readonly feedUrl: string | undefined;
  readonly pollMs: number;
}

/** Begins to ingest, from the bookmark on. */
export function startPolymarketIngest(options: PolymarketIngestOptions): Ingest {
  return new PolymarketIngest(options);
}

/** There is no id anywhere: what makes a fill another one, and which of equals it is. */
function idOf(row: TradeV2, n: number): string {
  const { transaction_hash, proxy_wallet, token_id, side, price, size } = row;
  const text = JSON.stringify([transaction_hash, proxy_wallet.toLowerCase(), token_id, side, price, size, n]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

class PolymarketIngest implements Ingest {
  readonly failed: Promise<never>;
  private fail: (error: unknown) => void = () => undefined;
  private readonly stopping = new AbortController();
  private readonly recent = new SeenIds(N_RECENT);
  private readonly factsMs = new Map<string, number>();
  private readonly wanted = new Set<string>();
  private readonly hintTokens = new Map<string, true>();
  private channel: MarketChannel | null = null;
  private channelMs = 0;
  private hint: () => void = () => undefined;
  private lastMs: number;
  private readonly done: Promise<void>;

  constructor(private readonly options: PolymarketIngestOptions) {
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => undefined);
    this.lastMs = beginAt(options.bookmark, options.ports.nowMs());
    this.done = this.run().catch((error) => {
      if (!this.stopping.signal.aborted) this.fail(error);
    });
  }

  async close(): Promise<void> {
    this.stopping.abort();
    this.channel?.close();
    await this.done;
  }

  private async run(): Promise<void> {
    const { ports, pollMs, warn, log, bookmark } = this.options;
    const { signal } = this.stopping;
    for (let nFailures = 0; !signal.aborted; ) {
      try {
        const untilMs = await this.poll();
        await this.tellFacts();
        await log.flush();
        bookmark.write(untilMs);
        nFailures = 0;
      } catch (error) {
        if (!(error instanceof InputError) || error.tag === 'bad-answer' || error.tag === 'disk-full') throw error;
        nFailures++;
        warn(`Polymarket's trades cannot be fetched now: ${error.message}`);
      }
      if (nFailures === 0) this.listen();
      await ports.sleep(nFailures === 0 ? Math.min(POLL_MS_MIN, pollMs) : backoffMs(nFailures, ports.random), signal);
      if (nFailures === 0) await this.waitForHint(pollMs - POLL_MS_MIN, signal);
    }
  }

  /** Fetches what is newer than the overlap, and puts what is new into the log, the oldest first; @returns the time of the last trade */
  private async poll(): Promise<number> {
    const { dataUrl, ports } = this.options;
    const client = createDataApiClient({ ports, ...(dataUrl === undefined ? {} : { baseUrl: dataUrl }) });
    const fromS = Math.floor((this.lastMs - OVERLAP_MS) / SECOND_MS);
    const rows: TradeV2[] = [];
    walk: for await (const page of client.tradePages({ takerOnly: true }))
      for (const row of page.rows) {
        // Whole seconds only, so that equal fills are counted alike each time.
        if (row.timestamp < fromS) break walk;
        rows.push(row);
      }
    const met = new Map<string, number>();
    for (const row of rows.reverse()) {
      const plain = idOf(row, 0);
      const n = met.get(plain) ?? 0;
      met.set(plain, n + 1);
      await this.take(row, n === 0 ? plain : idOf(row, n));
      this.lastMs = Math.max(this.lastMs, row.timestamp * SECOND_MS);
    }
    return this.lastMs;
  }

  private async take(row: TradeV2, id: string): Promise<void> {
    const { log, ports, watch } = this.options;
    const isBuy = row.side === 'BUY';
    const isKnown = row.side !== '' && (row.outcome_index === 0 || row.outcome_index === 1) && row.size > 0;
    if (!isKnown || this.recent.has(id) || row.price < 0 || row.price > 1) return;
    this.meet(row);
    const taken = isBuy === (row.outcome_index === 0) ? 0 : 1;
    const trade = {
      venue: 'polymarket',
      trade_id: id,
      market_id: row.condition_id,
      ts_ms: row.timestamp * SECOND_MS,
      seq: 0,
      contracts: row.size,
      outcome: taken,
      // Selling one outcome is taking the other.
      price: isBuy ? row.price : Math.round((1 - row.price) * 1e9) / 1e9,
      wallet: row.proxy_wallet.toLowerCase(),
    } as const;
    while (!log.trade(trade)) await ports.sleep(FULL_WAIT_MS, this.stopping.signal);
    this.recent.add(id);
    watch.received(1);
  }

  /** A trade of this market is about to be put into the log: what the row itself says of it goes first. */
  private meet(row: TradeV2): void {
    const { condition_id: id, token_id: token } = row;
    this.hintTokens.delete(token);
    this.hintTokens.set(token, true);
    if (this.hintTokens.size > N_HINT_TOKENS) this.hintTokens.delete(this.hintTokens.keys().next().value as string);
    const nowMs = this.options.ports.nowMs();
    const lastMs = this.factsMs.get(id);
    if (lastMs !== undefined && nowMs - lastMs < FACTS_RENEW_MS) return;
    if (this.factsMs.size >= N_KNOWN_MAX) this.factsMs.clear();
    this.factsMs.set(id, nowMs);
    this.wanted.add(id);
    if (lastMs !== undefined) return;
    const title = text(row.title);
    this.options.log.market({
      venue: 'polymarket',
      market_id: id,
      event_id: text(row.event_slug),
      title,
      outcomes: ['Yes', 'No'],
      slug: text(row.slug),
      category: title === null ? null : (domainOf([], title)?.domain ?? 'other'),
      close_ms: null,
      open_interest: null,
    });
  }

  /** Asks the catalogue about the markets that were met. */
  private async tellFacts(): Promise<void> {
    const { gammaUrl, ports } = this.options;
    const client = createGammaClient({ ports, ...(gammaUrl === undefined ? {} : { baseUrl: gammaUrl }) });
    while (this.wanted.size > 0) {
      const ids = [...this.wanted].slice(0, IDS_PER_REQUEST);
      for (const market of await client.marketsOf('condition_ids', ids)) this.tell(market);
      for (const id of ids) this.wanted.delete(id);
    }
  }

  private tell(market: GammaMarket): void {
    const names = market.outcomes === null ? [] : (JSON.parse(market.outcomes) as string[]);
    const closeMs = Date.parse(market.endDate ?? '');
    const tags = (market.tags ?? []).map(({ slug }) => slug);
    const [event] = (market.events ?? []) as { slug?: unknown }[];
    this.options.log.market({
      venue: 'polymarket',
      market_id: market.conditionId,
      event_id: text(event?.slug),
      title: text(market.question),
      outcomes: [names[0] ?? 'Yes', names[1] ?? 'No'],
      slug: text(market.slug),
      category: domainOf(tags, market.question)?.domain ?? 'other',
      close_ms: Number.isNaN(closeMs) ? null : closeMs,
      open_interest: null,
    });
  }

  /** Listens to the tokens that were traded last, anew now and then. */
  private listen(): void {
    const { feedUrl, ports, note, watch } = this.options;
    if (this.hintTokens.size === 0 || ports.nowMs() - this.channelMs < HINTS_RENEW_MS) return;
    this.channel?.close();
    this.channelMs = ports.nowMs();
    this.channel = openMarketChannel({
      tokens: [...this.hintTokens.keys()],
      random: ports.random,
      nowMs: ports.nowMs,
      ...(feedUrl === undefined ? {} : { url: feedUrl }),
      onEvent: ({ event_type }) => {
        if (event_type === 'last_trade_price') this.hint();
      },
      onMissed: () => undefined,
      onDown: () => watch.reconnected(),
      onEnd: (error) => note(`without hints from now on: ${error.message}`),
    });
  }

  private waitForHint(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, Math.max(0, ms));
      this.hint = () => {
        clearTimeout(timer);
        done();
      };
      signal.addEventListener('abort', () => this.hint(), { once: true });
    });
  }
}
