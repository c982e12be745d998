/** From bets to records: the rules, the filters, and one alert a match. */
import { marketUrl, profileUrl } from '../../cases/venue_links.ts';
import { type AlertRecord, alertId } from '../record.ts';
import { sideTaken } from './bets.ts';
import type { Bet, BetFacts } from './facts.ts';
import { FILTER_SETTINGS, type FilterSettings, filterBet } from './filters.ts';
import { betWords, type Judgement, RULE_SETTINGS, type RuleSettings, usdWords } from './rule.ts';
import { judgeBet, RULE_NAMES } from './rules.ts';

export interface DecisionSettings {
  readonly rules: RuleSettings;
  readonly filters: FilterSettings;
  /** Web address of the case files, for links; null when they are not on the web. */
  readonly casesUrl: string | null;
}

export const DECISION_SETTINGS: DecisionSettings = { rules: RULE_SETTINGS, filters: FILTER_SETTINGS, casesUrl: null };

/** A record and the bet it is about. */
interface Draft {
  readonly bet: Bet;
  readonly isAboutWallet: boolean;
  /** A smaller bet, USD, is an alert only where another rule speaks of it too. */
  readonly aloneUsd: number;
  readonly record: AlertRecord;
}

function linksOf({ bet, market }: BetFacts, casesUrl: string | null): AlertRecord['links'] {
  const links = [
    { label: 'Market', url: marketUrl({ venue: bet.venue, slug: market.slug }) },
    { label: 'Wallet', url: profileUrl(bet.wallet) },
    { label: 'Case file', url: casesUrl === null ? null : `${casesUrl}#${encodeURIComponent(bet.wallet)}` },
  ];
  return links.flatMap(({ label, url }) => (url === null ? [] : [{ label, url }]));
}

function recordOf(
  facts: BetFacts,
  judgement: Judgement,
  filtered: string | null,
  settings: DecisionSettings,
  nowMs: number,
): AlertRecord {
  const { bet, market, day } = facts;
  const { rule, isAboutWallet, whyNot, score, p, reasons, known, modelRun } = judgement;
  const subject = {
    rule,
    venue: bet.venue,
    marketId: isAboutWallet ? null : bet.marketId,
    wallet: bet.wallet,
    tradeId: null,
    period: day.day,
  };
  return {
    ...subject,
    id: alertId(subject),
    marketId: bet.marketId,
    tradeId: bet.fillId,
    verdict: whyNot !== null ? 'near_miss' : filtered !== null ? 'suppressed' : 'alert',
    whyNot: whyNot ?? filtered,
    eventId: bet.eventId,
    group: null,
    category: market.category,
    title: `${rule.replaceAll('_', ' ')}: a wallet ${betWords(facts)}`,
    marketTitle: market.question,
    outcomeName: market.outcomes[bet.outcomeIndex],
    outcomeIndex: bet.outcomeIndex,
    price: bet.price,
    amountUsd: bet.amountUsd,
    eventMs: bet.lastMs,
    receivedMs: bet.receivedMs,
    decidedMs: nowMs,
    score,
    p,
    reasons: [...reasons],
    known: { ...known, side: bet.side, n_fills: bet.nFills, first_ms: bet.firstMs },
    modelRun,
    links: linksOf(facts, settings.casesUrl),
    isTest: false,
  };
}

const suppressed = (draft: Draft, whyNot: string): Draft => ({
  ...draft,
  record: { ...draft.record, verdict: 'suppressed', whyNot },
});

/** Bets of a match by who came for it: the smaller share as maker first, then the larger bet. */
function byInitiative(a: Draft, b: Draft): number {
  const [makerA, makerB] = [a.bet.makerShare ?? 0.5, b.bet.makerShare ?? 0.5];
  return makerA - makerB || b.bet.amountUsd - a.bet.amountUsd || (a.bet.wallet < b.bet.wallet ? -1 : 1);
}

function isOtherSide(a: Bet, b: Bet): boolean {
  const isSameMarket = a.venue === b.venue && a.marketId === b.marketId;
  return isSameMarket && a.wallet !== b.wallet && sideTaken(a).outcome !== sideTaken(b).outcome;
}

/**
 * Of two alerts about the two sides of one match, the one of the wallet that came for it is kept: the taker, else the larger bet.
 * The other is suppressed, and says so.
 */
function oneAlertPerMatch(drafts: readonly Draft[]): Draft[] {
  const keptByTx = new Map<string, Draft[]>();
  return [...drafts].sort(byInitiative).map((draft) => {
    const { bet, record } = draft;
    if (record.verdict !== 'alert') return draft;
    const kept = bet.txs.flatMap((tx) => keptByTx.get(tx) ?? []).find((other) => isOtherSide(bet, other.bet));
    if (kept !== undefined) return suppressed(draft, `the other side of a match: alert ${kept.record.id} is about it`);
    for (const tx of bet.txs) keptByTx.set(tx, [...(keptByTx.get(tx) ?? []), draft]);
    return draft;
  });
}

const VERDICT_ORDER: Readonly<Record<AlertRecord['verdict'], number>> = { alert: 0, suppressed: 1, near_miss: 2 };

