/** The feed of a venue as a recorder needs it: what came, what may be missing, when a connection was lost. */
import type { HttpPorts } from '../http/ports.ts';
import { MINUTE_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { openKalshiFeed } from '../venues/kalshi/api/feed.ts';
import { type ClobClient, createClobClient } from '../venues/polymarket/api/clob.ts';
import { openMarketChannel } from '../venues/polymarket/api/market_channel.ts';
import { kalshiKeyOfEnv, type RecordSettings } from './record_options.ts';

/** Books that one request asks for. */
const BOOKS_PER_REQUEST = 100;
/** A token of which nothing has come for so long is called silent. */
const SILENT_MS = 10 * MINUTE_MS;

interface FeedEvents {
  readonly onText: (text: string) => void;
  /** Something may have been missed, of what, and why. */
  readonly onMissed: (what: string, why: string) => void;
  /** A connection has ended and will come back. */
  readonly onDown: (why: string) => void;
  /** The feed has ended for good. */
  readonly onEnd: (error: InputError) => void;
}

export interface RecordedFeed {
  /** What is recorded, as the first line of each file has it. */
  readonly scope: Readonly<Record<string, unknown>>;
  open(events: FeedEvents): { nSilent(): number; close(): void };
  /** Order books as they are now, for a feed whose frames do not begin with them. */
  books(): Promise<unknown[]>;
}

/** The feed that the settings name. @throws InputError when a key is missing or a market is unknown */
export async function recordedFeed(settings: RecordSettings, ports: HttpPorts): Promise<RecordedFeed> {
  return settings.venue === 'kalshi' ? kalshiFeed(settings, ports) : await polymarketFeed(settings, ports);
}

const urlOf = (url: string | undefined) => (url === undefined ? {} : { url });

function kalshiFeed({ markets, feedUrl }: RecordSettings, { random, nowMs }: HttpPorts): RecordedFeed {
  const key = kalshiKeyOfEnv();
  const subscriptions = ['trade', 'orderbook_delta'].map((channel) => ({ channel, tickers: markets }));
  return {
    scope: { venue: 'kalshi', markets },
    open: (events) => {
      const feed = openKalshiFeed({ key, subscriptions, random, nowMs, ...urlOf(feedUrl), ...events });
      return { nSilent: () => 0, close: () => feed.close() };
    },
    books: async () => [],
  };
}

async function polymarketFeed({ markets, feedUrl, clobUrl }: RecordSettings, ports: HttpPorts): Promise<RecordedFeed> {
  const clob = createClobClient({ ports, ...(clobUrl === undefined ? {} : { baseUrl: clobUrl }) });
  const tokensByMarket = await findTokens(clob, markets);
  const tokens = Object.values(tokensByMarket).flat();
  return {
    scope: { venue: 'polymarket', markets: tokensByMarket },
    open: (events) => {
      const onMissed = (some: readonly string[], why: string) => events.onMissed(`${some.length} tokens`, why);
      const { random, nowMs } = ports;
      const channel = openMarketChannel({ tokens, random, nowMs, ...urlOf(feedUrl), ...events, onMissed });
      return { nSilent: () => channel.silentTokens(SILENT_MS).length, close: () => channel.close() };
    },
    books: async () => {
      const found: unknown[] = [];
      for (let first = 0; first < tokens.length; first += BOOKS_PER_REQUEST)
        found.push(...(await clob.books(tokens.slice(first, first + BOOKS_PER_REQUEST))));
      return found;
    },
  };
}

/** The tokens of each market. @throws InputError 'bad-option' naming a market that is unknown or over */
async function findTokens(clob: ClobClient, markets: readonly string[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const condition of markets) {
    const market = await clob.market(condition);
    if (market === null || market.closed)
      throw new InputError(
        'bad-option',
        `--markets ${condition}: Polymarket ${market === null ? 'knows no such market' : 'has closed this market'}`,
        'leave it out',
      );
    found[condition] = market.tokens.map(({ token_id }) => token_id);
  }
  return found;
}
