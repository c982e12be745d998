/**
 * How insiders of the whole market go about it. Each operation knows one piece of news and has one style; sizes and lead times
 * vary over two orders of magnitude, so that no single figure gives it away.
 */
import type { Random } from '../kernels/random.ts';
import type { PlannedAction } from './agenda.ts';
import type { Catalogue } from './catalogue.ts';
import { MODEL } from './model.ts';
import { type SimulateOptions, simulatedPeriod } from './options.ts';

export const INSIDER_STYLES = ['fresh', 'dormant', 'split', 'patient', 'hedged', 'warm_up'] as const;
export type InsiderStyle = (typeof INSIDER_STYLES)[number];

const HOUR_S = 3600;
const DAY_S = 86_400;
const TRIES_FOR_LEAK = 30;
/** Minutes before the news that are never used, and seconds after the opening. */
const MARGIN_S = 60;

/** One leak used by one or more wallets. */
export interface Operation {
  readonly style: InsiderStyle;
  readonly wallets: readonly number[];
  readonly leak: number;
  readonly newsAtS: number;
  /** When it begins to buy. */
  readonly fromS: number;
  readonly usd: number;
  readonly startS: number;
}

/** Wallets that an operation of the style takes. */
export function walletsOfStyle(random: Random, style: InsiderStyle): number {
  const { splitFrom, splitTo } = MODEL.insiderStyles;
  return style === 'split' ? splitFrom + random.integer(splitTo - splitFrom + 1) : 1;
}

/**
 * What an operation knows, when it begins and how much it stakes.
 * @param candidates news that can leak
 */
export function drawOperation(
  random: Random,
  options: SimulateOptions,
  { news, events }: Catalogue,
  candidates: readonly number[],
  style: InsiderStyle,
  wallets: readonly number[],
): Operation {
  const { usdEasy, usdHard, usdSigma, usdMin, usdMax, leadFromS, leadToS, patientLeadFromS } = MODEL.insiderStyles;
  const shortestS = style === 'patient' ? patientLeadFromS : leadFromS;
  const leadS = shortestS * (leadToS / shortestS) ** random.uniform();
  const { startS } = simulatedPeriod(options);
  const earliestOf = (leak: number): number => Math.max(startS, events.openAtS[news.events[leak]]) + MARGIN_S;
  let leak = candidates[random.integer(candidates.length)];
  for (let k = 0; k < TRIES_FOR_LEAK && news.timesS[leak] - leadS < earliestOf(leak); k++)
    leak = candidates[random.integer(candidates.length)];
  const medianUsd = usdEasy * (usdHard / usdEasy) ** options.difficulty;
  const usd = Math.min(usdMax, Math.max(usdMin, medianUsd * Math.exp(usdSigma * random.normal())));
  const newsAtS = news.timesS[leak];
  return { style, wallets, leak, newsAtS, fromS: Math.max(earliestOf(leak), newsAtS - leadS), usd, startS };
}

/** Everything that the wallets of an operation do, in no order. */
export function planOperation(random: Random, operation: Operation): PlannedAction[] {
  const { style, wallets, leak, newsAtS, fromS, usd } = operation;
  const untilS = newsAtS - MARGIN_S;
  const actions: PlannedAction[] = [];
  const buy = (kind: 'insider' | 'hedge', actor: number, timeS: number, usdOfBet: number): void => {
    actions.push({ timeS: Math.floor(timeS), kind, actor, target: leak, outcome: 0, isBuy: true, usd: usdOfBet });
  };
  /** Bets of about equal size between two timestamps. */
  const buyBetween = (actor: number, n: number, firstS: number, lastS: number, usdInAll: number): void => {
    for (let k = 0; k < n; k++) {
      const share = n === 1 ? 0 : (k + 0.5 * random.uniform()) / n;
      buy(
        'insider',
        actor,
        firstS + share * Math.max(0, lastS - firstS),
        (usdInAll / n) * (0.7 + 0.6 * random.uniform()),
      );
    }
  };
  const soonS = Math.min(untilS, fromS + Math.min(3 * HOUR_S, (untilS - fromS) / 2));
  for (const wallet of wallets) {
    if (style === 'patient') buyBetween(wallet, 8 + random.integer(13), fromS, untilS, usd);
    else if (style === 'split') {
      const firstS = fromS + random.uniform() * Math.max(0, soonS - fromS);
      buyBetween(wallet, 1 + random.integer(2), firstS, soonS, usd / wallets.length);
    } else buyBetween(wallet, 1 + random.integer(3), fromS, soonS, usd);
    if (style === 'hedged') buy('hedge', wallet, soonS, usd * (0.2 + 0.2 * random.uniform()));
    if (style === 'dormant' || style === 'warm_up') actions.push(...planPast(random, operation, wallet));
  }
  return actions;
}

/** Small bets before the operation: one long before (dormant), or several in the last two weeks (a warm-up). */
function planPast(random: Random, { style, fromS, startS }: Operation, actor: number): PlannedAction[] {
  const beforeS = fromS - startS - MARGIN_S;
  if (beforeS <= 0) return [];
  const isDormant = style === 'dormant';
  const n = isDormant ? 1 : 3 + random.integer(6);
  return Array.from({ length: n }, () => {
    const backS = isDormant
      ? beforeS * (0.6 + 0.4 * random.uniform())
      : Math.min(beforeS, DAY_S * (1 + 13 * random.uniform()));
    const usd = 12 * Math.exp(0.7 * random.normal());
    return { timeS: Math.floor(fromS - backS), kind: 'visit', actor, target: -1, outcome: 0, isBuy: true, usd };
  });
}
