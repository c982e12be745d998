/** Orders to Kalshi's exchanges: the demo one and the live one are one client at two addresses. */
import { HttpError } from '../../http/http_error.ts';
import { SECOND_MS } from '../../run/clock.ts';
import { assert } from '../../run/errors.ts';
import type { ApiOptions } from '../../venues/clients.ts';
import type { KalshiKey } from '../../venues/kalshi/api/signing.ts';
import { createKalshiTradingClient, type KalshiTradingClient } from '../../venues/kalshi/api/trading.ts';
import { REFUSED } from '../../venues/kalshi/api/trading_rows.ts';
import { decimalToUnits, toBook, unitsToDecimal } from '../money.ts';
import type { Intent, TimeInForce } from '../types.ts';
import type { Cancelled, Executor, Placed } from './executor.ts';
import { assertPermit, type Permit, whyStale } from './gates.ts';

const TIME_IN_FORCE = {
  gtc: 'good_till_canceled',
  ioc: 'immediate_or_cancel',
  fok: 'fill_or_kill',
} as const satisfies Record<TimeInForce, string>;
const MICROS_PER_CENT = 10_000;

const micros = (text: string): number => decimalToUnits(text, 6);
const hundredths = (text: string): number => decimalToUnits(text, 2);
/** Reads take whole seconds. */
const secondsOf = (ms: number): number => Math.max(0, Math.floor(ms / SECOND_MS));

export interface KalshiExecutorOptions extends Omit<ApiOptions, 'baseUrl'> {
  readonly key: KalshiKey;
  readonly tokens?: Parameters<typeof createKalshiTradingClient>[0]['tokens'];
  /** When a market was last heard of, ms since 1970; null for never. */
  readonly heardMs: (ticker: string) => number | null;
  readonly nowMs: () => number;
  /** An order on older prices is refused, ms. */
  readonly staleMs: number;
  /** The order group of each market's shard, made by `createOrderGroups`. */
  readonly groups?: OrderGroups;
}

/** One group a shard: a group's orders live on one shard. */
interface OrderGroups {
  readonly byShard: ReadonlyMap<number, string>;
  readonly shardOf: (ticker: string) => number;
}

/**
 * Makes the exchange's own kill switch: a group on each shard.
 * @param limitHundredths contracts that may be filled within 15 seconds before the exchange cancels all orders of the group
 * @throws Error without a true permit
 */
export async function createOrderGroups(
  permit: Permit,
  options: Omit<KalshiExecutorOptions, 'groups'>,
  limitHundredths: number,
  shards: readonly number[],
): Promise<Map<number, string>> {
  assertPermit(permit);
  const client = createKalshiTradingClient({ ...options, baseUrl: permit.baseUrl });
  const byShard = new Map<number, string>();
  for (const shard of shards)
    byShard.set(shard, await client.createGroup(unitsToDecimal(limitHundredths, 2, 2), shard));
  return byShard;
}

/** `insufficient_balance: …` */
function refusalOf({ body, message }: HttpError): string {
  try {
    const parsed = REFUSED.safeParse(JSON.parse(body)).data ?? {};
    const told = 'error' in parsed ? parsed.error : parsed;
    if (typeof told === 'string') return told;
    const { code = '', message: words = '' } = told as { code?: string; message?: string };
    return [code, words].filter((part) => part !== '').join(': ') || message;
  } catch {
    return message;
  }
}

/** What an error says of what was asked. @throws what is no answer of the world */
function failed(error: unknown): {
  readonly kind: 'refused' | 'unknown';
  readonly why: string;
  readonly status: number | null;
} {
  if (!(error instanceof HttpError)) throw error;
  const { mayHaveHappened, message, status } = error;
  return mayHaveHappened
    ? { kind: 'unknown', why: message, status }
    : { kind: 'refused', why: refusalOf(error), status };
}

class KalshiExecutor implements Executor {
  readonly mode: Permit['mode'];
  private readonly client: KalshiTradingClient;

  constructor(
    permit: Permit,
    private readonly options: KalshiExecutorOptions,
  ) {
    assertPermit(permit);
    this.mode = permit.mode;
    this.client = createKalshiTradingClient({ ...options, baseUrl: permit.baseUrl });
  }

  async place(intent: Intent): Promise<Placed> {
    const stale = this.refusedAsStale(intent);
    if (stale !== null) return stale;
    try {
      return placed(await this.client.create(this.bodyOf(intent)));
    } catch (error) {
      const { kind, why, status } = failed(error);
      return { kind: status === 409 ? 'exists' : kind, why };
    }
  }

  async amend(orderId: string, intent: Intent, limitPriceMicros: number, totalHundredths: number): Promise<Placed> {
    const stale = this.refusedAsStale(intent);
    if (stale !== null) return stale;
    const wanted = { ...intent, limitPriceMicros, countHundredths: totalHundredths };
    const { ticker, side, count, price, client_order_id } = this.bodyOf(wanted);
    try {
      return placed(await this.client.amend(orderId, { ticker, side, count, price, client_order_id }));
    } catch (error) {
      return failed(error);
    }
  }

