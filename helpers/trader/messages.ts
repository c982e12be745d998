/** What people are told of trading, as records of the alerts: those about a market keep to their limits, what is wrong is always sent. */
import { type AlertRecord, alertId, messageRecord } from '../alerts/record.ts';
import { formatMicros, MICROS_PER_USD } from '../trade/money.ts';
import { formatLock, type Lock } from '../trade/risk/locks.ts';
import { formatStop, type Stop } from '../trade/risk/stops.ts';
import type { MarketRef } from '../trade/types.ts';
import type { AccountNews } from './account.ts';

/** Kalshi's categories as the webhooks of the alerts are named. */
function topicOf(category: string): string {
  if (/sport/i.test(category)) return 'sports';
  if (/politic|election/i.test(category)) return 'politics';
  return /crypto/i.test(category) ? 'crypto' : 'other';
}

interface About {
  readonly rule: 'trade' | 'trade_closed';
  readonly id: string;
  readonly market: MarketRef;
  readonly title: string;
  readonly marketTitle: string;
  readonly reasons: readonly string[];
  readonly known: AlertRecord['known'];
  readonly eventMs: number;
  readonly amountMicros: number;
}

function aboutMarket(
  { rule, id, market, amountMicros, eventMs, reasons, ...words }: About,
  nowMs: number,
): AlertRecord {
  const subject = { rule, venue: market.venue, marketId: market.ticker, wallet: null, tradeId: id, period: null };
  const base = messageRecord(
    { rule, period: null, eventMs, isTest: false, reasons: [...reasons], title: words.title, known: words.known },
    nowMs,
  );
  return {
    ...base,
    ...subject,
    id: alertId(subject),
    eventId: market.event,
    category: topicOf(market.category),
    marketTitle: words.marketTitle,
    amountUsd: amountMicros / MICROS_PER_USD,
  };
}

const contracts = (hundredths: number): string => `${hundredths / 100}`;

/**
 * News of the account; null for what nobody needs to hear: orders that were not filled, and sales, as the end of a position says what it was
 * given up for.
 */
export function newsMessage(
  news: AccountNews,
  titleOf: (ticker: string) => string,
  mode: string,
  nowMs: number,
): AlertRecord | null {
  if (news.kind === 'closed') {
    const { market, gainMicros, how, why, id, atMs } = news;
    return aboutMarket(
      {
        rule: 'trade_closed',
        id,
        market,
        marketTitle: titleOf(market.ticker),
        title: `${mode}, ${how}: ${gainMicros < 0 ? 'lost' : 'gained'} ${formatMicros(Math.abs(gainMicros))} in ${market.ticker}`,
        reasons: [...(why === null ? [] : [why]), `The position was ${how}; fees are in the result.`],
        known: { gain_usd: gainMicros / MICROS_PER_USD },
        eventMs: atMs,
        amountMicros: Math.abs(gainMicros),
      },
      nowMs,
    );
  }
  const { intent, filledHundredths, valueMicros, feeMicros, atMs } = news;
  if (filledHundredths === 0 || intent.action === 'sell') return null;
  const { market, side, clientOrderId, countHundredths, reason } = intent;
  const cents = ((valueMicros * 100) / filledHundredths / 10_000).toFixed(1);
  return aboutMarket(
    {
      rule: 'trade',
      id: clientOrderId,
      market,
      marketTitle: titleOf(market.ticker),
      title: `${mode}, bought: ${contracts(filledHundredths)} ${side.toUpperCase()} of ${market.ticker} at ${cents} ¢`,
      reasons: [
        reason,
        `${contracts(filledHundredths)} of ${contracts(countHundredths)} contracts, ${formatMicros(valueMicros)} and ${formatMicros(feeMicros)} of fees`,
      ],
      known: { contracts: filledHundredths / 100, fee_usd: feeMicros / MICROS_PER_USD },
      eventMs: atMs,
      amountMicros: valueMicros,
    },
    nowMs,
  );
}

/** A message of the trader about itself. @param period tells it from others of its rule */
export function ownMessage(
  rule: 'trading_started' | 'trading_milestone' | 'risk_breach' | 'risk_breaker' | 'trading_error' | 'trading_day',
  period: string,
  title: string,
  reasons: readonly string[],
  nowMs: number,
): AlertRecord {
  return messageRecord({ rule, period, title, eventMs: nowMs, reasons: [...reasons], known: {}, isTest: false }, nowMs);
}

/** What has stopped trading or pauses it, each told once. */
export function riskMessages(
  stops: readonly Stop[],
  locks: readonly Lock[],
  mode: string,
  nowMs: number,
): AlertRecord[] {
  return [
    ...stops.map((stop) =>
      ownMessage(
        'risk_breach',
        `${mode} ${stop.name} ${stop.sinceMs}`,
        `${mode} trading is ${stop.state}: ${stop.name}`,
        [formatStop(stop)],
        nowMs,
      ),
    ),
    ...locks.map((lock) =>
      ownMessage(
        'risk_breaker',
        `${mode} ${lock.scope} ${lock.name} ${lock.sinceMs}`,
        `${mode} trading pauses`,
        [formatLock(lock)],
        nowMs,
      ),
    ),
  ];
}
