/**
 * What was decided and what became of it, on disk before anything is sent: one row an order, and one for everything that happened to it.
 * Writes that come together are committed together, and each commit waits for the disk.
 */
import { join } from 'node:path';
import { assert } from '../../run/errors.ts';
import { takeLock } from '../../run/lock.ts';
import { explained, openDatabase, type SqliteDatabase } from '../../sqlite/database.ts';
import type { Intent } from '../types.ts';

/**
 * `written`: it may have been sent, and nobody knows what became of it; `resting`: it may still be filled; `done`: it has ended, filled or
 * not; `refused`: the venue did not take it; `absent`: it was looked up, and the venue does not know it.
 */
export type OrderState = 'written' | 'resting' | 'done' | 'refused' | 'absent';

export interface LoggedOrder {
  readonly intent: Intent;
  readonly state: OrderState;
  readonly orderId: string | null;
  readonly writtenMs: number;
  /** When its state last changed. */
  readonly changedMs: number;
  readonly filledHundredths: number;
  readonly remainingHundredths: number;
}

export type OrderEvent =
  | 'written'
  | 'accepted'
  | 'refused'
  | 'unknown'
  | 'found'
  | 'absent'
  | 'partly filled'
  | 'amended'
  | 'cancelled'
  | 'done';

/** What of a row changes. */
type Change = Partial<Pick<LoggedOrder, 'state' | 'orderId' | 'filledHundredths' | 'remainingHundredths' | 'intent'>>;

const SCHEMA = `
create table if not exists orders (
  client_order_id text primary key,
  order_id text,
  state text not null,
  intent text not null,
  written_ms integer not null,
  changed_ms integer not null,
  filled integer not null,
  remaining integer not null
) without rowid;
create index if not exists orders_by_state on orders (state);
create index if not exists orders_by_id on orders (order_id);
create table if not exists order_events (
  n integer primary key,
  client_order_id text not null,
  at_ms integer not null,
  kind text not null,
  what text not null
);`;

const UPSERT = `insert into orders values (?, ?, ?, ?, ?, ?, ?, ?)
on conflict (client_order_id) do update set order_id = excluded.order_id, state = excluded.state, intent = excluded.intent,
changed_ms = excluded.changed_ms, filled = excluded.filled, remaining = excluded.remaining`;

interface Row {
  readonly order_id: string | null;
  readonly state: OrderState;
  readonly intent: string;
  readonly written_ms: number;
  readonly changed_ms: number;
  readonly filled: number;
  readonly remaining: number;
}

function orderOf(row: Row): LoggedOrder {
  return {
    intent: JSON.parse(row.intent) as Intent,
    state: row.state,
    orderId: row.order_id,
    writtenMs: row.written_ms,
    changedMs: row.changed_ms,
    filledHundredths: row.filled,
    remainingHundredths: row.remaining,
  };
}

interface Waiting {
  readonly order: LoggedOrder;
  readonly kind: OrderEvent;
  readonly what: string;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
}

export class IntentLog {
  /** Orders that have not ended, by client id. */
  private readonly open = new Map<string, LoggedOrder>();
  private waiting: Waiting[] = [];
  /** Orders whose last change is not on disk yet. */
  private readonly unsaved = new Map<string, LoggedOrder>();

  private constructor(
    private readonly path: string,
    private readonly db: SqliteDatabase,
    private readonly unlock: () => void,
  ) {
    const rows = db.prepare("select * from orders where state in ('written', 'resting')").all() as Row[];
    for (const row of rows) {
      const order = orderOf(row);
      this.open.set(order.intent.clientOrderId, order);
    }
  }

  /** The log of a folder that one process at a time may have. @throws InputError 'busy', 'corrupt-file', 'disk-full' */
  static open(folder: string): IntentLog {
    const unlock = takeLock(folder, 'orders');
    const path = join(folder, 'orders.sqlite');
    return new IntentLog(path, openDatabase(path, SCHEMA, 'FULL'), unlock);
  }

  /** Orders that may still be filled, or of which nobody knows. */
  openOrders(): LoggedOrder[] {
    return [...this.open.values()];
  }

