/**
 * The fold over the log: puts trades in order, scores each before it enters its market's baseline, and decides. A function of the events
 * it is given and of the models: no clock, no disk, no network.
 */
import type { AlertRecord } from '../alerts/record.ts';
import type { StoredBaseline } from '../baselines/baseline_store.ts';
import { TradeFold } from '../trade_anomaly/trade_fold.ts';
import type { TradeModel } from '../trade_anomaly/trade_model.ts';
import { EventOrder, type OrderState } from './event_order.ts';
import { factsOf, type MarketEvent, marketKey, type StreamEvent, type TradeEvent, tradeOf } from './events.ts';
import { KnownMarkets } from './known_markets.ts';
import { SeenIds } from './seen_ids.ts';
import { type AlertSettings, decideTrade, type ScoredTrade } from './trade_alerts.ts';

type Model = ScoredTrade['model'] & Pick<TradeModel, 'scoreFrom'>;

export interface AnalyzerSettings {
  /** How long a trade waits for earlier ones, ms. */
  readonly latenessMs: number;
  readonly alerts: AlertSettings;
  /** Trades within which a second one of the same id is known. */
  readonly nIds: number;
}

export interface AnalyzerCounts {
  nTrades: number;
  nDuplicates: number;
  nScored: number;
  /** Of a venue without a model. */
  nUnscored: number;
  nLate: number;
}

const CATEGORY = 'category ';

/** Name under which the baseline of a category is kept. */
export function categoryKey(category: string): string {
  return `${CATEGORY}${category}`;
}

const NOTHING: readonly AlertRecord[] = [];

export class StreamAnalyzer {
  readonly seen: SeenIds;
  private readonly markets = new KnownMarkets();
  readonly counts: AnalyzerCounts = { nTrades: 0, nDuplicates: 0, nScored: 0, nUnscored: 0, nLate: 0 };
  private readonly order: EventOrder;
  private readonly fold = new TradeFold();
  private readonly tradedMarkets = new Set<string>();
  private readonly tradedCategories = new Set<string>();

  /** @param modelOf the model that is active for a venue, or null; it may be another one at the next call */
  constructor(
    private readonly settings: AnalyzerSettings,
    private readonly modelOf: (venue: TradeEvent['venue']) => Model | null,
  ) {
    this.order = new EventOrder(settings.latenessMs);
    this.seen = new SeenIds(settings.nIds, true);
  }

  /** Takes the next event; @returns what was decided: alerts, near misses and suppressed alerts. */
  take(event: StreamEvent): readonly AlertRecord[] {
    if (event.kind === 'market') this.markets.learn(event);
    if (event.kind === 'trade' && !this.seen.add(`${event.venue} ${event.trade_id}`)) {
      this.counts.nDuplicates++;
      return NOTHING;
    }
    const turn = this.order.push(event);
    this.counts.nLate = this.order.nLate;
    if (turn.length === 0) return NOTHING;
    return turn.map((trade) => this.next(trade)).filter((record) => record !== null);
  }

  /** Takes baselines that have changed, by name; of markets at most `nMax`, those first that have waited for longest. */
  takeChangedBaselines(nMax = Number.POSITIVE_INFINITY): Map<string, StoredBaseline> {
    const found = new Map<string, StoredBaseline>();
    const add = (name: string, baseline: StoredBaseline | null): void => {
      if (baseline !== null) found.set(name, baseline);
    };
    for (const name of this.tradedCategories)
      add(categoryKey(name), this.fold.baselineOfCategory(name, this.order.clockMs));
    this.tradedCategories.clear();
    let n = 0;
    for (const key of this.tradedMarkets) {
      if (n++ >= nMax) break;
      add(key, this.fold.baselineOf(key));
      this.tradedMarkets.delete(key);
    }
    return found;
  }

  /** Has baselines that could not be kept taken once more. */
  returnBaselines(names: Iterable<string>): void {
    for (const name of names)
      if (name.startsWith(CATEGORY)) this.tradedCategories.add(name.slice(CATEGORY.length));
      else this.tradedMarkets.add(name);
  }

  /** Markets of which something new is known since `kept`, by key. */
  changedMarkets(): ReadonlyMap<string, MarketEvent> {
    return this.markets.changed();
  }

  kept(): void {
    this.markets.kept();
  }

  orderState(): OrderState {
    return this.order.state();
  }

  /** Goes on from where an earlier process stood. */
  restore(
    order: OrderState | null,
    markets: Iterable<MarketEvent>,
    baselines: ReadonlyMap<string, StoredBaseline>,
  ): void {
    if (order !== null) this.order.restore(order);
    for (const market of markets) this.markets.restore(market);
    for (const [name, baseline] of baselines)
      if (name.startsWith(CATEGORY)) this.fold.seedCategory(name.slice(CATEGORY.length), baseline);
      else this.fold.seedMarket(name, baseline);
  }

  private next(event: TradeEvent): AlertRecord | null {
    const key = marketKey(event);
    const market = this.markets.get(key);
    this.counts.nTrades++;
    const features = this.fold.next(tradeOf(event, key), factsOf(market));
    this.tradedMarkets.add(key);
    this.tradedCategories.add(features.category);
    const model = this.modelOf(event.venue);
    if (model === null) {
      this.counts.nUnscored++;
      return null;
    }
    this.counts.nScored++;
    const score = model.scoreFrom(features, this.settings.alerts.bar);
    if (score === null) return null;
    return decideTrade({ event, market, features, score, model }, this.order.clockMs, this.settings.alerts);
  }
}
