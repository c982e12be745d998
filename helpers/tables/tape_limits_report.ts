/** The limits of a tape in sentences, for the first section of the report and for the sections that they limit. */
import { formatCount } from '../run/console.ts';
import { limitsOf, type TapeFacts, type TapeLimit } from './tape_limits.ts';

const OF_WALLETS = ['short', 'censored', 'cut', 'roles', 'resolutions'] as const satisfies TapeLimit[];
const OF_OUTCOMES = ['short', 'resolutions'] as const satisfies TapeLimit[];

/** What limits which section, by the section's id. */
const LIMITED: Readonly<Record<string, readonly TapeLimit[]>> = {
  archetypes: ['short', 'censored', 'cut', 'resolutions'],
  kmeans_baseline: ['short', 'censored', 'cut'],
  anomalies: OF_WALLETS,
  anomaly_model: OF_WALLETS,
  classifier: ['short', 'censored', 'cut'],
  scout: ['short', 'censored', 'cut'],
  roi: OF_OUTCOMES,
  wallet_skill: OF_OUTCOMES,
  wash_trading: ['cut', 'roles'],
  profitability: OF_OUTCOMES,
  trade_thresholds: OF_OUTCOMES,
  strategies: OF_OUTCOMES,
};

function sentenceOf(limit: TapeLimit, facts: TapeFacts): string {
  const { nDays, nWallets, nCensored, cutUsd, roles, nMarkets, nResolved } = facts;
  if (limit === 'short')
    return `The tape is short: ${nDays.toFixed(1)} days, so habits and a later period are hardly seen.`;
  if (limit === 'censored')
    return `${formatCount(nCensored)} of ${formatCount(nWallets)} wallets were there when the tape began: how old they are is unknown, and they are never fresh.`;
  if (limit === 'cut')
    return `Fills begin at $${formatCount(Math.round(cutUsd!))} and pile up there: smaller ones seem to be cut off, so wallets look larger, rarer and fresher than they are.`;
  if (limit === 'roles')
    return roles === 'unknown'
      ? 'The source does not say who was maker and who taker: evidence that needs roles is left out.'
      : 'All fills are those of takers: makers are missing, and no wallet shows who traded with it.';
  return `Outcomes are known of ${formatCount(nResolved)} markets (of ${formatCount(nMarkets)}): one piece of news may decide many of them, so win rates say little.`;
}

/**
 * Sentences on the limits of a tape.
 * @param sectionId those that limit this section; all of them when left out
 */
export function formatTapeLimits(facts: TapeFacts, sectionId?: string): string[] {
  const relevant = sectionId === undefined ? OF_WALLETS : (LIMITED[sectionId] ?? []);
  return limitsOf(facts)
    .filter((limit) => relevant.includes(limit))
    .map((limit) => sentenceOf(limit, facts));
}

/** Whether any limit would be shown in a section. */
export function isLimitedSection(sectionId: string): boolean {
  return sectionId in LIMITED;
}
