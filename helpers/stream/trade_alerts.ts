/** From a scored trade to a decision: an alert, a near miss, or suppressed and why. Pure: nothing here knows a clock. */

import { type AlertRecord, alertId } from '../alerts/record.ts';
import { marketUrl } from '../cases/venue_links.ts';
import { DAY_MS, formatDuration, HOUR_MS } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import type { BaselineKind, TradeFeatures } from '../trade_anomaly/trade_fold.ts';
import { SCORE_THRESHOLD, type TradeModel, type TradeScore } from '../trade_anomaly/trade_model.ts';
import type { MarketEvent, TradeEvent } from './events.ts';

const RULE = 'trade_anomaly';

export interface AlertSettings {
  /** Score from which a trade is anomalous. */
  readonly bar: number;
  /** False alerts a day that p-values may let through. */
  readonly falseAlertsPerDay: number;
  /** USD paid below which a trade is nobody's alert. */
  readonly usdMin: number;
  /** A trade that becomes known later than this is old news, ms. */
  readonly ageMs: number;
}

export const ALERT_SETTINGS: AlertSettings = {
  bar: SCORE_THRESHOLD,
  falseAlertsPerDay: 20,
  usdMin: 500,
  ageMs: HOUR_MS,
};

/** A price so near to a dollar shortly before the end collects what is decided already. */
const SWEEP_PRICE = 0.95;
/** The same where no end is known. */
const SWEEP_PRICE_ALWAYS = 0.99;
const SWEEP_HOURS = DAY_MS / HOUR_MS;
const TITLE_PRICE_DIGITS = 3;

export interface ScoredTrade {
  readonly event: TradeEvent;
  readonly market: MarketEvent | undefined;
  readonly features: TradeFeatures;
  readonly score: TradeScore;
  readonly model: Pick<TradeModel, 'explain' | 'tradesPerDay'> & { readonly run: string };
}

const COMPARED_WITH: Readonly<Record<BaselineKind, string>> = {
  market: 'the market',
  category: 'its category, as the market has no baseline yet',
  all: 'all markets, as neither the market nor its category has a baseline yet',
  none: 'nothing, as there is no baseline yet',
};

const usd = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });
const short = (value: number): string => String(Number(value.toPrecision(3)));
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function isSweep({ event: { price }, features: { hoursToClose } }: ScoredTrade): boolean {
  if (Number.isNaN(hoursToClose)) return price >= SWEEP_PRICE_ALWAYS;
  return price >= SWEEP_PRICE && hoursToClose <= SWEEP_HOURS;
}

/** Why a trade above the bar makes no alert: what is missing to it, or a filter that knows better. */
function whyNot(
  scored: ScoredTrade,
  amountUsd: number,
  settings: AlertSettings,
): Pick<AlertRecord, 'verdict' | 'whyNot'> {
  const { event, score, model } = scored;
  const pMax = Math.min(1, settings.falseAlertsPerDay / model.tradesPerDay);
  if (score.p > pMax) return { verdict: 'near_miss', whyNot: `p is ${short(score.p)}, above ${short(pMax)}` };
  if (scored.features.baseline === 'none') return { verdict: 'near_miss', whyNot: 'nothing to compare it with yet' };
  if (amountUsd < settings.usdMin) return { verdict: 'near_miss', whyNot: `less than ${usd.format(settings.usdMin)}` };
  if (isSweep(scored)) return { verdict: 'suppressed', whyNot: 'a settlement sweep: the price is next to a dollar' };
  const ageMs = event.received_ms - event.ts_ms;
  if (ageMs > settings.ageMs)
    return { verdict: 'suppressed', whyNot: `known ${formatDuration(ageMs)} after the trade` };
  return { verdict: 'alert', whyNot: null };
}

function reasonsOf({ features, score, model }: ScoredTrade): string[] {
  const { contracts, meanContracts, sizeZ, robustZ, baseline, hoursToClose, volume24h, wallet } = features;
  return [
    `Anomaly score ${short(score.score)}, p ${short(score.p)}`,
    ...(Number.isNaN(sizeZ)
      ? [`Compared with ${COMPARED_WITH[baseline]}`]
      : [
          `${formatCount(Math.round(contracts))} contracts against a mean of ${short(meanContracts)}: ${short(sizeZ)} deviations above (robust: ${short(robustZ)}), compared with ${COMPARED_WITH[baseline]}`,
        ]),
    ...(volume24h > 0 ? [`${short(contracts / volume24h)} times the market's volume of the 24 hours before`] : []),
    ...(Number.isNaN(hoursToClose) ? [] : [`${short(hoursToClose)} hours to the scheduled close`]),
    ...(wallet === null ? [] : [`The wallet had ${formatCount(wallet.walletTrades)} trades before this day`]),
    `What stands out: ${model
      .explain(features)
      .map(({ column, value }) => `${column.replaceAll('_', ' ')} ${short(value)}`)
      .join(', ')}`,
  ];
}

/**
 * The record of a trade whose score reaches the bar.
 * @param decidedMs the log's clock
 */
export function decideTrade(scored: ScoredTrade, decidedMs: number, settings: AlertSettings): AlertRecord {
  const { event, market, features, score, model } = scored;
  const amountUsd = event.contracts * event.price;
  const outcomeName = market?.outcomes[event.outcome] ?? ['Yes', 'No'][event.outcome];
  const subject = {
    rule: RULE,
    venue: event.venue,
    marketId: event.market_id,
    wallet: event.wallet,
    tradeId: event.trade_id,
    period: null,
  };
  const url = marketUrl({ venue: event.venue, slug: market?.slug ?? null });
  return {
    ...subject,
    id: alertId(subject),
    ...whyNot(scored, amountUsd, settings),
    eventId: market?.event_id ?? null,
    group: null,
    category: features.category,
    title: `trade anomaly: ${formatCount(Math.round(event.contracts))} of ${outcomeName} at $${event.price.toFixed(TITLE_PRICE_DIGITS)}, ${usd.format(amountUsd)}`,
    marketTitle: market?.title ?? event.market_id,
    outcomeName,
    outcomeIndex: event.outcome,
    price: event.price,
    amountUsd,
    eventMs: event.ts_ms,
    receivedMs: event.received_ms,
    decidedMs,
    score: score.score,
    p: score.p,
    reasons: reasonsOf(scored),
    known: {
      contracts: features.contracts,
      mean_contracts: orNull(features.meanContracts),
      size_z: orNull(features.sizeZ),
      robust_size_z: orNull(features.robustZ),
      hours_to_close: orNull(features.hoursToClose),
      open_interest: orNull(features.openInterest),
      volume_24h: features.volume24h,
      baseline: features.baseline,
    },
    modelRun: model.run,
    links: url === null ? [] : [{ label: 'Market', url }],
    isTest: false,
  };
}
