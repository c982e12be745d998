/** What a rule says of a bet, and the words that rules have in common. */
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import type { BetFacts } from './facts.ts';

/** A judgement above the bar, or close below it; rules say nothing of the rest. */
export interface Judgement {
  readonly rule: string;
  /** One alert a wallet and day, about its largest bet; else one a wallet, market and day. */
  readonly isAboutWallet: boolean;
  /** Null for an alert; else what was missing, in words. */
  readonly whyNot: string | null;
  readonly score: number;
  readonly p: number | null;
  readonly reasons: readonly string[];
  readonly known: Readonly<Record<string, number | string | boolean | null>>;
  readonly modelRun: string | null;
  /** A smaller bet, USD, is an alert only where another rule speaks of it too; default none. */
  readonly aloneUsd?: number;
}

export interface RuleSettings {
  /** Percentile of the largest bets of the day's wallets that a high-conviction bet exceeds. */
  readonly convictionPercentile: number;
  /** And the least it must be, USD. */
  readonly convictionFloorUsd: number;
  /** A wallet is fresh until so long after its first fill, ms. */
  readonly freshAgeMs: number;
  readonly freshBetUsd: number;
  /** And it has no more fills before the day: who has is young, but no stranger to the venue. */
  readonly freshFillsMax: number;
  /** A smaller bet of an unusual wallet is not worth an alert, USD. */
  readonly unusualFloorUsd: number;
  /** Nor is one below this of which no other rule speaks: unlike the others is not yet informed. */
  readonly unusualAloneUsd: number;
  readonly targetClusters: readonly number[];
  readonly clusterFloorUsd: number;
  /** A bet of a flagged wallet smaller than this is not worth an alert, USD. */
  readonly redFlagFloorUsd: number;
  /** What reaches this share of the bar, but not the bar, is a near miss. */
  readonly nearShare: number;
}

export const RULE_SETTINGS: RuleSettings = {
  convictionPercentile: 99,
  convictionFloorUsd: 5000,
  freshAgeMs: 7 * DAY_MS,
  freshBetUsd: 1000,
  freshFillsMax: 20,
  unusualFloorUsd: 1000,
  unusualAloneUsd: 5000,
  targetClusters: [3],
  clusterFloorUsd: 5000,
  redFlagFloorUsd: 500,
  nearShare: 0.7,
};

/** A rule: pure, and silent (null) below a near miss. */
export type Rule = (facts: BetFacts, settings: RuleSettings) => Judgement | null;

const usd = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });

/** `$61,500` */
export function usdWords(amount: number): string {
  return usd.format(amount);
}

/** `40 minutes`, `3.5 hours` or `12 days`. */
export function ageWords(ms: number): string {
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / 60_000)} minutes`;
  if (ms < 2 * DAY_MS) return `${Number((ms / HOUR_MS).toPrecision(2))} hours`;
  return `${Math.round(ms / DAY_MS)} days`;
}

/** `bought Yes for $61,500 at $0.615 a share, in 3 fills` */
export function betWords({ bet, market }: BetFacts): string {
  const verb = bet.side === 'BUY' ? 'bought' : 'sold';
  const fills = bet.nFills === 1 ? '' : `, in ${bet.nFills} fills`;
  return `${verb} ${market.outcomes[bet.outcomeIndex]} for ${usdWords(bet.amountUsd)} at $${bet.price.toFixed(3)} a share${fills}`;
}

/** The share that the bet has of all that was traded in its market up to then, as a sentence; nothing where that is not known. */
export function volumeReasons({ bet, market: { volumeBeforeUsd } }: BetFacts): string[] {
  if (volumeBeforeUsd === null) return [];
  const pct = (100 * bet.amountUsd) / (volumeBeforeUsd + bet.amountUsd);
  return [
    `The bet is ${pct.toPrecision(2)} % of the ${usdWords(volumeBeforeUsd + bet.amountUsd)} traded in the market so far.`,
  ];
}

/** Alert, near miss or nothing: how `value` stands to `bar`. */
export function standing(value: number, bar: number, nearShare: number): 'alert' | 'near' | null {
  if (Number.isNaN(value) || Number.isNaN(bar)) return null;
  if (value >= bar) return 'alert';
  return value >= nearShare * bar ? 'near' : null;
}
