/** The ledger: what was filled, paid and settled, each once however often it is told, and what follows from it. */
import { isoTime } from '../../run/clock.ts';
import { assert } from '../../run/errors.ts';
import type { Query, Row, TradeDatabase } from './database.ts';
import {
  type BookedFill,
  type BookedSettlement,
  CAPITAL,
  CASH,
  capitalPostings,
  FEES,
  fillEntry,
  GAINS,
  type Holding,
  NOTHING_HELD,
  POSITION,
  type Posting,
  settlementEntry,
} from './entries.ts';
import { ensureMonth, migrate } from './migrations.ts';

/** Something that is to be booked. `source` names it among all of its kind: what is told twice is booked once. */
export type LedgerEvent =
  | { readonly kind: 'fill'; readonly fill: BookedFill }
  | { readonly kind: 'settlement'; readonly settlement: BookedSettlement & { readonly tsMs: number } }
  | {
      readonly kind: 'capital';
      readonly id: string;
      readonly shard: number;
      readonly amountMicros: number;
      readonly tsMs: number;
    };

export interface LedgerEntry {
  /** Rises with the order in which entries were booked. */
  readonly id: number;
  readonly event: LedgerEvent;
}

/** Entries that are read at once. */
const N_ENTRIES_MAX = 1000;

/** Everything in micro-dollars. */
export interface LedgerSummary {
  readonly cash: ReadonlyMap<number, number>;
  readonly holdings: ReadonlyMap<string, Holding>;
  readonly cashMicros: number;
  readonly positionsMicros: number;
  /** Cash and positions at cost. */
  readonly equityMicros: number;
  readonly capitalMicros: number;
  readonly realizedMicros: number;
  readonly feesMicros: number;
}

function sourceOf(event: LedgerEvent): string {
  if (event.kind === 'fill') return `fill:${event.fill.fillId}`;
  return event.kind === 'settlement' ? `settlement:${event.settlement.ticker}` : `capital:${event.id}`;
}

/** When it happened, ms since 1970. */
export function timeOf(event: LedgerEvent): number {
  if (event.kind === 'fill') return event.fill.tsMs;
  return event.kind === 'settlement' ? event.settlement.tsMs : event.tsMs;
}

function entryOf({ id, kind, details }: Row): LedgerEntry {
  const event = kind === 'fill' ? { kind, fill: details } : details;
  return { id: Number(id), event: event as LedgerEvent };
}

function tickersOf(events: readonly LedgerEvent[]): string[] {
  const named = events.flatMap((event) =>
    event.kind === 'fill' ? [event.fill.ticker] : event.kind === 'settlement' ? [event.settlement.ticker] : [],
  );
  return [...new Set(named)];
}

export class Ledger {
  private constructor(private readonly database: TradeDatabase) {}

  /** The ledger in a database, whose tables are brought up to date first; what is there is checked. */
  static async open(database: TradeDatabase): Promise<Ledger> {
    await migrate(database);
    const ledger = new Ledger(database);
    await ledger.audit();
    return ledger;
  }

  /**
   * Books events in their order, all or none.
   * @returns how many were new
   */
  async book(events: readonly LedgerEvent[]): Promise<number> {
    if (events.length === 0) return 0;
    return await this.database.transaction(async (query) => {
      // One writer at a time, so that what is read below is what is added to.
      await query('lock table ledger_balances in exclusive mode');
      const sources = events.map(sourceOf);
      const known = await query('select source from ledger_entries where source = any($1)', [sources]);
      const seen = new Set(known.map(({ source }) => String(source)));
      const fresh = events.filter((event) => {
        const source = sourceOf(event);
        return seen.has(source) ? false : seen.add(source) !== undefined;
      });
      if (fresh.length > 0) await this.append(query, fresh);
      return fresh.length;
    });
  }

