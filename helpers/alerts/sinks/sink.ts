/** Where alerts go: one port, and one conformance suite that every implementation passes (helpers/tests/alerts/sinks). */
import type { Outcome } from '../outbox/delivery.ts';
import type { AlertRecord } from '../record.ts';

export interface AlertMessage {
  readonly record: AlertRecord;
  /** An earlier attempt may have arrived: the message says so. */
  readonly isRepeat: boolean;
}

/** What somebody who writes to a sink's chat may ask for. */
export interface ChatDesk {
  /** Folder in which is kept how far the chat was read. */
  readonly folder: string;
  /** How it goes, as lines. */
  status(): string[];
  /** Holds back what is decided until then, ms since 1970 UTC; what was decided before goes out. */
  mute(untilMs: number): void;
  warn(line: string): void;
}

export interface AlertSink {
  /** What it is called in the outbox and in lines for people; without secrets. */
  readonly name: string;
  /** console, json_lines, discord; sinks of one kind share the categories among them. */
  readonly kind: string;
  /** The service shows a message once, however often it is sent within some minutes. */
  readonly isIdempotent?: true;
  /** When the service may be asked next, ms since 1970 UTC: it has said so. */
  readyAtMs(): number;
  /**
   * Makes one attempt, and does not wait to make another. What goes wrong in the world is an outcome, never an error; an attempt
   * that `signal` cuts off is unknown.
   */
  deliver(message: AlertMessage, signal?: AbortSignal): Promise<Outcome>;
  /** Reads and answers what people write to it, until `signal` is aborted; of a sink that has a chat. */
  listen?(desk: ChatDesk, signal: AbortSignal): Promise<void>;
}