/** Alerts first, then by rule (see RULES), then by score. */
function byStrength({ record: a }: Draft, { record: b }: Draft): number {
  return (
    VERDICT_ORDER[a.verdict] - VERDICT_ORDER[b.verdict] ||
    RULE_NAMES.indexOf(a.rule) - RULE_NAMES.indexOf(b.rule) ||
    (b.score ?? 0) - (a.score ?? 0) ||
    (b.amountUsd ?? 0) - (a.amountUsd ?? 0) ||
    (a.id < b.id ? -1 : 1)
  );
}

/** One record for each id, the first: an alert before what is none, and of a wallet's bets the largest. */
function firstOfEach(drafts: readonly Draft[]): Draft[] {
  const first = new Map<string, Draft>();
  for (const draft of drafts) if (!first.has(draft.record.id)) first.set(draft.record.id, draft);
  return [...first.values()];
}

function aloneWords({ bet, aloneUsd, record }: Draft): string {
  return `only the rule ${record.rule} speaks of it, and the bet is ${usdWords(bet.amountUsd)}, less than ${usdWords(aloneUsd)}`;
}

/** What was told of a wallet is news again once its bet is so many times as large. */
const NEWS_FACTOR = 2;

/** The alert of an earlier look of the same day that tells what this one tells: of the same wallet and market, or of the wallet as a whole. */
function toldBefore({ bet, isAboutWallet, record }: Draft, earlier: readonly AlertRecord[]): AlertRecord | undefined {
  return earlier.find(
    ({ id, verdict, period, wallet, marketId, amountUsd }) =>
      verdict === 'alert' &&
      id !== record.id &&
      period === record.period &&
      wallet === bet.wallet &&
      (isAboutWallet || marketId === bet.marketId) &&
      bet.amountUsd < NEWS_FACTOR * (amountUsd ?? 0),
  );
}

/**
 * Of several alerts about one wallet and market, or about a wallet as a whole, the strongest is kept and gives the reasons of all; the
 * others are suppressed, and say so. So is what an earlier look has told, until the bet has doubled. What needs another rule and has none
 * is a near miss.
 * @param drafts the strongest first
 * @returns alerts by how many rules agree, then by strength
 */
function oneAlertPerWallet(drafts: readonly Draft[], earlier: readonly AlertRecord[]): AlertRecord[] {
  const kept = new Map<string, Draft[]>();
  const others = new Map<Draft, Draft[]>();
  const all = drafts.map((draft) => {
    const { bet, isAboutWallet, record } = draft;
    if (record.verdict !== 'alert') return draft;
    const told = toldBefore(draft, earlier);
    if (told !== undefined) return suppressed(draft, `the same wallet: alert ${told.id} is about it`);
    const own = kept.get(bet.wallet) ?? [];
    const stronger = own.find((one) => isAboutWallet || one.bet.marketId === bet.marketId);
    if (stronger === undefined) {
      kept.set(bet.wallet, [...own, draft]);
      return draft;
    }
    others.set(stronger, [...(others.get(stronger) ?? []), draft]);
    return suppressed(draft, `the same wallet: alert ${stronger.record.id} is about it`);
  });
  const nOthers = (draft: Draft): number => others.get(draft)?.length ?? 0;
  return all
    .sort((a, b) => nOthers(b) - nOthers(a))
    .map((draft) => {
      const also = (others.get(draft) ?? []).map(({ record }) => record);
      if (also.length === 0 && draft.record.verdict === 'alert' && draft.bet.amountUsd < draft.aloneUsd)
        return { ...draft.record, verdict: 'near_miss', whyNot: aloneWords(draft) };
      const words = also.map(({ rule, reasons }) => `Also ${rule.replaceAll('_', ' ')}: ${reasons.join(' ')}`);
      return { ...draft.record, reasons: [...draft.record.reasons, ...words] };
    });
}

/**
 * What the rules decide about the bets of a day: alerts, near misses and suppressed alerts, the alerts that most rules agree on first, so
 * that the limits leave those. One record a rule, wallet, market and day; where a rule speaks of the wallet as a whole, one about its largest bet.
 * @param bets each with what was known when it was made
 * @param nowMs time of the decision
 * @param earlier what was decided before
 */
export function decideBets(
  bets: readonly BetFacts[],
  nowMs: number,
  earlier: readonly AlertRecord[] = [],
  settings: DecisionSettings = DECISION_SETTINGS,
): AlertRecord[] {
  const drafts = bets.flatMap((facts) => {
    const judgements = judgeBet(facts, settings.rules);
    const filtered = judgements.length === 0 ? null : filterBet(facts, settings.filters);
    return judgements.map((judgement) => ({
      bet: facts.bet,
      isAboutWallet: judgement.isAboutWallet,
      aloneUsd: judgement.aloneUsd ?? 0,
      record: recordOf(facts, judgement, filtered, settings, nowMs),
    }));
  });
  return oneAlertPerWallet(firstOfEach(oneAlertPerMatch(drafts).sort(byStrength)), earlier);
}
