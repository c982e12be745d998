/** Publishes in order and waits while the bus cannot: bounded memory, nothing lost, and the log says what waits. */
import { formatDuration, SECOND_MS } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import type { MessageBus } from './message_bus.ts';

export interface PublisherOptions {
  /** Lines that may wait in memory. */
  readonly nMax: number;
  /** How long a line waits for others that go with it, ms. */
  readonly lingerMs: number;
  readonly warn: (line: string) => void;
  /** A fault that waiting does not mend. */
  readonly onFault: (error: unknown) => void;
}

export interface PatientPublisher {
  /** Lines that the bus has not confirmed yet. */
  readonly nWaiting: number;
  /** Takes lines, or refuses all of them when too many wait already: false. */
  offer(bodies: readonly string[]): boolean;
  /** Resolves when all that was taken until now is safe. */
  flush(): Promise<void>;
  /** Publishes no more; what waits is lost with the process, so `flush` first. */
  close(): void;
}

const PER_PUBLISH_MAX = 5000;
const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 5 * SECOND_MS;
const WARN_EVERY_MS = 30 * SECOND_MS;

/** A publisher to one queue. */
export function createPatientPublisher(bus: MessageBus, queue: string, options: PublisherOptions): PatientPublisher {
  return new QueuePublisher(bus, queue, options);
}

/** Several queues of equal room as one: lines are taken by all or by none, and are safe when all have them. */
export function publishToAll(publishers: readonly PatientPublisher[]): PatientPublisher {
  const mostWaiting = (): number => Math.max(...publishers.map(({ nWaiting }) => nWaiting));
  if (publishers.length === 1) return publishers[0];
  return {
    get nWaiting() {
      return mostWaiting();
    },
    offer: (bodies) => {
      // What the fullest takes the others take as well.
      const fullest = [...publishers].sort((a, b) => b.nWaiting - a.nWaiting);
      return fullest.every((publisher) => publisher.offer(bodies));
    },
    flush: async () => {
      await Promise.all(publishers.map((publisher) => publisher.flush()));
    },
    close: () => {
      for (const publisher of publishers) publisher.close();
    },
  };
}

class QueuePublisher implements PatientPublisher {
  private waiting: string[] = [];
  private timer: NodeJS.Timeout | null = null;
  private isBusy = false;
  private isClosed = false;
  private nTaken = 0;
  private nSafe = 0;
  private pauseMs = PAUSE_MS_MIN;
  private downSinceMs: number | null = null;
  private warnedMs = Number.NEGATIVE_INFINITY;
  private flushes: { readonly until: number; readonly done: () => void }[] = [];

  constructor(
    private readonly bus: MessageBus,
    private readonly queue: string,
    private readonly options: PublisherOptions,
  ) {}

  get nWaiting(): number {
    return this.nTaken - this.nSafe;
  }

  offer(bodies: readonly string[]): boolean {
    if (this.waiting.length + bodies.length > this.options.nMax) return false;
    for (const body of bodies) this.waiting.push(body);
    this.nTaken += bodies.length;
    if (!this.isBusy) this.schedule(this.options.lingerMs);
    return true;
  }

  async flush(): Promise<void> {
    if (this.nWaiting > 0) await new Promise<void>((done) => this.flushes.push({ until: this.nTaken, done }));
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private schedule(ms: number): void {
    if (this.isClosed || this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.publish();
    }, ms);
  }

  private async publish(): Promise<void> {
    const bodies = this.waiting.slice(0, PER_PUBLISH_MAX);
    this.isBusy = true;
    try {
      await this.bus.publish(this.queue, bodies);
      this.waiting.splice(0, bodies.length);
      this.succeed(bodies.length);
    } catch (error) {
      if (!(error instanceof InputError) || error.tag === 'bad-option') {
        this.close();
        this.options.onFault(error);
        return;
      }
      this.fail(error.message);
    } finally {
      this.isBusy = false;
    }
    if (this.waiting.length > 0) this.schedule(this.downSinceMs === null ? this.options.lingerMs : this.pauseMs);
  }

  private succeed(n: number): void {
    this.nSafe += n;
    this.pauseMs = PAUSE_MS_MIN;
    if (this.downSinceMs !== null) {
      const ms = performance.now() - this.downSinceMs;
      this.options.warn(
        `queue ${this.queue} takes messages again after ${formatDuration(ms)}; ${formatCount(this.nWaiting)} still wait`,
      );
      this.downSinceMs = null;
      this.warnedMs = Number.NEGATIVE_INFINITY;
    }
    while (this.flushes.length > 0 && this.flushes[0].until <= this.nSafe) this.flushes.shift()?.done();
  }

  private fail(why: string): void {
    const ms = performance.now();
    this.downSinceMs ??= ms;
    this.pauseMs = Math.min(PAUSE_MS_MAX, 2 * this.pauseMs);
    if (ms - this.warnedMs < WARN_EVERY_MS) return;
    this.warnedMs = ms;
    this.options.warn(`${formatCount(this.nWaiting)} messages wait for queue ${this.queue}: ${why}`);
  }
}