  async cancel({ orderId, ticker }: { orderId: string; ticker: string }): Promise<Cancelled> {
    try {
      const { reduced_by } = await this.client.cancel(orderId, ticker);
      return { kind: 'cancelled', reducedHundredths: hundredths(reduced_by) };
    } catch (error) {
      const { kind, why, status } = failed(error);
      return { kind: status === 404 ? 'gone' : kind, why };
    }
  }

  async halt(): Promise<void> {
    // All at once: a shard that does not answer must not keep the others from being halted.
    const results = await Promise.allSettled(this.groupIds().map((id) => this.client.triggerGroup(id)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  async resume(): Promise<void> {
    for (const id of this.groupIds()) await this.client.resetGroup(id);
  }

  asOfMs(): Promise<number> {
    return this.client.asOfMs();
  }

  async orders(sinceMs: number): ReturnType<Executor['orders']> {
    return (await this.client.orders(secondsOf(sinceMs))).map((row) => ({
      orderId: row.order_id,
      clientOrderId: row.client_order_id,
      ticker: row.ticker,
      isResting: row.status === 'resting',
      filledHundredths: hundredths(row.fill_count_fp),
      remainingHundredths: hundredths(row.remaining_count_fp),
      createdMs: Date.parse(row.created_time),
    }));
  }

  async fills(sinceMs: number): ReturnType<Executor['fills']> {
    const rows = await this.client.fills(secondsOf(sinceMs));
    return rows.reverse().map((row) => ({
      fillId: row.fill_id,
      orderId: row.order_id,
      ticker: row.ticker,
      shard: row.exchange_index,
      bookSide: row.book_side,
      yesPriceMicros: micros(row.yes_price_dollars),
      countHundredths: hundredths(row.count_fp),
      feeMicros: micros(row.fee_cost),
      isTaker: row.is_taker,
      tsMs: Date.parse(row.created_time),
    }));
  }

  async settlements(sinceMs: number): ReturnType<Executor['settlements']> {
    const rows = await this.client.settlements(secondsOf(sinceMs));
    return rows.reverse().map((row) => ({
      ticker: row.ticker,
      shard: row.exchange_index,
      result: row.market_result,
      yesHundredths: hundredths(row.yes_count_fp),
      noHundredths: hundredths(row.no_count_fp),
      payoutMicros: row.revenue * MICROS_PER_CENT,
      feeMicros: micros(row.fee_cost),
      tsMs: Date.parse(row.settled_time),
    }));
  }

  async account(): ReturnType<Executor['account']> {
    const [{ balance_breakdown }, positions] = [await this.client.balance(), await this.client.positions()];
    const held = positions.map(({ ticker, position_fp }) => [ticker, hundredths(position_fp)] as const);
    return {
      cash: new Map(balance_breakdown.map(({ exchange_index, balance }) => [exchange_index, micros(balance)])),
      positions: new Map(held.filter(([, count]) => count !== 0)),
    };
  }

  private refusedAsStale({ market }: Intent): Placed | null {
    const { heardMs, nowMs, staleMs } = this.options;
    const stale = whyStale(heardMs(market.ticker), nowMs(), staleMs);
    return stale === null ? null : { kind: 'refused', why: `stale data: ${stale}` };
  }

  private groupIds(): readonly string[] {
    const ids = [...(this.options.groups?.byShard.values() ?? [])];
    assert(ids.length > 0, 'there is no order group to halt by');
    return ids;
  }

  private bodyOf(intent: Intent): Parameters<KalshiTradingClient['create']>[0] {
    const { market, side, action, limitPriceMicros, countHundredths, timeInForce, expiresMs, isPostOnly } = intent;
    assert(market.venue === 'kalshi', `an order for ${market.venue} at Kalshi`);
    const { bookSide, yesPriceMicros } = toBook(side, action, limitPriceMicros);
    const { groups } = this.options;
    const groupId = groups?.byShard.get(groups.shardOf(market.ticker));
    assert(groups === undefined || groupId !== undefined, `no order group halts orders in ${market.ticker}`);
    return {
      ticker: market.ticker,
      side: bookSide,
      count: unitsToDecimal(countHundredths, 2, 2),
      price: unitsToDecimal(yesPriceMicros, 6, 4),
      time_in_force: TIME_IN_FORCE[timeInForce],
      self_trade_prevention_type: 'taker_at_cross',
      client_order_id: intent.clientOrderId,
      ...(expiresMs === null ? {} : { expiration_time: Math.ceil(expiresMs / SECOND_MS) }),
      ...(isPostOnly ? { post_only: true } : {}),
      ...(groupId === undefined ? {} : { order_group_id: groupId }),
    };
  }
}

function placed({ order_id, fill_count, remaining_count }: Awaited<ReturnType<KalshiTradingClient['create']>>): Placed {
  return {
    kind: 'accepted',
    orderId: order_id,
    filledHundredths: hundredths(fill_count),
    remainingHundredths: hundredths(remaining_count),
  };
}

/** An executor for the exchange that the permit names. @throws Error without a true permit */
export function createKalshiExecutor(permit: Permit, options: KalshiExecutorOptions): Executor {
  return new KalshiExecutor(permit, options);
}
