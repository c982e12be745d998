/** The exchange double as a server: orders V2, portfolio, order groups and exchange status, signed, with lagging reads and faults on demand. */
import type { KeyObject } from 'node:crypto';
import { isSigned } from '../kalshi.ts';
import { type Answered, type Asked, type Double, ok, startDouble } from '../server.ts';
import type { KalshiExchange } from './exchange.ts';
import { answerUnder, drawExchangeFault, type ExchangeFault, type ExchangeFaultPlan, GONE } from './faults.ts';
import type { Row } from './matching.ts';
import { publicReads } from './public_reads.ts';
import { portfolioReads } from './reads.ts';
import { countOf, Refusal } from './wire.ts';

export interface ExchangeServerOptions {
  /** Who may sign. */
  readonly publicKey: KeyObject;
  /** What time it is, for signatures; default: the real one. */
  readonly nowMs?: () => number;
  /** How far reads are behind, ms; default 1 s. */
  readonly lagMs?: number;
  readonly faults?: ExchangeFaultPlan;
  /** Called before each request: lets time pass. */
  readonly tick?: () => void;
}

/** What a trader has sent, by client order id. */
interface Sent {
  /** Creates that the gateway has passed on. */
  nReceived: number;
  /** Creates that have become an order. */
  nAccepted: number;
}

export interface ExchangeDouble extends Double {
  readonly sent: ReadonlyMap<string, Sent>;
  /** How many requests met which fault. */
  readonly met: ReadonlyMap<ExchangeFault, number>;
}

const ROOT = '/trade-api/v2';
const ORDERS = '/portfolio/events/orders';
const GROUPS = '/portfolio/order_groups';

function refusal({ status, code, message }: Refusal): Answered {
  return { status, body: { code, message } };
}

class ExchangeRoutes {
  readonly sent = new Map<string, Sent>();
  readonly met = new Map<ExchangeFault, number>();
  private readonly reads: ReturnType<typeof portfolioReads>;

  constructor(
    private readonly exchange: KalshiExchange,
    private readonly options: ExchangeServerOptions,
  ) {
    this.reads = portfolioReads(exchange, options.lagMs ?? 1000);
  }

  answer(asked: Asked): Answered | null {
    if (!asked.path.startsWith(`${ROOT}/`)) return null;
    this.options.tick?.();
    const path = asked.path.slice(ROOT.length);
    if (path.startsWith('/exchange/') && path !== '/exchange/user_data_timestamp') return ok(this.status());
    const told = publicReads(this.exchange, path, asked.query);
    if (told !== null) return told;
    if (!path.startsWith('/portfolio/') && path !== '/exchange/user_data_timestamp') return null;
    if (!isSigned(asked, this.options.publicKey, this.options.nowMs?.()))
      return { status: 401, body: { error: 'invalid signature' } };
    const isWrite = asked.method !== 'GET';
    if (isWrite && /^\/portfolio\/(batched_)?orders/.test(path)) return GONE;
    const fault = drawExchangeFault(this.options.faults, isWrite);
    if (fault !== null) this.met.set(fault, (this.met.get(fault) ?? 0) + 1);
    // Passed on twice by a gateway, it was sent once.
    const counted = new Set<string>();
    return answerUnder(fault, () => this.work(asked, path, counted));
  }

  /** What the exchange does with a request. */
  private work(asked: Asked, path: string, counted: Set<string>): Answered {
    try {
      const body = asked.body === '' ? {} : (JSON.parse(asked.body) as Record<string, unknown>);
      return (
        (asked.method === 'GET' ? this.reads(path, asked.query) : this.write(asked, path, body, counted)) ?? NOT_FOUND
      );
    } catch (error) {
      if (error instanceof Refusal) return refusal(error);
      if (error instanceof SyntaxError) return refusal(new Refusal(400, 'invalid_json'));
      throw error;
    }
  }

