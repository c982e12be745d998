/** Events of the stream for tests of the flow monitor. */
import { createRandom } from '../../kernels/random.ts';
import { DAY_MS } from '../../run/clock.ts';
import type { MarketEvent, TradeEvent } from '../../stream/events.ts';

export const START_MS = Date.UTC(2026, 0, 5);

export function tradeEvent(own: Partial<TradeEvent> = {}): TradeEvent {
  const tsMs = own.ts_ms ?? START_MS;
  return {
    kind: 'trade',
    received_ms: tsMs,
    venue: 'kalshi',
    trade_id: `${own.market_id ?? 'M'} ${tsMs} ${own.contracts ?? 100}`,
    market_id: 'M',
    ts_ms: tsMs,
    seq: 0,
    contracts: 100,
    outcome: 0,
    price: 0.5,
    wallet: null,
    ...own,
  };
}

export function marketEvent(marketId: string, own: Partial<MarketEvent> = {}): MarketEvent {
  return {
    kind: 'market',
    received_ms: START_MS,
    venue: 'kalshi',
    market_id: marketId,
    event_id: null,
    title: marketId,
    outcomes: ['Yes', 'No'],
    slug: null,
    category: 'politics',
    close_ms: null,
    open_interest: null,
    ...own,
  };
}

/** A quiet market: Poisson trades, sizes lognormal (σ 1), price a slow walk, closes after `closeDays`. */
export function* quietFlow(
  marketIds: readonly string[],
  { nDays, perDay, seed, closeDays }: { nDays: number; perDay: number; seed: number; closeDays: number },
): Generator<TradeEvent | MarketEvent> {
  const random = createRandom(seed);
  for (const id of marketIds)
    yield marketEvent(id, { event_id: `EVENT-${id.slice(0, 1)}`, close_ms: START_MS + closeDays * DAY_MS });
  const prices = new Map(marketIds.map((id) => [id, 0.2 + 0.6 * random.uniform()]));
  const meanMs = DAY_MS / (perDay * marketIds.length);
  let n = 0;
  for (let ms = START_MS; ms < START_MS + nDays * DAY_MS; ms += -Math.log(1 - random.uniform()) * meanMs) {
    const id = marketIds[random.integer(marketIds.length)];
    const price = Math.min(0.97, Math.max(0.03, (prices.get(id) ?? 0.5) + 0.003 * random.normal()));
    prices.set(id, price);
    const outcome = random.integer(2) as 0 | 1;
    yield tradeEvent({
      trade_id: `q${n++}`,
      market_id: id,
      ts_ms: Math.floor(ms),
      contracts: Math.ceil(40 * Math.exp(random.normal())),
      outcome,
      price: Number((outcome === 0 ? price : 1 - price).toFixed(2)),
    });
  }
}
