/** Polymarket's market channel: books and last prices of tokens as they change, over as many sockets as their number needs. */
import { z } from 'zod';
import type { Random } from '../../../kernels/random.ts';
import { SECOND_MS } from '../../../run/clock.ts';
import type { InputError } from '../../../run/errors.ts';
import { openSocket, type Socket } from '../../../socket/socket.ts';

const CHANNEL_URL = 'wss://ws-subscriptions-clob.polymarket.com/ws/market';

/** Beyond some 500 tokens on a socket their first books stop coming. */
const TOKENS_PER_SOCKET = 200;
const PING = { text: 'PING', everyMs: 10 * SECOND_MS };

const EVENT = z.looseObject({
  event_type: z.string(),
  asset_id: z.string().optional(),
  price_changes: z.array(z.looseObject({ asset_id: z.string() })).optional(),
});
type MarketEvent = z.infer<typeof EVENT>;
const EVENTS = z.union([z.array(EVENT), EVENT.transform((event) => [event])]);

export interface MarketChannelOptions {
  readonly tokens: readonly string[];
  readonly url?: string;
  readonly random: Random;
  readonly nowMs: () => number;
  readonly silentMs?: number;
  /** Each text as it came, before anything is made of it. */
  readonly onText?: (text: string) => void;
  /** A connection has ended and will come back; onMissed says of what something may be missing. */
  readonly onDown?: (why: string) => void;
  readonly onEvent?: (event: MarketEvent) => void;
  /** Events of these tokens may have been missed: their books are to be fetched. */
  readonly onMissed: (tokens: readonly string[], why: string) => void;
  readonly onEnd: (error: InputError) => void;
}

export interface MarketChannel {
  /** Tokens of which nothing has come for `ms`: the service is known to fall silent about single ones. */
  silentTokens(ms: number): string[];
  close(): void;
}

/** Opens the channel for these tokens; it stays until it is closed. */
export function openMarketChannel(options: MarketChannelOptions): MarketChannel {
  const { tokens, url = CHANNEL_URL, random, nowMs, silentMs, onText, onDown, onEvent, onMissed, onEnd } = options;
  const lastMs = new Map(tokens.map((token) => [token, nowMs()]));
  const sockets: Socket[] = [];
  const take = (text: string): boolean => {
    // The answer to PING is no JSON.
    if (text === 'PONG' || text === '') return true;
    const events = parse(text);
    for (const event of events ?? []) {
      for (const token of tokensOf(event)) if (lastMs.has(token)) lastMs.set(token, nowMs());
      onEvent?.(event);
    }
    return events !== null;
  };
  for (let first = 0; first < tokens.length; first += TOKENS_PER_SOCKET) {
    const some = tokens.slice(first, first + TOKENS_PER_SOCKET);
    const socket: Socket = openSocket({
      name: 'Polymarket market channel',
      url,
      random,
      ping: PING,
      ...(silentMs === undefined ? {} : { silentMs }),
      onOpen: () => socket.send(JSON.stringify({ assets_ids: some, type: 'market', custom_feature_enabled: true })),
      onText: (text) => {
        onText?.(text);
        if (!take(text)) socket.recycle('a frame that cannot be read');
      },
      onDown: (why) => {
        onDown?.(why);
        onMissed(some, why);
      },
      onRefused: onEnd,
    });
    sockets.push(socket);
  }
  return {
    silentTokens: (ms) => tokens.filter((token) => nowMs() - (lastMs.get(token) ?? 0) > ms),
    close: () => {
      for (const socket of sockets) socket.close();
    },
  };
}

function parse(text: string): readonly MarketEvent[] | null {
  try {
    return EVENTS.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The tokens that an event tells of. */
function tokensOf({ asset_id, price_changes = [] }: MarketEvent): string[] {
  return [...(asset_id === undefined ? [] : [asset_id]), ...price_changes.map((change) => change.asset_id)];
}
