/**
 * The bus on RabbitMQ 3.10 and newer: quorum queues, confirms of the publisher, dead letters, one active reader, the rest stand by. Lines that are
 * published together travel as one parcel, as the broker's work is by the parcel: it is handed out again, grows too old and is put into
 * `dead.<queue>` as a whole.
 */
import { type AMQPError, type Channel, Connection, type Publisher } from 'rabbitmq-client';
import { redact } from '../http/redact.ts';
import { nowMs } from '../run/clock.ts';
import { assert, InputError } from '../run/errors.ts';
import {
  deadQueue,
  isDeadQueue,
  type Message,
  type MessageBus,
  type MessageSource,
  N_CONSUMERS_ENDED,
  QueueFull,
  type QueueLimits,
  type QueueState,
  type SourceOptions,
} from './message_bus.ts';

/** How long a publisher waits for a connection before it is told that there is none. */
const ACQUIRE_MS = 5000;
const RETRY_MS = { low: 100, high: 5000 };
const PUBLISHED_MS = 'published_ms';
/** Parcels on their way to a reader and not acknowledged. */
const N_PARCELS_MAX = 2000;
const LINES_PER_PARCEL = 250;
/** A queue of messages that are all longer is full before it has its number of them. */
const BYTES_PER_MESSAGE = 512;

interface Delivered extends Message {
  /** Number of the line among all that this source has had. */
  readonly n: number;
  /** Tag of the parcel that is done with once this line is: its own after the last line, else the one before. */
  readonly doneTag: number;
  /** The channel it came through: a later one knows nothing of it. */
  readonly channel: Channel;
}

type Declaration = Exclude<Parameters<Channel['queueDeclare']>[0], string | undefined>;

/** A queue as it must be; a broker refuses to make it another. */
function declaration(queue: string, { nMax, ageMs, whenFull }: QueueLimits, nConsumersEnded: number): Declaration {
  const dead = isDeadQueue(queue)
    ? {}
    : {
        'x-delivery-limit': nConsumersEnded,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': deadQueue(queue),
        'x-dead-letter-strategy': 'at-least-once',
      };
  return {
    queue,
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-single-active-consumer': true,
      'x-max-length': nMax,
      'x-max-length-bytes': nMax * BYTES_PER_MESSAGE,
      'x-message-ttl': ageMs,
      'x-overflow': whenFull === 'refuse' ? 'reject-publish' : 'drop-head',
      ...dead,
    },
  };
}

function parcelsOf(bodies: readonly string[]): string[] {
  const n = Math.ceil(bodies.length / LINES_PER_PARCEL);
  return Array.from({ length: n }, (_, i) => bodies.slice(i * LINES_PER_PARCEL, (i + 1) * LINES_PER_PARCEL).join('\n'));
}

const codeOf = (error: unknown): string => String((error as AMQPError).code ?? '');
const reasonOf = (error: unknown): string => redact(error instanceof Error ? error.message : String(error));

function explain(error: unknown, queue: string): unknown {
  if (error instanceof InputError) return error;
  const code = codeOf(error);
  if (code === 'NACK') return new QueueFull(queue);
  if (code === 'PRECONDITION_FAILED')
    return new InputError(
      'bad-option',
      `RabbitMQ has a queue ${queue} with other settings`,
      'delete it there once it is empty, or choose another virtual host in BUS_URL',
      { cause: error },
    );
  if (code === 'ACCESS_REFUSED')
    return new InputError('no-answer', `RabbitMQ refuses: ${reasonOf(error)}`, 'check the user in BUS_URL', {
      cause: error,
    });
  return new InputError('no-answer', `RabbitMQ: ${reasonOf(error)}`, 'is it running? BUS_URL says where', {
    cause: error,
  });
}

class RabbitSource implements MessageSource<Delivered> {
  private channel: Channel | null = null;
  private arrived: Delivered[] = [];
  private nArrived = 0;
  private nAcked = 0;
  private ackedTag = 0;
  private wake: () => void = () => undefined;
  private isClosed = false;
  private isResuming = false;

  constructor(
    private readonly connection: Connection,
    private readonly queues: readonly Declaration[],
    private readonly options: SourceOptions,
  ) {}

  /** Subscribes, and again whenever the channel has ended. */
  async subscribe(): Promise<void> {
    const channel = await this.connection.acquire({ emitErrorsFromChannel: true });
    channel.on('error', (error) => this.options.onDown(reasonOf(error)));
    channel.on('close', () => {
      if (this.channel === channel) this.resume();
    });
    channel.on('basic.cancel', () => void channel.close());
    try {
      for (const queue of this.queues) await channel.queueDeclare(queue);
      await channel.basicQos({ prefetchCount: Math.min(N_PARCELS_MAX, this.options.prefetch) });
      this.begin(channel);
      await this.consume(channel);
    } catch (error) {
      // A channel that is left open would go on taking messages, and nobody would handle them.
      if (this.channel === channel) this.channel = null;
      channel.close().catch(() => undefined);
      throw error;
    }
  }

  private async consume(channel: Channel): Promise<void> {
    await channel.basicConsume({ queue: this.queues[0].queue }, ({ body, deliveryTag, headers }) => {
      if (this.channel !== channel) return;
      const publishedMs = Number((headers as Record<string, unknown> | undefined)?.[PUBLISHED_MS] ?? nowMs());
      const bodies = String(body).split('\n');
      for (const [i, line] of bodies.entries()) {
        const doneTag = i === bodies.length - 1 ? deliveryTag : deliveryTag - 1;
        this.arrived.push({ body: line, publishedMs, n: this.nArrived++, doneTag, channel });
      }
      // What came in one piece of the network's is told of together.
      setImmediate(() => this.wake());
    });
  }

