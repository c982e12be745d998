/** The log of the stream out of a recording of 21: its trades with the times at which they came, and what is known of their markets. */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { HOUR_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { explainSystemError, withSystemErrors } from '../run/files.ts';
import { MARKETS } from '../tables/schemas.ts';
import { openTableIfThere, readTable } from '../tables/table_store.ts';
import { framedTrades } from '../venues/recorded_frames.ts';
import type { MarketEvent, StreamEvent, TradeEvent } from './events.ts';
import { kalshiTrade, toldByFrame } from './kalshi_trade.ts';

const FILE = /^\d{8}T\d{9}Z[.]jsonl([.]gz)?$/;
const LINE = z.object({ received_ms: z.number(), kind: z.string(), text: z.string() });
/** First line of a file; Polymarket's names the tokens of each market. */
const HEADER = z.object({ venue: z.enum(['kalshi', 'polymarket']), markets: z.unknown() });
const TOKENS = z.record(z.string(), z.tuple([z.string(), z.string()]).rest(z.string()));
const CHANNEL_TRADE = z.looseObject({
  market: z.string(),
  asset_id: z.string(),
  side: z.enum(['BUY', 'SELL']),
  size: z.coerce.number().positive(),
  price: z.coerce.number().min(0).max(1),
  timestamp: z.coerce.number(),
  transaction_hash: z.string().optional(),
});

type Told = Omit<TradeEvent, 'kind' | 'received_ms'>;

/** A match as the market channel tells it; null of a token that the recording does not name. There is no id: what it says is one. */
function channelTrade(frame: z.infer<typeof CHANNEL_TRADE>, tokens: z.infer<typeof TOKENS>): Told | null {
  const { market, asset_id: token, side, size, price, timestamp, transaction_hash: tx } = frame;
  const outcome = tokens[market]?.indexOf(token) ?? -1;
  if (outcome !== 0 && outcome !== 1) return null;
  const isBuy = side === 'BUY';
  const said = JSON.stringify([tx, timestamp, token, side, size, price]);
  return {
    venue: 'polymarket',
    trade_id: createHash('sha256').update(said).digest('hex').slice(0, 32),
    market_id: market,
    ts_ms: timestamp,
    seq: 0,
    contracts: size,
    outcome: isBuy ? outcome : outcome === 0 ? 1 : 0,
    price: isBuy ? price : Math.round((1 - price) * 1e9) / 1e9,
    wallet: null,
  };
}

/** The trades in a frame. */
function tradesIn(text: string, tokens: z.infer<typeof TOKENS>): Told[] {
  return framedTrades(text).flatMap(({ venue, told, seq }) => {
    if (venue === 'kalshi') return kalshiTrade(toldByFrame(told, seq)) ?? [];
    const channel = CHANNEL_TRADE.safeParse(told);
    return channel.success ? (channelTrade(channel.data, tokens) ?? []) : [];
  });
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const gunzip = path.endsWith('.gz') ? createGunzip() : null;
  if (gunzip !== null) file.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  try {
    yield* createInterface({ input: gunzip ?? file, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

/** Markets of 10_markets of a data folder, as known from `receivedMs` on; none where there is no table. */
function knownMarkets(dataDir: string, receivedMs: number): MarketEvent[] {
  const table = openTableIfThere(dataDir, MARKETS);
  const rows = table === null ? [] : (readTable(table).toRecords() as Record<string, unknown>[]);
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  return rows.flatMap(({ venue, ...row }) =>
    venue !== 'kalshi' && venue !== 'polymarket'
      ? []
      : [
          {
            kind: 'market',
            received_ms: receivedMs,
            venue,
            market_id: String(row.market_id),
            event_id: text(row.event_id),
            title: text(row.question),
            outcomes: [text(row.outcome_0) ?? 'Yes', text(row.outcome_1) ?? 'No'],
            slug: text(row.slug),
            category: text(row.domain) ?? 'other',
            close_ms: row.close_ms === null || row.close_ms === undefined ? null : Number(row.close_ms),
            open_interest: null,
          },
        ],
  );
}

/** A line of a recording: when it came, what it is, and its text. */
export type RecordedLine = z.infer<typeof LINE>;

/**
 * Lines of a recording in the order in which they came; their clock never goes back. One that a kill has cut off is passed over.
 * @param folder of the files of one venue
 * @throws InputError 'empty-input' where there is no recording
 */
export async function* recordedLines(folder: string): AsyncGenerator<RecordedLine> {
  const names = withSystemErrors(folder, () => readdirSync(folder).filter((name) => FILE.test(name))).sort();
  if (names.length === 0)
    throw new InputError(
      'empty-input',
      `${folder} holds no recording of 21`,
      'name a folder as data/live/frames/kalshi',
    );
  let lastMs = 0;
  for (const name of names)
    for await (const text of linesOf(join(folder, name))) {
      const line = parsedLine(text);
      if (line === null) continue;
      lastMs = Math.max(lastMs, line.received_ms);
      yield { ...line, received_ms: lastMs };
    }
}

/**
 * Events in the order in which they came.
 * @param folder of the files of one venue
 * @param dataDir whose 10_markets says what is known of the markets
 * @throws InputError 'empty-input' where there is no recording
 */
export async function* recordedEvents(folder: string, dataDir: string): AsyncGenerator<StreamEvent> {
  let lastMs = 0;
  let tokens: z.infer<typeof TOKENS> = {};
  for await (const line of recordedLines(folder)) {
    if (lastMs === 0) yield* knownMarkets(dataDir, line.received_ms);
    lastMs = line.received_ms;
    if (line.kind === 'file') tokens = TOKENS.safeParse(HEADER.parse(JSON.parse(line.text)).markets).data ?? {};
    if (line.kind !== 'frame') continue;
    for (const trade of tradesIn(line.text, tokens)) yield { kind: 'trade', received_ms: lastMs, ...trade };
  }
  yield { kind: 'tick', received_ms: lastMs + HOUR_MS };
}

function parsedLine(text: string): z.infer<typeof LINE> | null {
  try {
    return LINE.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
