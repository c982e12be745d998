/**
 * The port between the processes of the stream: queues of lines of text, at least once, in order. A message is acknowledged by its
 * reader after its effect is durable, never before; one whose reader died comes again.
 *
 * Limits of a queue, and what happens at them: `nMax` messages: a queue that refuses (`refuse`) turns the publisher away with
 * QueueFull, and it is for the publisher to wait; one that is there to look at later (`drop_oldest`) lets its oldest go. `ageMs`: an
 * older message is not handed out, it goes to `dead.<queue>`. A message that has ended `N_CONSUMERS_ENDED` readers before it could be
 * acknowledged goes there as well. Nothing ever leaves without being counted or found there.
 *
 * Messages that are published together may be one parcel to the bus: then they come again together, and grow too old together.
 */
import { DAY_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';

export interface Message {
  /** One line of text. */
  readonly body: string;
  /** When it was published, ms since 1970 UTC by the publisher's clock. */
  readonly publishedMs: number;
}

/** What a reader takes messages from; one reader at a time has a queue. */
export interface MessageSource<M extends Message = Message> {
  /** The next messages in order, at most `nMax`; waits for some, at most `waitMs`. None when time is up or the source is closed. */
  take(nMax: number, waitMs: number): Promise<readonly M[]>;
  /** Lets a message and all that were taken before it go for good. */
  ack(last: M): void;
  /** Gives back what was taken and not acknowledged. */
  close(): Promise<void>;
}

export interface QueueState {
  /** Messages that no reader has acknowledged; a bus that cannot tell counts parcels of them. */
  readonly waiting: number;
  /** Messages in `dead.<queue>`. */
  readonly dead: number;
}

export interface SourceOptions {
  /** Most messages taken and not acknowledged. */
  readonly prefetch: number;
  /** What went wrong with the connection; it comes back by itself. */
  readonly onDown: (why: string) => void;
}

export interface MessageBus {
  /**
   * Puts lines behind all others of a queue, all or none where the bus can; they are safe when the promise resolves.
   * @throws QueueFull; InputError 'no-answer' when the broker cannot be reached, 'disk-full'
   */
  publish(queue: string, bodies: readonly string[]): Promise<void>;
  /** @throws InputError 'busy' when another reader has the queue and the bus keeps none waiting */
  open(queue: string, options: SourceOptions): Promise<MessageSource>;
  state(queue: string): Promise<QueueState>;
  close(): Promise<void>;
}

export interface QueueLimits {
  readonly nMax: number;
  readonly ageMs: number;
  readonly whenFull: 'refuse' | 'drop_oldest';
}

/** Readers that a message may end before it is taken out of their way. Kills are no fault of a message, so there are many. */
export const N_CONSUMERS_ENDED = 200;

const DEAD = 'dead.';
const LIMITS: QueueLimits = { nMax: 5_000_000, ageMs: DAY_MS, whenFull: 'refuse' };
const DEAD_LIMITS: QueueLimits = { nMax: 100_000, ageMs: 90 * DAY_MS, whenFull: 'drop_oldest' };

/** Name of the queue for what cannot be used. */
export function deadQueue(queue: string): string {
  return `${DEAD}${queue}`;
}

export function isDeadQueue(queue: string): boolean {
  return queue.startsWith(DEAD);
}

/** The limits of a queue unless a caller knows better. */
export function defaultLimits(queue: string): QueueLimits {
  return isDeadQueue(queue) ? DEAD_LIMITS : LIMITS;
}

/** The queue has reached its limit: nothing of what was published is in it, or only the first lines on a bus that takes them singly. */
export class QueueFull extends InputError {
  constructor(queue: string) {
    super('busy', `queue ${queue} is full`, 'start its reader, or find out why it does not keep up');
  }
}
