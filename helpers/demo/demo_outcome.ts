/** The alerts of the demo against what was planted. */
import { openOutbox } from '../alerts/outbox/outbox.ts';
import type { AlertRecord } from '../alerts/record.ts';
import { sideTaken } from '../alerts/rules/bets.ts';
import { readVenueMarket, secondsOf } from '../doubles/market.ts';
import { alertFolder } from '../live/live_alerts.ts';
import { DAY_MS, formatDuration } from '../run/clock.ts';
import { formatTable } from '../run/console.ts';
import { type DemoMarket, LIVE_DAY_MS, LIVE_END_MS, truthRows } from './demo_market.ts';

/** A wallet is fresh for so long after its first fill. */
const FRESH_MS = 7 * DAY_MS;
const SWEEP_PRICE = 0.95;

type Kind = 'insider' | 'fresh whale' | 'insider, not that day' | 'whale, not fresh' | string;

interface Judged {
  readonly record: AlertRecord;
  readonly kind: Kind;
  readonly isSweep: boolean;
  readonly nMessages: number;
  /** Whether it should have been sent to Discord. */
  readonly isDue: boolean;
}

export interface DemoOutcome {
  readonly alerts: readonly Judged[];
  /** Kind by planted wallet. */
  readonly planted: ReadonlyMap<string, Kind>;
  readonly suppressed: ReadonlyMap<string, number>;
}

/** Wallets that acted on the day as what they are planted as: insiders on a leak, whales in their first days. */
function plantedOnDay(market: DemoMarket, types: ReadonlyMap<string, string>): Map<string, Kind> {
  const isOnDay = (ms: number): boolean => ms >= LIVE_DAY_MS && ms < LIVE_DAY_MS + DAY_MS;
  const planted = new Map<string, Kind>();
  for (const { wallet, timestamp } of truthRows(market, 'insider_trades.csv'))
    if (isOnDay(Number(timestamp) * 1000)) planted.set(wallet, 'insider');
  const firstMs = new Map<string, number>();
  for (const { maker, timestampS, isBuy } of readVenueMarket(market.raw).fills) {
    const ms = timestampS * 1000;
    if (!firstMs.has(maker)) firstMs.set(maker, ms);
    const isFresh = ms - firstMs.get(maker)! < FRESH_MS;
    if (types.get(maker) === 'whale' && isBuy && isFresh && isOnDay(ms)) planted.set(maker, 'fresh whale');
  }
  return planted;
}

/** Scheduled ends by market. */
function endsOf(market: DemoMarket): Map<string, number> {
  const { markets } = readVenueMarket(market.raw);
  return new Map(markets.map(({ conditionId, endDate }) => [conditionId, secondsOf(endDate) * 1000]));
}

function kindOf(wallet: string, planted: ReadonlyMap<string, Kind>, types: ReadonlyMap<string, string>): Kind {
  const type = types.get(wallet) ?? 'unknown';
  const own = planted.get(wallet);
  if (own !== undefined) return own;
  if (type === 'insider') return 'insider, not that day';
  return type === 'whale' ? 'whale, not fresh' : type;
}

interface Message {
  readonly body: { readonly embeds?: readonly { readonly footer?: { readonly text: string } }[] };
}