  async summary(): Promise<LedgerSummary> {
    return await this.database.transaction(async (query) => {
      const balances = new Map(
        (await query('select account, amount_micros from ledger_balances')).map(({ account, amount_micros }) => [
          String(account),
          Number(amount_micros),
        ]),
      );
      const of = (prefix: string): [string, number][] =>
        [...balances].filter(([account]) => account.startsWith(prefix)).map(([a, n]) => [a.slice(prefix.length), n]);
      const sum = (accounts: readonly [string, number][]): number => accounts.reduce((total, [, n]) => total + n, 0);
      const cash = new Map(of(CASH).map(([shard, n]) => [Number(shard), n]));
      const [cashMicros, positionsMicros] = [sum(of(CASH)), sum(of(POSITION))];
      const holdings = await readHoldings(query, null);
      return {
        cash,
        holdings: new Map([...holdings].filter(([, { yesHundredths }]) => yesHundredths !== 0)),
        cashMicros,
        positionsMicros,
        equityMicros: cashMicros + positionsMicros,
        capitalMicros: -(balances.get(CAPITAL) ?? 0),
        realizedMicros: -(balances.get(GAINS) ?? 0),
        feesMicros: balances.get(FEES) ?? 0,
      };
    });
  }

  /**
   * From when on the venue may have fills that are not booked, ms since 1970: a little before the last that is, and never before the
   * ledger began, as what was filled earlier is in the money that it began with; null for a ledger without entries.
   */
  async fillsSinceMs(overlapMs: number): Promise<number | null> {
    return await this.database.transaction(async (query) => {
      const [{ first_ms, last_ms }] = await query(
        `select (extract(epoch from min(at)) * 1000)::bigint first_ms,
         (extract(epoch from max(at) filter (where kind = 'fill')) * 1000)::bigint last_ms from ledger_entries`,
      );
      if (first_ms === null) return null;
      return Math.max(Number(first_ms), last_ms === null ? 0 : Number(last_ms) - overlapMs);
    });
  }

  /** Entries after the one of a number, in the order in which they were booked. */
  async entriesAfter(id: number): Promise<readonly LedgerEntry[]> {
    return await this.database.transaction(async (query) => {
      const rows = await query('select id, kind, details from ledger_entries where id > $1 order by id limit $2', [
        id,
        N_ENTRIES_MAX,
      ]);
      return rows.map(entryOf);
    });
  }

  /** Entries of a time, in its order: at or after `fromMs`, before `untilMs`. */
  async entriesBetween(fromMs: number, untilMs: number): Promise<readonly LedgerEntry[]> {
    return await this.database.transaction(async (query) => {
      const rows = await query(
        'select id, kind, details from ledger_entries where at >= $1 and at < $2 order by at, id',
        [isoTime(fromMs), isoTime(untilMs)],
      );
      return rows.map(entryOf);
    });
  }

  /** What every account held when a time began, micro-dollars. */
  async balancesAt(ms: number): Promise<ReadonlyMap<string, number>> {
    return await this.database.transaction(async (query) => {
      const rows = await query(
        'select account, sum(amount_micros)::bigint n from ledger_postings where at < $1 group by 1',
        [isoTime(ms)],
      );
      return new Map(rows.map(({ account, n }) => [String(account), Number(n)]));
    });
  }

  /** What each order has filled by the ledger, hundredths. */
  async filledByOrder(): Promise<Map<string, number>> {
    return await this.database.transaction(async (query) => {
      const rows =
        await query(`select details->>'orderId' order_id, sum((details->>'countHundredths')::bigint)::bigint n
        from ledger_entries where kind = 'fill' group by 1`);
      return new Map(rows.map(({ order_id, n }) => [String(order_id), Number(n)]));
    });
  }

  /** Adds up every posting again. @throws Error when a balance or the sum of all is not what it should be: the ledger is damaged */
  async audit(): Promise<void> {
    await this.database.transaction(async (query) => {
      const wrong = await query(`select coalesce(b.account, p.account) account from ledger_balances b
        full join (select account, sum(amount_micros)::bigint amount_micros from ledger_postings group by 1) p using (account)
        where b.amount_micros is distinct from p.amount_micros`);
      assert(wrong.length === 0, `balances that are not the sum of their postings: ${JSON.stringify(wrong)}`);
      await checkSum(query);
    });
  }