  get(clientOrderId: string): LoggedOrder | null {
    return (
      this.unsaved.get(clientOrderId) ?? this.open.get(clientOrderId) ?? this.one('client_order_id', clientOrderId)
    );
  }

  /** The order that the venue calls so, or null when it is none of ours. */
  byOrderId(orderId: string): LoggedOrder | null {
    return this.one('order_id', orderId);
  }

  /** Orders that were not found at the venue, and not long ago: they may still arrive. */
  absentSince(ms: number): LoggedOrder[] {
    const rows = this.db.prepare("select * from orders where state = 'absent' and changed_ms >= ?").all(ms) as Row[];
    return rows.map(orderOf);
  }

  /** Orders that were written at or after `fromMs` and before `untilMs`, in their order. */
  writtenBetween(fromMs: number, untilMs: number): LoggedOrder[] {
    const rows = this.db
      .prepare('select * from orders where written_ms >= ? and written_ms < ? order by written_ms')
      .all(fromMs, untilMs) as Row[];
    return rows.map(orderOf);
  }

  /** How many orders are in each state. */
  counts(): Partial<Record<OrderState, number>> {
    const rows = this.db.prepare('select state, count(*) n from orders group by state').all();
    return Object.fromEntries((rows as { state: OrderState; n: number }[]).map(({ state, n }) => [state, n]));
  }

  /** Notes an intent; when it resolves, it is on disk. @throws Error for a client id that has been used */
  async write(intent: Intent, nowMs: number): Promise<void> {
    assert(this.get(intent.clientOrderId) === null, `client order id ${intent.clientOrderId} is used twice`);
    const order: LoggedOrder = {
      intent,
      state: 'written',
      orderId: null,
      writtenMs: nowMs,
      changedMs: nowMs,
      filledHundredths: 0,
      remainingHundredths: intent.countHundredths,
    };
    await this.commit(order, 'written', intent.reason);
  }

  /** Notes what happened to an order. @param what for people */
  async note(clientOrderId: string, kind: OrderEvent, what: string, nowMs: number, change: Change = {}): Promise<void> {
    const before = this.get(clientOrderId);
    assert(before !== null, `order ${clientOrderId} was never written`);
    await this.commit({ ...before, ...change, changedMs: nowMs }, kind, what);
  }

  close(): void {
    this.flush();
    this.db.close();
    this.unlock();
  }

  private one(column: 'client_order_id' | 'order_id', value: string): LoggedOrder | null {
    const row = this.db.prepare(`select * from orders where ${column} = ?`).get(value) as Row | undefined;
    return row === undefined ? null : orderOf(row);
  }

  private commit(order: LoggedOrder, kind: OrderEvent, what: string): Promise<void> {
    const { clientOrderId } = order.intent;
    this.unsaved.set(clientOrderId, order);
    if (order.state === 'written' || order.state === 'resting') this.open.set(clientOrderId, order);
    else this.open.delete(clientOrderId);
    return new Promise((committed, failed) => {
      if (this.waiting.length === 0) setImmediate(() => this.flush());
      this.waiting.push({ order, kind, what, committed, failed });
    });
  }

  /** Commits all that waits in one piece. */
  private flush(): void {
    const batch = this.waiting;
    if (batch.length === 0) return;
    this.waiting = [];
    this.unsaved.clear();
    try {
      explained(this.path, () => this.db.transaction(() => this.save(batch))());
    } catch (error) {
      for (const { failed } of batch) failed(error);
      return;
    }
    for (const { committed } of batch) committed();
  }

  private save(batch: readonly Waiting[]): void {
    const upsert = this.db.prepare(UPSERT);
    const event = this.db.prepare('insert into order_events (client_order_id, at_ms, kind, what) values (?, ?, ?, ?)');
    for (const { order, kind, what } of batch) {
      const { clientOrderId } = order.intent;
      upsert.run(
        clientOrderId,
        order.orderId,
        order.state,
        JSON.stringify(order.intent),
        order.writtenMs,
        order.changedMs,
        order.filledHundredths,
        order.remainingHundredths,
      );
      event.run(clientOrderId, order.changedMs, kind, what.slice(0, 500));
    }
  }
}
