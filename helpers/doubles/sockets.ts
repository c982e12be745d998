/** Doubles of the venues' WebSockets: real ones on loopback, which tests and demonstrations make send, fall silent, skip numbers and break. */
import { constants, type KeyObject, verify } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { MINUTE_MS, nowMs } from '../run/clock.ts';

interface SocketDouble {
  readonly url: string;
  /** Texts that clients have sent, over all connections. */
  readonly heard: readonly string[];
  /** Texts that clients were sent, over all connections. */
  readonly sent: readonly string[];
  readonly nConnections: number;
  /** Cuts all connections without a word. */
  drop(): void;
  close(): Promise<void>;
}

interface Behaviour {
  readonly path: string;
  /** Status that a handshake is refused with, or null. */
  readonly refuse: (request: IncomingMessage) => number | null;
  readonly connected: (socket: WebSocket) => void;
  readonly take: (socket: WebSocket, text: string) => void;
}

async function startSockets({ path, refuse, connected, take }: Behaviour): Promise<SocketDouble> {
  const heard: string[] = [];
  const sent: string[] = [];
  let nConnections = 0;
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, stream, head) => {
    const status = request.url === path ? refuse(request) : 404;
    if (status !== null) {
      stream.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      nConnections++;
      const send = socket.send.bind(socket) as (text: string) => void;
      socket.send = (text: unknown) => {
        sent.push(String(text));
        send(String(text));
      };
      socket.on('message', (data) => {
        heard.push(String(data));
        take(socket, String(data));
      });
      connected(socket);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  server.unref();
  const drop = (): void => {
    for (const client of sockets.clients) client.terminate();
  };
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    heard,
    sent,
    get nConnections() {
      return nConnections;
    },
    drop,
    close: () => {
      drop();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

export interface KalshiSocketDouble extends SocketDouble {
  /** Sends a frame to every subscription of its channel; `skip` numbers are left out before it. */
  send(channel: string, type: string, msg: object, skip?: number): void;
  /** Tells the subscriptions of a channel that they are dead, and says nothing more on them. */
  overflow(channel: string): void;
  /** Has snapshots that are asked for come, or not. */
  answerSnapshots(come: boolean): void;
}

const COMMAND = z.looseObject({
  id: z.number(),
  cmd: z.string(),
  params: z.looseObject({
    channels: z.array(z.string()).default([]),
    market_tickers: z.array(z.string()).default([]),
    sid: z.number().optional(),
    action: z.string().optional(),
  }),
});

interface Subscription {
  readonly socket: WebSocket;
  readonly channel: string;
  readonly sid: number;
  /** None is all. */
  readonly tickers: readonly string[];
  seq: number;
}

const KALSHI_PATH = '/trade-api/ws/v2';
/** Channels whose frames have no number. */
const UNNUMBERED: ReadonlySet<string> = new Set(['ticker', 'fill', 'user_orders', 'order_group_updates']);
const CHANNELS: ReadonlySet<string> = new Set([...UNNUMBERED, 'trade', 'orderbook_delta', 'market_lifecycle_v2']);

interface KalshiSocketOptions {
  readonly pingMs?: number;
  /** The levels of a book, as a snapshot has them. */
  readonly book?: (ticker: string) => object;
  /** What time it is; default: the real one. */
  readonly nowMs?: () => number;
}

const SMALL_BOOK = { yes_dollars_fp: [['0.4200', '13.00']] };

/** Whether a handshake is signed now, over the path, with a salt of 32 bytes. */
function isSigned({ headers }: IncomingMessage, publicKey: KeyObject, ms: number): boolean {
  const timestamp = String(headers['kalshi-access-timestamp'] ?? '');
  const signature = Buffer.from(String(headers['kalshi-access-signature'] ?? ''), 'base64');
  if (Math.abs(Number(timestamp) - ms) > MINUTE_MS) return false;
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return verify('sha256', Buffer.from(`${timestamp}GET${KALSHI_PATH}`), key, signature);
}

/** Double of Kalshi's WebSocket (facts 1.5 and 4.9): one acknowledgement a channel, numbers on `ok` frames too. */
export async function startKalshiSocketDouble(
  publicKey: KeyObject,
  { pingMs = 10_000, book = () => SMALL_BOOK, nowMs: clock = nowMs }: KalshiSocketOptions = {},
): Promise<KalshiSocketDouble> {
  const subscriptions: Subscription[] = [];
  let lastSid = 0;
  let answersSnapshots = true;
  const frame = (to: Subscription, type: string, msg: object, id?: number): void => {
    const seq = UNNUMBERED.has(to.channel) ? {} : { seq: ++to.seq };
    to.socket.send(JSON.stringify({ type, ...(id === undefined ? {} : { id }), sid: to.sid, ...seq, msg }));
  };
  const snapshot = (to: Subscription, ticker: string, id?: number): void =>
    frame(to, 'orderbook_snapshot', { market_ticker: ticker, ...book(ticker) }, id);
  const refuseCommand = (socket: WebSocket, id: number, code: number, msg: string): void =>
    socket.send(JSON.stringify({ id, type: 'error', msg: { code, msg } }));

  const double = await startSockets({
    path: KALSHI_PATH,
    refuse: (request) => (isSigned(request, publicKey, clock()) ? null : 401),
    connected: (socket) => {
      const timer = setInterval(() => socket.ping('heartbeat'), pingMs).unref();
      socket.on('close', () => clearInterval(timer));
    },
    take: (socket, text) => {
      const { id, cmd, params } = COMMAND.parse(JSON.parse(text));
      if (cmd === 'subscribe') {
        for (const channel of params.channels) {
          if (!CHANNELS.has(channel)) refuseCommand(socket, id, 8, 'Unknown channel name');
          else if (channel === 'orderbook_delta' && params.market_tickers.length === 0)
            refuseCommand(socket, id, 14, 'market ticker required');
          else {
            const subscription = { socket, channel, sid: ++lastSid, seq: 0, tickers: params.market_tickers };
            subscriptions.push(subscription);
            socket.send(JSON.stringify({ id, type: 'subscribed', msg: { channel, sid: subscription.sid } }));
            if (channel === 'orderbook_delta')
              for (const ticker of params.market_tickers) snapshot(subscription, ticker);
          }
        }
        return;
      }
      const subscription = subscriptions.find((one) => one.sid === params.sid && one.socket === socket);
      if (subscription === undefined) refuseCommand(socket, id, 7, 'Unknown sid');
      else if (cmd !== 'update_subscription') refuseCommand(socket, id, 5, 'Unknown command');
      else if (params.action !== 'get_snapshot')
        frame(subscription, 'ok', { market_tickers: params.market_tickers }, id);
      else if (answersSnapshots) for (const ticker of params.market_tickers) snapshot(subscription, ticker, id);
    },
  });
  const of = (channel: string): Subscription[] =>
    subscriptions.filter((one) => one.channel === channel && one.socket.readyState === one.socket.OPEN);
  return Object.assign(Object.create(double) as SocketDouble, {
    send: (channel: string, type: string, msg: { market_ticker?: string }, skip = 0) => {
      for (const to of of(channel)) {
        if (to.tickers.length > 0 && msg.market_ticker !== undefined && !to.tickers.includes(msg.market_ticker))
          continue;
        to.seq += skip;
        frame(to, type, msg);
      }
    },
    overflow: (channel: string) => {
      for (const to of of(channel)) {
        frame(to, 'error', { code: 25, msg: 'subscription buffer overflow' });
        subscriptions.splice(subscriptions.indexOf(to), 1);
      }
    },
    answerSnapshots: (come: boolean) => {
      answersSnapshots = come;
    },
  });
}

export interface MarketSocketDouble extends SocketDouble {
  /** Sends a text to every connection. */
  send(text: string): void;
}

/**
 * Double of Polymarket's market channel (facts 3C): a book for each token at first, PONG as plain text.
 * @public Tests alone listen to it.
 */
export async function startMarketSocketDouble(): Promise<MarketSocketDouble> {
  const open = new Set<WebSocket>();
  const FIRST = z.object({ assets_ids: z.array(z.string()), type: z.literal('market') });
  const double = await startSockets({
    path: '/ws/market',
    refuse: () => null,
    connected: (socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    },
    take: (socket, text) => {
      if (text === 'PING') {
        socket.send('PONG');
        return;
      }
      const { assets_ids } = FIRST.parse(JSON.parse(text));
      const books = assets_ids.map((asset_id) => ({
        event_type: 'book',
        asset_id,
        timestamp: '1',
        bids: [],
        asks: [],
      }));
      socket.send(JSON.stringify(books));
    },
  });
  return Object.assign(Object.create(double) as SocketDouble, {
    send: (text: string) => {
      for (const socket of open) socket.send(text);
    },
  });
}
