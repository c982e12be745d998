/**
 * The flow monitor as a fold over the log of the stream: scores each trade before it enters the figures of its market, and decides about
 * markets and groups of markets. A function of the events alone: no clock, no disk, no network.
 */
import type { AlertRecord } from '../alerts/record.ts';
import { IdleMap } from '../kernels/idle_map.ts';
import { DAY_MS } from '../run/clock.ts';
import { EventOrder, type OrderState } from '../stream/event_order.ts';
import { type MarketEvent, marketKey, type StreamEvent, type TradeEvent } from '../stream/events.ts';
import type { FoldBefore, KeptFold, MarketFigures } from '../stream/fold_state.ts';
import { KnownMarkets } from '../stream/known_markets.ts';
import { SeenIds } from '../stream/seen_ids.ts';
import { CLUSTER_SCORE_MIN, Clusters, type ClustersState } from './clusters.ts';
import { type CorrelatedGroup, correlatedGroups } from './correlated_groups.ts';
import { clusterRecord, type ScoredFlow, soloRecord } from './flow_alerts.ts';
import { scoreFlow } from './flow_score.ts';
import { MarketGroups } from './groups.ts';
import { MarketFlow } from './market_flow.ts';

export interface FlowSettings {
  /** How long a trade waits for earlier ones, ms. */
  readonly latenessMs: number;
  /** Trades within which a second one of the same id is known. */
  readonly nIds: number;
}

export const FLOW_SETTINGS: FlowSettings = { latenessMs: 2000, nIds: 1_000_000 };
/** Markets whose trades are kept; above that the tenth that has been idle for longest is forgotten. */
const N_FLOWS_MAX = 20_000;

export interface FlowCounts {
  nTrades: number;
  nDuplicates: number;
  nLate: number;
}

/** What a monitor knows besides its markets. */
interface FlowNotes {
  readonly day: number | null;
  readonly correlated: readonly CorrelatedGroup[];
  readonly clusters: ClustersState;
}

export class FlowMonitor implements KeptFold {
  readonly counts: FlowCounts = { nTrades: 0, nDuplicates: 0, nLate: 0 };
  /** Of the day that goes on. */
  correlated: readonly CorrelatedGroup[] = [];
  private readonly order: EventOrder;
  readonly seen: SeenIds;
  private readonly known = new KnownMarkets();
  private readonly flows = new IdleMap<MarketFlow>(N_FLOWS_MAX);
  private readonly groups = new MarketGroups();
  private readonly clusters = new Clusters();
  private readonly traded = new Set<string>();
  private day = Number.NEGATIVE_INFINITY;

  constructor(settings: FlowSettings = FLOW_SETTINGS) {
    this.order = new EventOrder(settings.latenessMs);
    this.seen = new SeenIds(settings.nIds, true);
  }

  /** Takes the next event; @returns what was decided: alerts and near misses. */
  take(event: StreamEvent): AlertRecord[] {
    if (event.kind === 'market') this.known.learn(event);
    if (event.kind === 'trade' && !this.seen.add(`${event.venue} ${event.trade_id}`)) {
      this.counts.nDuplicates++;
      return [];
    }
    const decided = this.order.push(event).flatMap((trade) => this.next(trade));
    this.counts.nLate = this.order.nLate;
    return decided;
  }

  orderState(): OrderState {
    return this.order.state();
  }

  changedMarkets(): ReadonlyMap<string, MarketEvent> {
    return this.known.changed();
  }

  changedFigures(): Map<string, MarketFigures> {
    return new Map(
      [...this.traded].flatMap((key) => {
        const flow = this.flows.get(key);
        return flow === undefined ? [] : [[key, { lastMs: flow.lastMs, numbers: flow.numbers() }] as const];
      }),
    );
  }

  notes(): FlowNotes {
    const { day, correlated, clusters } = this;
    return { day: Number.isFinite(day) ? day : null, correlated, clusters: clusters.state() };
  }

  kept(): void {
    this.known.kept();
    this.traded.clear();
  }

  /** Goes on from where an earlier process stood. */
  restore({ order, markets, figures, notes }: FoldBefore): void {
    if (order !== null) this.order.restore(order);
    for (const market of markets) this.known.restore(market);
    for (const [key, { lastMs, numbers }] of figures) this.flows.add(key, MarketFlow.restored(lastMs, numbers));
    if (notes === null) return;
    const { day, correlated, clusters } = notes as FlowNotes;
    this.day = day ?? Number.NEGATIVE_INFINITY;
    this.correlated = correlated;
    this.groups.renew(correlated);
    this.clusters.restore(clusters);
  }

  private next(event: TradeEvent): AlertRecord[] {
    this.counts.nTrades++;
    this.beginDay(event.ts_ms);
    const key = marketKey(event);
    const market = this.known.get(key);
    const flow = this.flows.get(key) ?? this.flows.add(key, new MarketFlow());
    const costUsd = event.contracts * event.price;
    const facts = flow.facts(event.ts_ms, costUsd, market?.close_ms ?? null);
    flow.add(event.ts_ms, costUsd, event.outcome === 0 ? event.price : 1 - event.price);
    this.traded.add(key);
    const scored: ScoredFlow = { event, market, facts, ...scoreFlow(facts) };
    const solo = soloRecord(scored, this.order.clockMs);
    return [...(solo === null ? [] : [solo]), ...this.clusterOf(scored, key)];
  }

  /** One alert for a trade: that of the narrowest group in which it makes a cluster. */
  private clusterOf(scored: ScoredFlow, key: string): AlertRecord[] {
    if (scored.score < CLUSTER_SCORE_MIN) return [];
    const hit = { tsMs: scored.event.ts_ms, market: key, score: scored.score };
    const found = this.groups.of(key, scored.market).flatMap((group) => {
      const cluster = this.clusters.add(group, hit);
      return cluster === null ? [] : [clusterRecord(scored, group, cluster, this.order.clockMs)];
    });
    return found.slice(0, 1);
  }

  private beginDay(tsMs: number): void {
    const day = Math.floor(tsMs / DAY_MS);
    if (day <= this.day) return;
    this.day = day;
    this.clusters.forget(tsMs);
    const returns = [...this.flows.entries()].map(([market, { prices }]) => ({
      market,
      returns: prices.returns(tsMs),
    }));
    this.correlated = correlatedGroups(returns);
    this.groups.renew(this.correlated);
  }
}