/** Messages by the id of their alert. */
function countMessages(messages: readonly Message[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of messages) {
    const id = body.embeds?.[0]?.footer?.text.slice(0, 24) ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** What became of every alert. @param messages what the Discord double was given */
export function judgeAlerts(market: DemoMarket, messages: readonly Message[]): DemoOutcome {
  const types = new Map(truthRows(market, 'wallets.csv').map(({ wallet, type }) => [wallet, type]));
  const planted = plantedOnDay(market, types);
  const ends = endsOf(market);
  const counts = countMessages(messages);
  const outbox = openOutbox(alertFolder(market.dataDir), LIVE_END_MS);
  const rows = [...outbox.rows()].filter(({ record }) => record.venue !== null);
  outbox.close();
  const suppressed = new Map<string, number>();
  for (const { record } of rows)
    if (record.verdict === 'suppressed') {
      const filter = (record.whyNot ?? '').split(':')[0];
      suppressed.set(filter, (suppressed.get(filter) ?? 0) + 1);
    }
  const alerts = rows.flatMap(({ record, deliveries }) => {
    if (record.verdict !== 'alert') return [];
    const { price } = sideTaken({
      side: record.known.side === 'SELL' ? 'SELL' : 'BUY',
      outcomeIndex: record.outcomeIndex ?? 0,
      price: record.price ?? 0,
    });
    const endMs = ends.get(record.marketId ?? '') ?? Number.POSITIVE_INFINITY;
    return [
      {
        record,
        kind: kindOf(record.wallet ?? '', planted, types),
        isSweep: price >= SWEEP_PRICE && record.eventMs >= endMs - DAY_MS,
        nMessages: counts.get(record.id) ?? 0,
        isDue: [...deliveries.values()].some(({ sink, state }) => sink.startsWith('DISCORD') && state !== 'held_back'),
      },
    ];
  });
  return { alerts, planted, suppressed };
}

const isPlanted = ({ record }: Judged, planted: DemoOutcome['planted']): boolean => planted.has(record.wallet ?? '');

/** The last line of the demo: alerts that reached Discord, and what of the planted is among them. */
export function summaryOf({ alerts, planted }: DemoOutcome) {
  const sent = alerts.filter(({ nMessages }) => nMessages > 0);
  const found = new Set(sent.filter((alert) => isPlanted(alert, planted)).map(({ record }) => record.wallet));
  return {
    demo: 'live',
    alerts: sent.length,
    planted_found: found.size,
    planted: planted.size,
    false_alerts: sent.filter((alert) => !isPlanted(alert, planted)).length,
    sweeps_alerted: sent.filter(({ isSweep }) => isSweep).length,
    lost: alerts.filter(({ isDue, nMessages }) => isDue && nMessages === 0).length,
    duplicated: alerts.filter(({ nMessages }) => nMessages > 1).length,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[sorted.length >> 1];
}

/** A table by what the wallets really are, and the figures below it. */
export function formatOutcome(outcome: DemoOutcome): string {
  const { alerts, planted, suppressed } = outcome;
  const sent = alerts.filter(({ nMessages }) => nMessages > 0);
  const kinds = [...new Set([...planted.values(), ...alerts.map(({ kind }) => kind)])].sort();
  const rows = kinds.map((kind) => {
    const own = sent.filter((alert) => alert.kind === kind);
    const nPlanted = [...planted.values()].filter((one) => one === kind).length;
    const nFound = new Set(own.map(({ record }) => record.wallet)).size;
    const rules = [...new Set(own.map(({ record }) => record.rule))].sort().join(', ');
    const nHeld = alerts.filter((alert) => alert.kind === kind && alert.nMessages === 0).length;
    return [kind, nPlanted === 0 ? '–' : nPlanted, nFound, own.length, nHeld, rules];
  });
  const { planted_found: found, alerts: nAlerts, false_alerts: nFalse } = summaryOf(outcome);
  const share = (part: number, all: number): string => (all === 0 ? '–' : `${((100 * part) / all).toFixed(0)} %`);
  const delays = sent.map(({ record }) => record.decidedMs - record.eventMs);
  const filters = [...suppressed].map(([filter, n]) => `${n} ${filter}`).join(', ');
  return [
    formatTable(['wallet is', 'planted', 'found', 'alerts', 'held back', 'by'], rows),
    `Precision ${share(nAlerts - nFalse, nAlerts)} (alerts about planted wallets), recall ${share(found, planted.size)} (planted wallets with an alert).`,
    `From the last fill of a bet to its alert: median ${formatDuration(median(delays))}; that is mostly how rarely the demo looks (--looks).`,
    `Suppressed: ${filters === '' ? 'nothing' : filters}.`,
  ].join('\n');
}