  private async append(query: Query, events: readonly LedgerEvent[]): Promise<void> {
    const holdings = await readHoldings(query, tickersOf(events));
    const equityBefore = await equityOf(query);
    const booked = events.map((event) => ({ event, postings: postingsOf(event, holdings) }));
    for (const month of new Set(events.map((event) => isoTime(timeOf(event)).slice(0, 7))))
      await ensureMonth(query, Date.parse(`${month}-01T00:00:00Z`));
    const ids = await query(
      `insert into ledger_entries (source, kind, at, details)
       select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::jsonb[]) returning id, source`,
      [
        events.map(sourceOf),
        events.map(({ kind }) => kind),
        events.map((event) => isoTime(timeOf(event))),
        events.map((event) => JSON.stringify(event.kind === 'fill' ? event.fill : event)),
      ],
    );
    const idOf = new Map(ids.map(({ source, id }) => [String(source), Number(id)]));
    const rows = booked.flatMap(({ event, postings }) =>
      postings.map((posting) => ({ ...posting, at: isoTime(timeOf(event)), id: idOf.get(sourceOf(event)) })),
    );
    const columns = [rows.map(({ at }) => at), rows.map(({ id }) => id), rows.map(({ account }) => account)];
    const amounts = rows.map(({ amountMicros }) => amountMicros);
    await query(
      `insert into ledger_postings (at, entry_id, account, amount_micros)
       select * from unnest($1::timestamptz[], $2::bigint[], $3::text[], $4::bigint[])`,
      [...columns, amounts],
    );
    await query(
      `insert into ledger_balances select account, sum(n) from unnest($1::text[], $2::bigint[]) t(account, n) group by 1
       on conflict (account) do update set amount_micros = ledger_balances.amount_micros + excluded.amount_micros`,
      [columns[2], amounts],
    );
    await writeHoldings(query, holdings);
    await checkSum(query);
    const change = rows
      .filter(({ account }) => [GAINS, FEES, CAPITAL].includes(account))
      .reduce((sum, { amountMicros }) => sum - amountMicros, 0);
    const equity = await equityOf(query);
    assert(equity === equityBefore + change, `equity ${equity} is not ${equityBefore} and ${change} of gains and fees`);
  }
}

/** Postings of an event; what is held changes with it. */
function postingsOf(event: LedgerEvent, holdings: Map<string, Holding>): readonly Posting[] {
  if (event.kind === 'capital') return capitalPostings(event.shard, event.amountMicros);
  const about = event.kind === 'fill' ? event.fill : event.settlement;
  const held = holdings.get(about.ticker) ?? { shard: about.shard, ...NOTHING_HELD };
  const entry = event.kind === 'fill' ? fillEntry(held, event.fill) : settlementEntry(held, event.settlement);
  holdings.set(about.ticker, entry.holding);
  return entry.postings;
}

async function readHoldings(query: Query, tickers: readonly string[] | null): Promise<Map<string, Holding>> {
  const rows = await query('select * from ledger_holdings where $1::text[] is null or ticker = any($1)', [tickers]);
  return new Map(
    rows.map((row) => [
      String(row.ticker),
      {
        shard: Number(row.shard),
        yesHundredths: Number(row.yes_hundredths),
        costMicros: Number(row.cost_micros),
        openedMs: row.opened_ms === null ? null : Number(row.opened_ms),
      },
    ]),
  );
}

async function writeHoldings(query: Query, holdings: ReadonlyMap<string, Holding>): Promise<void> {
  const rows = [...holdings];
  await query(
    `insert into ledger_holdings select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[])
     on conflict (ticker) do update set yes_hundredths = excluded.yes_hundredths, cost_micros = excluded.cost_micros,
     opened_ms = excluded.opened_ms`,
    [
      rows.map(([ticker]) => ticker),
      rows.map(([, { shard }]) => shard),
      rows.map(([, { yesHundredths }]) => yesHundredths),
      rows.map(([, { costMicros }]) => costMicros),
      rows.map(([, { openedMs }]) => openedMs),
    ],
  );
}

/** Cash and positions, micro-dollars. */
async function equityOf(query: Query): Promise<number> {
  const [{ n }] = await query(`select coalesce(sum(amount_micros), 0)::bigint n from ledger_balances
    where account like '${CASH}%' or account like '${POSITION}%'`);
  return Number(n);
}

async function checkSum(query: Query): Promise<void> {
  const [{ n }] = await query('select coalesce(sum(amount_micros), 0)::bigint n from ledger_balances');
  assert(Number(n) === 0, `the accounts of the ledger sum to ${n}, not to 0`);
}