  private write(
    { method, query }: Asked,
    path: string,
    body: Record<string, unknown>,
    counted: Set<string>,
  ): Answered | null {
    if (path.startsWith(GROUPS)) return this.groups(method, path.slice(GROUPS.length + 1), body);
    if (!path.startsWith(ORDERS)) return null;
    const [id, verb] = path.slice(ORDERS.length + 1).split('/');
    if (id === '') {
      if (method === 'POST') return { status: 201, body: this.create(body, counted) };
      for (const order of this.exchange.matching.resting) this.exchange.matching.end(order, 'UserCancel');
      return ok({});
    }
    if (id === 'batched') return this.batched(method, body, counted);
    if (method === 'DELETE') return ok(this.cancel(id, query.get('market_ticker')));
    if (verb === 'amend') return ok(this.exchange.amend(id, body));
    if (verb === 'decrease') return ok(this.exchange.decrease(id, body));
    return null;
  }

  private create(body: Record<string, unknown>, counted: Set<string>): Row {
    const clientId = String(body.client_order_id ?? '');
    const sent = this.sent.get(clientId) ?? { nReceived: 0, nAccepted: 0 };
    this.sent.set(clientId, sent);
    if (!counted.has(clientId)) sent.nReceived++;
    counted.add(clientId);
    const row = this.exchange.create(body);
    sent.nAccepted++;
    return row;
  }

  /** Cancels an order, unless somebody has been faster. */
  private cancel(id: string, marketTicker: string | null): Row {
    const { races = 0, random } = this.options.faults ?? {};
    const order = this.exchange.orders.get(id);
    if (order?.status === 'resting' && random !== undefined && random.uniform() < races) {
      const side = order.side === 'bid' ? 'ask' : 'bid';
      const count = 1 + random.integer(order.remaining);
      this.exchange.other({ ticker: order.market.ticker, side, price: order.price, count, expiresMs: null });
    }
    return this.exchange.cancel(id, marketTicker);
  }

  /** Each item succeeds or fails by itself; the status says nothing of them. */
  private batched(method: string, body: Record<string, unknown>, counted: Set<string>): Answered {
    const items = (Array.isArray(body.orders) ? body.orders : []) as Record<string, unknown>[];
    const orders = items.map((item) => {
      try {
        if (method === 'POST') return this.create(item, counted);
        return this.cancel(String(item.order_id), item.market_ticker === undefined ? null : String(item.market_ticker));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const own = method === 'POST' ? { client_order_id: item.client_order_id } : { order_id: item.order_id };
        const none = method === 'POST' ? {} : { reduced_by: '0.00' };
        return { ...own, ...none, error: { code: error.code, message: error.message } };
      }
    });
    return { status: method === 'POST' ? 201 : 200, body: { orders } };
  }

  private groups(method: string, path: string, body: Record<string, unknown>): Answered | null {
    const { groups } = this.exchange.matching;
    const limit = (): number =>
      body.contracts_limit_fp === undefined ? 100 * Number(body.contracts_limit) : countOf(body.contracts_limit_fp);
    if (method === 'POST' && path === 'create')
      return { status: 201, body: { order_group_id: groups.create(limit()) } };
    const [id, verb] = path.split('/');
    if (method === 'DELETE') groups.remove(id);
    else if (verb === 'trigger') groups.trigger(id);
    else if (verb === 'reset') groups.reset(id);
    else if (verb === 'limit') groups.setLimit(id, limit());
    else return null;
    return ok({});
  }

  private status(): Row {
    const { paused, markets } = this.exchange;
    const shards = [...new Set([...markets.values()].map(({ shard }) => shard))];
    return {
      exchange_active: true,
      trading_active: paused.size < shards.length,
      intra_exchange_transfers_active: true,
      exchange_estimated_resume_time: null,
      exchange_index_statuses: shards.map((shard) => ({
        exchange_index: shard,
        description: `shard ${shard}`,
        exchange_active: true,
        trading_active: !paused.has(shard),
      })),
    };
  }
}

const NOT_FOUND: Answered = { status: 404, body: { code: 'not_found', message: 'not found' } };

/** Starts the double; its base address ends in `/trade-api/v2`. */
export async function startExchangeDouble(
  exchange: KalshiExchange,
  options: ExchangeServerOptions,
): Promise<ExchangeDouble> {
  const routes = new ExchangeRoutes(exchange, options);
  const double = await startDouble((asked) => routes.answer(asked));
  return Object.defineProperties(Object.assign(double, { sent: routes.sent, met: routes.met }), {
    baseUrl: { value: `${double.baseUrl}${ROOT}` },
  });
}
