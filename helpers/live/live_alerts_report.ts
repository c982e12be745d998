/** What one look has found: alerts, what was held back, and why the rest is none; lines and a section of the report. */
import type { AlertRecord } from '../alerts/record.ts';
import type { Block } from '../charts/section.ts';
import { isoTime } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import type { Presentation, SectionPlace } from '../step/contract.ts';
import type { LiveAlertsFacts, ReplayFacts } from './live_alerts.ts';
import { windowWords } from './live_profiles_report.ts';

export const LIVE_ALERTS_SECTION: SectionPlace = {
  id: 'live_alerts',
  order: 1600,
  title: 'What was worth an alert in the last day?',
};

/** Alerts that the report lists. */
const N_LISTED = 50;

function countBy(records: readonly AlertRecord[], keyOf: (record: AlertRecord) => string): string[] {
  const counts = new Map<string, number>();
  for (const record of records) counts.set(keyOf(record), (counts.get(keyOf(record)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([key, n]) => `${formatCount(n)} ${key}`);
}

/** The filter of a suppressed alert: its reason up to the colon. */
const filterOf = ({ whyNot }: AlertRecord): string => (whyNot ?? '').split(':')[0];

function sentences({ window, nBets, nWallets, records, casesPath, delivered }: LiveAlertsFacts): string[] {
  const of = (verdict: AlertRecord['verdict']) => records.filter((record) => record.verdict === verdict);
  const [alerts, suppressed, near] = [of('alert'), of('suppressed'), of('near_miss')];
  const list = (words: readonly string[]): string => (words.length === 0 ? '' : ` (${words.join(', ')})`);
  return [
    `${window === null ? '' : `${windowWords(window)}: `}${formatCount(alerts.length)} alerts${list(countBy(alerts, ({ rule }) => rule))} of ${formatCount(nBets)} bets; ${formatCount(nWallets)} wallets scored.`,
    `Suppressed: ${formatCount(suppressed.length)}${list(countBy(suppressed, filterOf))}. Near misses: ${formatCount(near.length)}.`,
    ...(casesPath === null ? [] : [`Case files of the alerted wallets: ${casesPath}`]),
    ...(delivered === null ? [] : [`Deliveries so far, all sinks: ${delivered}.`]),
  ];
}

function rowOf({ rule, marketTitle, outcomeName, amountUsd, price, eventMs, wallet, reasons }: AlertRecord) {
  const bet = `${outcomeName ?? ''} of ${marketTitle ?? 'a market without a title'}`;
  const when = isoTime(eventMs).slice(0, 16).replace('T', ' ');
  return [rule, when, bet, amountUsd === null ? null : Math.round(amountUsd), price, wallet, reasons.join(' ')];
}

/** Ids that a line names. */
const N_IDS = 3;

function replayLines({ nLooks, nDecisions, nAlerts, compared }: ReplayFacts): string[] {
  const counts = `Replayed ${formatCount(nLooks)} looks: ${formatCount(nDecisions)} decisions, ${formatCount(nAlerts)} of them alerts.`;
  if (compared === null) return [counts, 'The recording has no decisions to compare them with.'];
  const some = (ids: readonly string[]): string =>
    ids.length === 0
      ? '0'
      : `${formatCount(ids.length)} (${ids.slice(0, N_IDS).join(', ')}${ids.length > N_IDS ? ', …' : ''})`;
  return [
    counts,
    `Equal to the recorded ones, record for record: ${formatCount(compared.nEqual)}; different: ${some(compared.different)}; missing: ${some(compared.missing)}; additional: ${some(compared.additional)}.`,
  ];
}

export function presentLiveAlerts(facts: LiveAlertsFacts): Presentation {
  if (facts.testLines.length > 0) return { lines: facts.testLines };
  if (facts.replay !== null) return { lines: replayLines(facts.replay) };
  const lines = sentences(facts);
  const alerts = facts.records.filter(({ verdict }) => verdict === 'alert');
  const table: Block = {
    kind: 'table',
    header: ['rule', 'last fill, UTC', 'bet', 'USD', 'price', 'wallet', 'why'],
    rows: alerts.slice(0, N_LISTED).map(rowOf),
    caption: `The ${formatCount(Math.min(N_LISTED, alerts.length))} strongest alerts of the window. A flag is a reason to look; it says nothing about what a person knows.`,
  };
  return {
    lines,
    blocks: [
      { kind: 'verdict', tone: 'neutral', text: lines[0] },
      ...lines.slice(1).map((text) => ({ kind: 'paragraph' as const, text })),
      ...(alerts.length > 0 ? [table] : []),
    ],
  };
}
