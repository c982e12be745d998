/** What is known of Kalshi's markets, put into the log: by series at once, by REST soon after, and again while a market trades. */
import { domainOf } from '../features/domain.ts';
import type { HttpPorts } from '../http/ports.ts';
import { backoffMs } from '../http/retry.ts';
import { MINUTE_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { type KalshiClient, TICKERS_PER_REQUEST } from '../venues/kalshi/api/client.ts';
import type { KalshiMarket } from '../venues/kalshi/api/rows.ts';
import type { EventLog } from './event_log.ts';

/** Open interest and schedule are asked for again so long after. */
const RENEW_MS = 10 * MINUTE_MS;
/** Markets of which the time of the last request is remembered. */
const N_ASKED_MAX = 200_000;
/** Requests wait for others that go with them. */
const GATHER_MS = 100;

/** Words of a series' category, until the title says more. */
const CATEGORIES: readonly (readonly [RegExp, string])[] = [
  [/sport/i, 'sports'],
  [/politic|election|world/i, 'politics'],
  [/crypto/i, 'crypto'],
];

/** Scheduled end as it was known while the market traded: see venues/kalshi/markets.ts. */
function closeMs(market: KalshiMarket): number | null {
  const ms = Date.parse(market.can_close_early ? market.latest_expiration_time : market.close_time);
  return Number.isNaN(ms) ? null : ms;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export class KalshiFacts {
  private readonly series = new Map<string, string>();
  private readonly askedMs = new Map<string, number>();
  private readonly wanted = new Set<string>();
  private isRunning = false;
  private readonly stopping = new AbortController();

  constructor(
    private readonly client: KalshiClient,
    private readonly log: EventLog,
    private readonly ports: HttpPorts,
    private readonly warn: (line: string) => void,
  ) {}

  /** Reads the categories of all series; without them markets begin without a category. */
  async readSeries(): Promise<void> {
    try {
      for (const { ticker, category } of await this.client.series()) this.series.set(ticker, category);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.warn(`the categories of Kalshi's series are not known now: ${error.message}`);
    }
  }

  /** A trade of this market is about to be put into the log. */
  met(ticker: string): void {
    const nowMs = this.ports.nowMs();
    const lastMs = this.askedMs.get(ticker);
    if (lastMs !== undefined && nowMs - lastMs < RENEW_MS) return;
    if (lastMs === undefined) this.log.market(this.firstFacts(ticker));
    if (this.askedMs.size >= N_ASKED_MAX) this.askedMs.clear();
    this.askedMs.set(ticker, nowMs);
    this.ask(ticker);
  }

  /** The venue has said something new of this market. */
  ask(ticker: string): void {
    this.wanted.add(ticker);
    if (!this.isRunning) void this.run();
  }

  close(): void {
    this.stopping.abort();
  }

  private firstFacts(ticker: string): Parameters<EventLog['market']>[0] {
    const category = this.series.get(ticker.split('-')[0]);
    const known = CATEGORIES.find(([words]) => words.test(category ?? ''))?.[1];
    return {
      venue: 'kalshi',
      market_id: ticker,
      event_id: null,
      title: null,
      outcomes: ['Yes', 'No'],
      slug: null,
      category: category === undefined ? null : (known ?? 'other'),
      close_ms: null,
      open_interest: null,
    };
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    this.isRunning = true;
    for (let nFailures = 0; this.wanted.size > 0 && !signal.aborted; ) {
      const waitMs = nFailures === 0 ? GATHER_MS : backoffMs(nFailures, this.ports.random);
      await this.ports.sleep(waitMs, signal).catch(() => undefined);
      const tickers = [...this.wanted].slice(0, TICKERS_PER_REQUEST);
      try {
        for (const market of await this.client.marketsOf(tickers)) this.tell(market);
        for (const ticker of tickers) this.wanted.delete(ticker);
        nFailures = 0;
      } catch (error) {
        if (signal.aborted) break;
        nFailures++;
        this.warn(`facts of ${tickers.length} Kalshi markets cannot be fetched now: ${(error as Error).message}`);
      }
    }
    this.isRunning = false;
  }

  private tell(market: KalshiMarket): void {
    const title = text(market.title) ?? text(market.yes_sub_title);
    const openInterest = Number(market.open_interest_fp ?? Number.NaN);
    this.log.market({
      venue: 'kalshi',
      market_id: market.ticker,
      event_id: text(market.event_ticker),
      title,
      outcomes: ['Yes', 'No'],
      slug: null,
      category: domainOf([], title)?.domain ?? 'other',
      close_ms: closeMs(market),
      open_interest: Number.isFinite(openInterest) ? openInterest : null,
    });
  }
}
