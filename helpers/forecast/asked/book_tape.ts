/**
 * Order books as 21 recorded them, as a tape that a back-test can be filled at: whoever takes pays the ask of that moment, and finds no more than
 * the smaller of the best sizes of both sides. While a book is not known nothing is filled.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { BacktestMarkets, ReplayResult, Rules, Signals, Strategy, TapeBatch } from '../../replay/model.ts';
import { Replay } from '../../replay/replay.ts';
import { recordedLines } from '../../stream/recorded_events.ts';
import { DisplayedBook } from '../../trade/execution/displayed_book.ts';
import { applyFrame } from '../../trade/execution/feed_books.ts';
import { HUNDREDTHS, MICROS_PER_USD } from '../../trade/money.ts';

/** Rows that are played at once. */
const BATCH_ROWS = 1 << 16;

const FRAME = z.looseObject({
  type: z.string(),
  msg: z.looseObject({ market_ticker: z.string() }),
});

/** Tells one recording from another: names and sizes of its files; null where there is none. */
export function recordingStamp(folder: string): string | null {
  if (!existsSync(folder)) return null;
  const names = readdirSync(folder).filter((name) => /[.]jsonl([.]gz)?$/.test(name));
  return names.length === 0 ? null : names.map((name) => `${name} ${statSync(join(folder, name)).size}`).join();
}

/** A moment at which an order may be filled by what the book offers then, though nothing changes. */
interface Moment {
  readonly ms: number;
  readonly market: number;
}

export interface BookJob {
  /** Files of Kalshi's feed. */
  readonly folder: string;
  readonly markets: BacktestMarkets;
  readonly rules: Rules;
  readonly delayMs: number;
}

interface Row {
  readonly ms: number;
  readonly market: number;
  readonly price0: number;
  readonly shares: number;
  readonly halfSpread: number;
}

class Rows {
  private rows: Row[] = [];
  private last: Row | null = null;

  get n(): number {
    return this.rows.length;
  }

  /** Adds what a book offers; nothing while it is not known or one-sided. */
  add(ms: number, market: number, book: DisplayedBook): void {
    const { bidMicros, askMicros } = book.quote ?? { bidMicros: null, askMicros: null };
    if (bidMicros === null || askMicros === null) return;
    this.last = {
      ...{ ms, market },
      price0: (bidMicros + askMicros) / 2 / MICROS_PER_USD,
      shares: Math.min(book.shownAt('bid', bidMicros), book.shownAt('ask', askMicros)) / HUNDREDTHS,
      halfSpread: (askMicros - bidMicros) / 2 / MICROS_PER_USD,
    };
    this.rows.push(this.last);
  }

  /** Lets time go on: a row of no size, which fills nothing. */
  tick(ms: number): void {
    if (this.last !== null) this.rows.push({ ...this.last, ms, shares: 0 });
  }

  take(): TapeBatch {
    const { rows } = this;
    this.rows = [];
    const numbers = (value: (row: Row) => number): Float64Array => Float64Array.from(rows, value);
    return {
      nRows: rows.length,
      tsMs: numbers(({ ms }) => ms),
      market: Int32Array.from(rows, ({ market }) => market),
      price0: numbers(({ price0 }) => price0),
      shares: numbers(({ shares }) => shares),
      halfSpread: numbers(({ halfSpread }) => halfSpread),
    };
  }
}

/** Every change of the best prices of a market that is spoken of, and what is offered at the given moments. */
async function* bookBatches(job: BookJob, moments: readonly Moment[], untilMs: number): AsyncGenerator<TapeBatch> {
  const wanted = new Map(job.markets.ids.map((id, m) => [id, m]));
  const books = new Map<number, DisplayedBook>();
  const quotes = new Map<number, string>();
  const rows = new Rows();
  let nextMoment = 0;
  let lastMs = 0;
  for await (const { received_ms: ms, kind, text } of recordedLines(job.folder)) {
    lastMs = ms;
    for (; nextMoment < moments.length && moments[nextMoment].ms < ms; nextMoment++) {
      const { ms: atMs, market } = moments[nextMoment];
      const book = books.get(market);
      if (book !== undefined) rows.add(atMs, market, book);
    }
    if (kind === 'missed' || kind === 'down') for (const book of books.values()) book.isKnown = false;
    const frame = kind === 'frame' && text.includes('"orderbook_') ? FRAME.safeParse(JSON.parse(text)).data : undefined;
    const market = frame === undefined ? undefined : wanted.get(frame.msg.market_ticker);
    if (frame === undefined || market === undefined) continue;
    const book = books.get(market) ?? new DisplayedBook();
    books.set(market, book);
    applyFrame(book, frame.type, frame.msg);
    const quote = JSON.stringify(book.quote);
    if (quote === quotes.get(market)) continue;
    quotes.set(market, quote);
    rows.add(ms, market, book);
    if (rows.n >= BATCH_ROWS) yield rows.take();
  }
  // Results come when no book is recorded any more.
  rows.tick(Math.max(untilMs, lastMs));
  if (rows.n > 0) yield rows.take();
}

/** Plays recorded books to strategies. @throws InputError 'empty-input' where there is no recording */
export async function replayBooks(
  job: BookJob,
  signals: Signals,
  strategies: readonly Strategy[],
): Promise<ReplayResult> {
  const replay = new Replay(job.markets, signals, strategies, job.rules);
  const moments = Array.from(signals.tsMs, (ms, i) => ({ ms: ms + job.delayMs + 1, market: signals.market[i] }));
  const results = Array.from(signals.market, (m) => job.markets.resolvedMs[m]).filter(Number.isFinite);
  const untilMs = results.reduce((last, ms) => Math.max(last, ms), 0) + 1;
  for await (const batch of bookBatches(job, moments, untilMs)) replay.feed(batch);
  return replay.finish();
}
