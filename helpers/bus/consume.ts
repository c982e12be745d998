/**
 * Reads a queue for as long as its process lives. Messages are acknowledged once their effect is durable. A batch whose handling
 * fails is handled again message by message: what cannot be the message's fault (no disk, no network) is tried until it works; a message that
 * fails five times by itself is put into `dead.<queue>`, counted and told of, and the rest goes on.
 */
import { SECOND_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { Wake } from '../run/wake.ts';
import { deadQueue, type Message, type MessageBus, type MessageSource } from './message_bus.ts';

export interface Handling {
  /** Messages that may be handled before they are acknowledged. */
  readonly prefetch: number;
  /** Messages handed over at once. */
  readonly nPerBatch: number;
  /** Makes the effect; may be called again with the same messages, as deliveries are at least once. */
  readonly handle: (messages: readonly Message[]) => Promise<void> | void;
  /** Makes durable what `handle` has left in memory; without it `handle` itself does. Called every `everyMs` where there is something. */
  readonly settle?: { readonly work: () => Promise<void> | void; readonly everyMs: number };
  readonly warn: (line: string) => void;
  readonly onDead?: (message: Message, why: string) => void;
}

export interface Consumer {
  /** Resolves when it was closed; rejects with a fault that no message and no network is to blame for. */
  readonly done: Promise<void>;
  /** Handles no more, settles and acknowledges what was handled, and gives the rest back. */
  close(): Promise<void>;
}

/** Failures after which a message is dead. */
const N_FAILURES_MAX = 5;
const PAUSE_MS_MIN = 50;
const PAUSE_MS_MAX = 10 * SECOND_MS;
/** How long a reader waits for messages before it looks whether something is to be settled or it is closed. */
const WAIT_MS = 100;
/** Faults of the world that pass. */
const PASSING: ReadonlySet<string> = new Set(['disk-full', 'busy', 'no-answer', 'no-permission']);

/** Opens a queue and reads it until it is closed. @throws InputError as MessageBus.open does */
export async function consume(bus: MessageBus, queue: string, handling: Handling): Promise<Consumer> {
  const { prefetch, warn } = handling;
  const source = await bus.open(queue, { prefetch, onDown: (why) => warn(`queue ${queue}: ${why}`) });
  const reader = new Reader(bus, queue, source, handling);
  const done = reader.run().finally(() => source.close());
  // Whoever closes it may never look at `done`.
  done.catch(() => undefined);
  return {
    done,
    close: async () => {
      reader.stop();
      await done.catch(() => undefined);
    },
  };
}

class Reader {
  private readonly stopping = new AbortController();
  private last: Message | null = null;
  private nUnsettled = 0;
  private unsettledSinceMs = 0;

  constructor(
    private readonly bus: MessageBus,
    private readonly queue: string,
    private readonly source: MessageSource,
    private readonly handling: Handling,
  ) {}

  stop(): void {
    this.stopping.abort();
  }

  async run(): Promise<void> {
    const { nPerBatch } = this.handling;
    while (!this.stopping.signal.aborted) {
      const messages = await this.source.take(nPerBatch, WAIT_MS);
      if (messages.length > 0) await this.take(messages);
      await this.settleIfDue();
      // A bus at hand answers at once: timers and sockets must have their turn all the same.
      await new Promise((turn) => setImmediate(turn));
    }
    await this.settle();
  }

  private async take(messages: readonly Message[]): Promise<void> {
    try {
      if (messages.length > 1) {
        await this.handling.handle(messages);
        this.note(messages.at(-1) as Message, messages.length);
        return;
      }
    } catch {
      // One of them, or the world: found out one by one.
    }
    for (const message of messages) if (await this.takeOne(message)) this.note(message, 1);
  }

  /** Handles a message until it works or the message is dead; false when the reader is stopped before. */
  private async takeOne(message: Message): Promise<boolean> {
    for (let nFailures = 0, pauseMs = PAUSE_MS_MIN; ; pauseMs = Math.min(PAUSE_MS_MAX, 2 * pauseMs)) {
      if (this.stopping.signal.aborted) return false;
      try {
        await this.handling.handle([message]);
        return true;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const isPassing = error instanceof InputError && PASSING.has(error.tag);
        if (!isPassing && ++nFailures >= N_FAILURES_MAX) return await this.bury(message, why);
        if (isPassing) this.handling.warn(`queue ${this.queue} waits: ${why}`);
      }
      await new Wake().wait(pauseMs, this.stopping.signal);
    }
  }

  private async bury(message: Message, why: string): Promise<boolean> {
    await this.insist(() => this.bus.publish(deadQueue(this.queue), [message.body]));
    this.handling.warn(
      `a message of ${this.queue} has failed ${N_FAILURES_MAX} times and is in dead.${this.queue}: ${why}`,
    );
    this.handling.onDead?.(message, why);
    return true;
  }

  private note(last: Message, n: number): void {
    if (this.nUnsettled === 0) this.unsettledSinceMs = performance.now();
    this.nUnsettled += n;
    this.last = last;
  }

  private async settleIfDue(): Promise<void> {
    const { settle, prefetch } = this.handling;
    const waitedMs = performance.now() - this.unsettledSinceMs;
    if (settle === undefined || waitedMs >= settle.everyMs || this.nUnsettled >= prefetch / 2) await this.settle();
  }

  private async settle(): Promise<void> {
    if (this.last === null) return;
    const { settle } = this.handling;
    if (settle !== undefined) await this.insist(settle.work);
    await this.insist(() => this.source.ack(this.last as Message));
    this.last = null;
    this.nUnsettled = 0;
  }

  /** Does what passing faults may keep from being done, until it is; stopped meanwhile it gives up, and the messages come again. */
  private async insist(work: () => Promise<void> | void): Promise<void> {
    for (let pauseMs = PAUSE_MS_MIN; ; pauseMs = Math.min(PAUSE_MS_MAX, 2 * pauseMs)) {
      try {
        await work();
        return;
      } catch (error) {
        if (!(error instanceof InputError) || !PASSING.has(error.tag) || this.stopping.signal.aborted) throw error;
        this.handling.warn(`queue ${this.queue} waits: ${error.message}`);
      }
      await new Wake().wait(pauseMs, this.stopping.signal);
    }
  }
}
