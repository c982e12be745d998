/**
 * The embedded bus: a SQLite file for each queue, between processes of one machine, or in memory within one. Lines that are published
 * together are one row, so that 20,000 messages a second are a few hundred rows; messages are numbered from 0 for the life of the file.
 */
import { join } from 'node:path';
import { nowMs } from '../run/clock.ts';
import { assert } from '../run/errors.ts';
import { takeLock } from '../run/lock.ts';
import { explained, IN_MEMORY, openDatabase, type SqliteDatabase } from '../sqlite/database.ts';
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
} from './message_bus.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS lines (first INTEGER PRIMARY KEY, n INTEGER NOT NULL, published_ms INTEGER NOT NULL, bodies TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS counts (one INTEGER PRIMARY KEY CHECK (one = 1), published INTEGER NOT NULL, acked INTEGER NOT NULL,
    opened_at INTEGER NOT NULL, openings INTEGER NOT NULL);
  INSERT OR IGNORE INTO counts VALUES (1, 0, 0, -1, 0);`;

/** How often a waiting reader looks, ms: soon after something came, less often in quiet times. */
const LOOK_MS_MIN = 1;
const LOOK_MS_MAX = 8;

interface Numbered extends Message {
  /** Number of the message in its queue. */
  readonly at: number;
}
type Row = [first: number, n: number, publishedMs: number, bodies: string];

/** One queue in its file. */
class QueueFile {
  private readonly db: SqliteDatabase;
  private readonly statements;

  constructor(
    private readonly path: string,
    private readonly queue: string,
    private readonly limits: QueueLimits,
  ) {
    this.db = openDatabase(path, SCHEMA);
    const prepare = (sql: string) => this.db.prepare(sql);
    this.statements = {
      counts: prepare('SELECT published, acked, opened_at, openings FROM counts').raw(true),
      insert: prepare('INSERT INTO lines VALUES (?, ?, ?, ?)'),
      published: prepare('UPDATE counts SET published = published + ?'),
      acked: prepare('UPDATE counts SET acked = max(acked, ?)'),
      opened: prepare('UPDATE counts SET opened_at = ?, openings = ?'),
      remove: prepare('DELETE FROM lines WHERE first + n <= ? AND first <= ?'),
      next: prepare('SELECT first, n, published_ms, bodies FROM lines WHERE first >= ? ORDER BY first LIMIT 1').raw(
        true,
      ),
    };
  }

  counts(): { published: number; acked: number; openedAt: number; openings: number } {
    const [published, acked, openedAt, openings] = this.statements.counts.get() as [number, number, number, number];
    return { published, acked, openedAt, openings };
  }

  publish(bodies: readonly string[]): void {
    if (bodies.length === 0) return;
    assert(!bodies.some((body) => body.includes('\n')), 'a message is one line');
    this.write(() => {
      const { published, acked } = this.counts();
      const nTooMany = published - acked + bodies.length - this.limits.nMax;
      if (nTooMany > 0 && this.limits.whenFull === 'refuse') throw new QueueFull(this.queue);
      if (nTooMany > 0) this.dropUpTo(acked + nTooMany);
      this.statements.insert.run(published, bodies.length, nowMs(), bodies.join('\n'));
      this.statements.published.run(bodies.length);
    });
  }

  ack(before: number): void {
    this.write(() => this.dropUpTo(before));
  }

  /** Notes that a reader begins; @returns whether it is one too many that begins at this message. */
  begin(nMax: number): boolean {
    const { acked, published, openedAt, openings } = this.counts();
    const n = openedAt === acked && published > acked ? openings + 1 : 1;
    this.write(() => this.statements.opened.run(acked, n > nMax ? 0 : n));
    return n > nMax;
  }

  /** The lines that hold message `at`, or the first after it; undefined when there are none yet. */
  next(at: number): Row | undefined {
    return explained(this.path, () => this.statements.next.get(at)) as Row | undefined;
  }

  close(): void {
    this.db.close();
  }

  private dropUpTo(before: number): void {
    this.statements.acked.run(before);
    this.statements.remove.run(before, before);
  }

  private write(work: () => void): void {
    explained(this.path, () => this.db.transaction(work).immediate());
  }
}

class SqliteSource implements MessageSource<Numbered> {
  private taken: Numbered[] = [];
  /** First message that is in no row read so far, and the first that is not acknowledged. */
  private position = -1;
  private acked: number;
  /** Stretches of messages that were buried, in order: they count as acknowledged once all before them is. */
  private buried: { readonly first: number; readonly end: number }[] = [];
  private isClosed = false;

  constructor(
    private readonly file: QueueFile,
    private readonly options: {
      readonly prefetch: number;
      readonly ageMs: number;
      readonly bury: (bodies: readonly string[]) => void;
      readonly onClose: () => void;
    },
  ) {
    this.acked = file.counts().acked;
  }

  async take(nMax: number, waitMs: number): Promise<readonly Numbered[]> {
    const endMs = performance.now() + waitMs;
    for (let pauseMs = LOOK_MS_MIN; !this.isClosed; pauseMs = Math.min(LOOK_MS_MAX, 1.5 * pauseMs)) {
      const room = this.acked + this.options.prefetch - (this.taken[0]?.at ?? Math.max(this.position, this.acked));
      if (room > 0) this.read(Math.min(nMax, room));
      if (this.taken.length > 0 && room > 0) return this.taken.splice(0, Math.min(nMax, room));
      if (performance.now() >= endMs) break;
      await new Promise((done) => setTimeout(done, Math.min(pauseMs, endMs - performance.now())));
    }
    return [];
  }

  ack({ at }: Numbered): void {
    this.advance(at + 1);
    this.file.ack(this.acked);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.options.onClose();
  }

  /** Buries the first message that is not acknowledged: it has ended too many readers. */
  buryFirst(): void {
    this.read(1);
    const [first] = this.taken.splice(0, 1);
    if (first === undefined) return;
    this.options.bury([first.body]);
    this.ack(first);
  }

  /** Reads rows until `n` messages are at hand or there are no more. */
  private read(n: number): void {
    while (this.taken.length < n) {
      const row = this.file.next(this.position);
      if (row === undefined) return;
      const [first, count, publishedMs, bodies] = row;
      this.position = first + count;
      const messages = bodies.split('\n').map((body, i) => ({ body, publishedMs, at: first + i }));
      const fresh = messages.filter(({ at }) => at >= this.acked);
      if (nowMs() - publishedMs <= this.options.ageMs) {
        this.taken.push(...fresh);
        continue;
      }
      this.options.bury(fresh.map(({ body }) => body));
      this.buried.push({ first, end: first + count });
      const before = this.acked;
      this.advance(before);
      if (this.acked > before) this.file.ack(this.acked);
    }
  }

  private advance(to: number): void {
    this.acked = Math.max(this.acked, to);
    while (this.buried.length > 0 && this.buried[0].first <= this.acked)
      this.acked = Math.max(this.acked, this.buried.shift()?.end ?? 0);
  }
}

class SqliteBus implements MessageBus {
  private readonly files = new Map<string, QueueFile>();
  private readonly sources = new Set<SqliteSource>();

  constructor(
    private readonly folder: string,
    private readonly limitsOf: (queue: string) => QueueLimits,
    private readonly nConsumersEnded: number,
  ) {}

  async publish(queue: string, bodies: readonly string[]): Promise<void> {
    this.file(queue).publish(bodies);
  }

  async open(queue: string, { prefetch }: { prefetch: number }): Promise<MessageSource> {
    const unlock = this.folder === IN_MEMORY ? () => undefined : takeLock(this.folder, `${queue}.reader`);
    const file = this.file(queue);
    const source: SqliteSource = new SqliteSource(file, {
      prefetch,
      ageMs: this.limitsOf(queue).ageMs,
      bury: (bodies) => this.file(deadQueue(queue)).publish(bodies),
      onClose: () => {
        this.sources.delete(source);
        unlock();
      },
    });
    this.sources.add(source);
    if (file.begin(this.nConsumersEnded)) source.buryFirst();
    return source as MessageSource;
  }

  async state(queue: string): Promise<QueueState> {
    const waiting = (name: string): number => {
      const { published, acked } = this.file(name).counts();
      return published - acked;
    };
    return { waiting: waiting(queue), dead: isDeadQueue(queue) ? 0 : waiting(deadQueue(queue)) };
  }

  async close(): Promise<void> {
    for (const source of [...this.sources]) await source.close();
    for (const file of this.files.values()) file.close();
    this.files.clear();
  }

  private file(queue: string): QueueFile {
    const known = this.files.get(queue);
    if (known !== undefined) return known;
    const path = this.folder === IN_MEMORY ? IN_MEMORY : join(this.folder, `${queue}.sqlite`);
    const file = new QueueFile(path, queue, this.limitsOf(queue));
    this.files.set(queue, file);
    return file;
  }
}

/**
 * A bus in a folder of this machine, or IN_MEMORY.
 * @param nConsumersEnded readers that a message may end
 */
export function openSqliteBus(
  folder: string,
  limitsOf: (queue: string) => QueueLimits,
  nConsumersEnded: number = N_CONSUMERS_ENDED,
): MessageBus {
  return new SqliteBus(folder, limitsOf, nConsumersEnded);
}