  async take(nMax: number, waitMs: number): Promise<readonly Delivered[]> {
    if (this.room() === 0 && !this.isClosed)
      await new Promise<void>((done) => {
        const timer = setTimeout(done, waitMs);
        this.wake = () => {
          clearTimeout(timer);
          done();
        };
      });
    return this.arrived.splice(0, Math.min(nMax, this.room()));
  }

  ack({ n, doneTag, channel }: Delivered): void {
    // What came through a channel that has ended comes again.
    if (channel !== this.channel || !channel.active) return;
    this.nAcked = n + 1;
    if (doneTag > this.ackedTag) channel.basicAck({ deliveryTag: doneTag, multiple: true });
    this.ackedTag = Math.max(this.ackedTag, doneTag);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.wake();
    const { channel } = this;
    this.channel = null;
    await channel?.close();
  }

  private begin(channel: Channel): void {
    this.channel = channel;
    this.arrived = [];
    this.nAcked = this.nArrived;
    this.ackedTag = 0;
  }

  /** Lines at hand that may be handed out. */
  private room(): number {
    const nOut = this.nArrived - this.arrived.length - this.nAcked;
    return Math.min(this.arrived.length, Math.max(0, this.options.prefetch - nOut));
  }

  /** One attempt at a time: of two channels that subscribe, one would take messages that nobody handles. */
  private resume(): void {
    if (this.isClosed || this.isResuming) return;
    this.isResuming = true;
    this.channel = null;
    this.arrived = [];
    this.subscribe()
      .then(() => {
        this.isResuming = false;
        if (this.channel?.active === false) this.resume();
      })
      .catch((error: unknown) => {
        this.isResuming = false;
        if (this.isClosed) return;
        this.options.onDown(reasonOf(error));
        setTimeout(() => this.resume(), RETRY_MS.low);
      });
  }
}

class RabbitBus implements MessageBus {
  private readonly connection: Connection;
  private readonly publishers = new Map<string, Publisher>();
  private readonly sources = new Set<RabbitSource>();
  private nReturned = 0;

  constructor(
    url: string,
    private readonly limitsOf: (queue: string) => QueueLimits,
    onDown: (why: string) => void,
    private readonly nConsumersEnded: number,
  ) {
    this.connection = new Connection({
      url,
      connectionName: 'spyhop',
      acquireTimeout: ACQUIRE_MS,
      retryLow: RETRY_MS.low,
      retryHigh: RETRY_MS.high,
      noDelay: true,
    });
    this.connection.on('error', (error) => onDown(`RabbitMQ: ${reasonOf(error)}`));
    this.connection.on('connection.blocked', (reason) => onDown(`RabbitMQ takes no messages: ${reason}`));
  }

  async publish(queue: string, bodies: readonly string[]): Promise<void> {
    assert(!bodies.some((body) => body.includes('\n')), 'a message is one line');
    const publisher = this.publisher(queue);
    const envelope = { routingKey: queue, mandatory: true, durable: true, headers: { [PUBLISHED_MS]: nowMs() } };
    const nReturnedBefore = this.nReturned;
    const results = await Promise.allSettled(parcelsOf(bodies).map((parcel) => publisher.send(envelope, parcel)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw explain(failed.reason, queue);
    // A message that came back is told of just before its confirmation.
    await new Promise((turn) => setImmediate(turn));
    if (this.nReturned === nReturnedBefore) return;
    this.publishers.delete(queue);
    void publisher.close();
    throw new InputError('no-answer', `RabbitMQ has no queue ${queue} any more`, 'it is made again');
  }

  async open(queue: string, options: SourceOptions): Promise<MessageSource> {
    const source = new RabbitSource(this.connection, this.declarations(queue), options);
    try {
      await source.subscribe();
    } catch (error) {
      await source.close();
      throw explain(error, queue);
    }
    this.sources.add(source);
    return source as MessageSource;
  }

  async state(queue: string): Promise<QueueState> {
    try {
      const counts = await Promise.all(
        this.declarations(queue).map(async (one) => (await this.connection.queueDeclare(one)).messageCount),
      );
      return { waiting: counts[0], dead: counts[1] ?? 0 };
    } catch (error) {
      throw explain(error, queue);
    }
  }

  async close(): Promise<void> {
    for (const source of this.sources) await source.close();
    for (const publisher of this.publishers.values()) await publisher.close();
    await this.connection.close();
  }

  private publisher(queue: string): Publisher {
    const known = this.publishers.get(queue);
    if (known !== undefined) return known;
    const queues = [...this.declarations(queue)];
    const publisher = this.connection.createPublisher({ confirm: true, maxAttempts: 1, queues });
    publisher.on('basic.return', () => this.nReturned++);
    this.publishers.set(queue, publisher);
    return publisher;
  }

  /** The queue, and the one for what cannot be used. */
  private declarations(queue: string): readonly Declaration[] {
    const names = isDeadQueue(queue) ? [queue] : [queue, deadQueue(queue)];
    return names.map((name) => declaration(name, this.limitsOf(name), this.nConsumersEnded));
  }
}

/**
 * A bus on the RabbitMQ of an address; it connects by itself, and again after every fault.
 * @param url `amqp://user:password@host:port/vhost`
 * @param nConsumersEnded readers that a message may end
 */
export function openRabbitBus(
  url: string,
  limitsOf: (queue: string) => QueueLimits,
  onDown: (why: string) => void,
  nConsumersEnded: number = N_CONSUMERS_ENDED,
): MessageBus {
  return new RabbitBus(url, limitsOf, onDown, nConsumersEnded);
}
