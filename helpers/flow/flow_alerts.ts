/** From unusual flow to a decision: an alert about one market, a near miss, or an alert about a group of markets. Pure. */
import { type AlertRecord, alertId } from '../alerts/record.ts';
import { marketUrl } from '../cases/venue_links.ts';
import { formatCount } from '../run/console.ts';
import type { MarketEvent, TradeEvent } from '../stream/events.ts';
import type { Cluster } from './clusters.ts';
import { burstOf, type FlowFacts, type FlowScore, robustZ } from './flow_score.ts';

const SOLO = 'flow_solo';
const CLUSTER = 'flow_cluster';
const SOLO_SCORE = 85;
const NEAR_SCORE = 70;

export interface ScoredFlow extends FlowScore {
  readonly event: TradeEvent;
  readonly market: MarketEvent | undefined;
  readonly facts: FlowFacts;
}

const usd = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** What both kinds of alert say of the trade. */
function ofTrade({ event, market, facts, score, terms }: ScoredFlow, decidedMs: number) {
  const url = marketUrl({ venue: event.venue, slug: market?.slug ?? null });
  return {
    whyNot: null,
    venue: event.venue,
    eventId: market?.event_id ?? null,
    wallet: event.wallet,
    category: market?.category ?? 'other',
    marketTitle: market?.title ?? event.market_id,
    outcomeName: market?.outcomes[event.outcome] ?? ['Yes', 'No'][event.outcome],
    outcomeIndex: event.outcome,
    price: event.price,
    amountUsd: facts.costUsd,
    eventMs: event.ts_ms,
    receivedMs: event.received_ms,
    decidedMs,
    score,
    p: null,
    known: {
      cost_usd: facts.costUsd,
      median_usd_24h: orNull(facts.medianUsd),
      mad_usd_24h: orNull(facts.madUsd),
      robust_z: orNull(robustZ(facts)),
      trades_1m: facts.n1m,
      trades_60m: facts.n60m,
      burst: burstOf(facts),
      points: terms.map(({ points }) => points).join('+'),
    },
    modelRun: null,
    links: url === null ? [] : [{ label: 'Market', url }],
    isTest: false,
  } satisfies Partial<AlertRecord>;
}

function pointsWords({ terms }: FlowScore): string[] {
  return terms.map(({ points, reason }) => `+${points}: ${reason}`);
}

/** The record of a trade that is unusual by itself; null for any other. */
export function soloRecord(scored: ScoredFlow, decidedMs: number): AlertRecord | null {
  const { event, score, facts } = scored;
  if (score < NEAR_SCORE) return null;
  const isAlert = score >= SOLO_SCORE;
  const subject = {
    rule: SOLO,
    venue: event.venue,
    marketId: event.market_id,
    wallet: event.wallet,
    tradeId: event.trade_id,
    period: null,
  };
  return {
    ...ofTrade(scored, decidedMs),
    ...subject,
    id: alertId(subject),
    verdict: isAlert ? 'alert' : 'near_miss',
    whyNot: isAlert ? null : `score ${score}, below ${SOLO_SCORE}`,
    group: null,
    title: `unusual flow, score ${score}: ${formatCount(Math.round(event.contracts))} contracts, ${usd.format(facts.costUsd)}`,
    reasons: pointsWords(scored),
  };
}

/** The record of a group of markets, told by the trade that made it one. */
export function clusterRecord(scored: ScoredFlow, group: string, cluster: Cluster, decidedMs: number): AlertRecord {
  const { event } = scored;
  const subject = {
    rule: CLUSTER,
    venue: event.venue,
    marketId: null,
    wallet: null,
    tradeId: event.trade_id,
    period: group,
  };
  return {
    ...ofTrade(scored, decidedMs),
    ...subject,
    id: alertId(subject),
    verdict: 'alert',
    marketId: event.market_id,
    group,
    title: `unusual flow in ${cluster.hits.length} markets of one group within five minutes, best score ${cluster.hits[0].score}`,
    reasons: [
      `Tier ${cluster.tier}, ${group}: ${cluster.hits.map(({ market, score }) => `${market} ${score}`).join(', ')}`,
      ...pointsWords(scored),
    ],
  };
}
