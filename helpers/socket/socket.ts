/**
 * One WebSocket that stays: connects, tells when it is down, comes back after waits that grow, and takes silence for the end of
 * a connection. What was sent before it came back is not sent again: whoever uses it subscribes anew each time it opens.
 */
import WebSocket from 'ws';
import { checkAddress } from '../http/address.ts';
import { redact } from '../http/redact.ts';
import { backoffMs } from '../http/retry.ts';
import type { Random } from '../kernels/random.ts';
import { SECOND_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';

export interface SocketOptions {
  readonly name: string;
  readonly url: string;
  /** Made anew for each connection: signatures hold a time. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** A text that is sent now and then so that the server keeps the connection. */
  readonly ping?: { readonly text: string; readonly everyMs: number };
  /** Without any frame, text or control, for so long the connection counts as dead; default 30 s. */
  readonly silentMs?: number;
  /** Bytes of one frame; default 16 MiB. */
  readonly frameBytesMax?: number;
  readonly random: Random;
  readonly onOpen: () => void;
  readonly onText: (text: string) => void;
  /** Anything has come, text or control: the connection lives. */
  readonly onHeard?: () => void;
  /** The connection has ended, in words without secrets, and will come back. */
  readonly onDown: (why: string) => void;
  /** The server will have nothing of us; it does not come back. */
  readonly onRefused: (error: InputError) => void;
}

export interface Socket {
  readonly isOpen: boolean;
  /** Sends text; false when there is no connection. */
  send(text: string): boolean;
  /** Ends the connection and makes a new one. */
  recycle(why: string): void;
  close(): void;
}

const SILENT_MS = 30 * SECOND_MS;
const FRAME_BYTES_MAX = 16 << 20;
const HANDSHAKE_MS = 10 * SECOND_MS;
/** A connection that has lasted so long has succeeded: the next wait is a short one again. */
const STABLE_MS = 60 * SECOND_MS;
/** The back-off of requests begins at half a second; a socket may come back sooner. */
const FIRST_WAIT_SHARE = 0.5;
/** Statuses of a handshake that no later attempt changes. */
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403, 404]);

/**
 * Opens a socket that stays until it is closed.
 * @throws InputError 'bad-option' for an address that is none, or not encrypted and not this machine's
 */
export function openSocket(options: SocketOptions): Socket {
  checkAddress(options.name, options.url, 'ws');
  return new StayingSocket(options);
}

class StayingSocket implements Socket {
  private connection: WebSocket | null = null;
  private attempts = 0;
  private timers: NodeJS.Timeout[] = [];
  private lastHeardMs = 0;
  private isClosed = false;

  constructor(private readonly options: SocketOptions) {
    this.connect();
  }

  get isOpen(): boolean {
    return this.connection?.readyState === WebSocket.OPEN;
  }

  send(text: string): boolean {
    if (!this.isOpen) return false;
    this.connection?.send(text);
    return true;
  }

  recycle(why: string): void {
    const { connection } = this;
    if (connection !== null) this.goDown(connection, why);
  }

  close(): void {
    this.isClosed = true;
    for (const timer of this.timers.splice(0)) clearTimeout(timer);
    this.connection?.terminate();
    this.connection = null;
  }

  private connect(): void {
    const { url, headers, frameBytesMax = FRAME_BYTES_MAX } = this.options;
    const connection = new WebSocket(url, {
      headers: { ...headers?.() },
      maxPayload: frameBytesMax,
      handshakeTimeout: HANDSHAKE_MS,
      followRedirects: false,
    });
    this.connection = connection;
    const openedMs = performance.now();
    connection.on('open', () => {
      this.heard();
      this.watch(connection);
      this.options.onOpen();
    });
    connection.on('message', (data, isBinary) => {
      this.heard();
      if (!isBinary) this.options.onText(String(data));
      if (performance.now() - openedMs > STABLE_MS) this.attempts = 0;
    });
    for (const control of ['ping', 'pong'] as const) connection.on(control, () => this.heard());
    connection.on('unexpected-response', (request, response) => {
      const status = response.statusCode ?? 0;
      request.destroy();
      if (REFUSALS.has(status)) this.refuse(status);
      else this.goDown(connection, `status ${status}`);
    });
    connection.on('error', (error: NodeJS.ErrnoException) => this.goDown(connection, error.code ?? error.message));
    connection.on('close', (code) => this.goDown(connection, `closed by the server (${code})`));
  }

  private heard(): void {
    this.lastHeardMs = performance.now();
    this.options.onHeard?.();
  }

  /** Keeps the connection alive, and ends it when it has fallen silent. */
  private watch(connection: WebSocket): void {
    const { ping, silentMs = SILENT_MS } = this.options;
    const every = (ms: number, work: () => void): void => {
      this.timers.push(setInterval(work, ms));
    };
    if (ping !== undefined) every(ping.everyMs, () => this.send(ping.text));
    every(silentMs / 4, () => {
      if (performance.now() - this.lastHeardMs > silentMs) this.goDown(connection, 'silent for too long');
    });
  }

  private refuse(status: number): void {
    const { name, url, onRefused } = this.options;
    this.close();
    const message = `${name}: ${redact(url)} refuses the connection (status ${status})`;
    onRefused(new InputError('no-answer', message, 'check the key, the clock of this machine and the address'));
  }

  /** Ends a connection once, whatever events its end brings, and waits for the next. */
  private goDown(connection: WebSocket, why: string): void {
    if (this.connection !== connection || this.isClosed) return;
    this.connection = null;
    for (const timer of this.timers.splice(0)) clearTimeout(timer);
    connection.terminate();
    this.options.onDown(redact(`${this.options.name}: ${why}`));
    // Whoever was told may have closed the socket.
    if (this.isClosed as boolean) return;
    this.attempts++;
    const waitMs = FIRST_WAIT_SHARE * backoffMs(this.attempts, this.options.random);
    this.timers.push(setTimeout(() => this.connect(), waitMs));
  }
}
