/** The rules: each says of one bet whether it is worth an alert, and why, with numbers. */
import type { BetFacts, Score } from './facts.ts';
import { ageWords, type Judgement, type Rule, type RuleSettings, standing, usdWords, volumeReasons } from './rule.ts';

/** A BUY above the percentile of the day's largest bets and above an absolute floor. */
const highConviction: Rule = (facts, { convictionPercentile, convictionFloorUsd, nearShare }) => {
  const { bet, day } = facts;
  if (bet.side !== 'BUY') return null;
  const bar = Math.max(day.largestBetCutUsd, convictionFloorUsd);
  const where = standing(bet.amountUsd, bar, nearShare);
  if (where === null) return null;
  const cut = usdWords(day.largestBetCutUsd);
  return {
    rule: 'high_conviction',
    isAboutWallet: false,
    whyNot: where === 'alert' ? null : `${usdWords(bet.amountUsd)} of the ${usdWords(bar)} that the rule asks for`,
    score: bet.amountUsd / bar,
    p: null,
    reasons: [
      `The bet of ${usdWords(bet.amountUsd)} is ${(bet.amountUsd / day.largestBetCutUsd).toPrecision(2)} times what ${convictionPercentile} % of the day's wallets stay below with their largest bet (${cut}).`,
      ...volumeReasons(facts),
    ],
    known: {
      amount_usd: bet.amountUsd,
      largest_bet_cut_usd: day.largestBetCutUsd,
      volume_before_usd: facts.market.volumeBeforeUsd,
    },
    modelRun: null,
  };
};

/** Age of the wallet at the bet, ms; null where it may be older than what is known of it. One never seen before begins with the bet. */
function ageAtBet({ bet, wallet, day }: BetFacts, freshAgeMs: number): number | null {
  if (wallet === null) return bet.lastMs - day.historyFromMs >= freshAgeMs ? bet.lastMs - bet.firstMs : null;
  return wallet.isCensored ? null : Math.max(0, bet.lastMs - wallet.firstFillMs);
}

/** Fresh when it bet big: young at the bet, and the bet large. A wallet whose age is not known is never fresh. */
const freshWhale: Rule = (facts, { freshAgeMs, freshBetUsd, freshFillsMax, nearShare }) => {
  const { bet, wallet } = facts;
  const ageMs = ageAtBet(facts, freshAgeMs);
  if (bet.side !== 'BUY' || ageMs === null || ageMs >= freshAgeMs) return null;
  if ((wallet?.nFills ?? 0) > freshFillsMax) return null;
  const where = standing(bet.amountUsd, freshBetUsd, nearShare);
  if (where === null) return null;
  const before = wallet === null ? 'had not traded before this day' : `began to trade ${ageWords(ageMs)} before`;
  return {
    rule: 'fresh_whale',
    isAboutWallet: false,
    whyNot:
      where === 'alert' ? null : `${usdWords(bet.amountUsd)} of the ${usdWords(freshBetUsd)} that the rule asks for`,
    score: bet.amountUsd / freshBetUsd,
    p: null,
    reasons: [
      `The wallet ${before}, and bet ${usdWords(bet.amountUsd)}.`,
      ...(wallet === null ? [] : [`Before this day it had ${wallet.nFills} fills in ${wallet.nMarkets} markets.`]),
      ...volumeReasons(facts),
    ],
    known: { age_ms: ageMs, amount_usd: bet.amountUsd, n_fills_before: wallet?.nFills ?? 0 },
    modelRun: null,
  };
};

/** Whether a model's score is worth an alert, when there is money enough behind it. */
function judgeScore(
  rule: string,
  score: Score | null,
  money: { readonly usd: number; readonly floorUsd: number; readonly what: string },
  { nearShare }: RuleSettings,
): Judgement | null {
  if (score === null) return null;
  const where = standing(score.score, score.bar, nearShare);
  if (where === null) return null;
  const figures = `score ${score.score.toPrecision(3)}, bar ${score.bar.toPrecision(3)}`;
  const isTooSmall = money.usd < money.floorUsd;
  const whyNot =
    where === 'near'
      ? `below the bar: ${figures}`
      : isTooSmall
        ? `${money.what} ${usdWords(money.usd)}, less than ${usdWords(money.floorUsd)}`
        : null;
  const pWords = score.p === null ? '' : `, p = ${score.p.toPrecision(2)}`;
  return {
    rule,
    isAboutWallet: true,
    whyNot,
    score: score.score,
    p: score.p,
    reasons: [...score.reasons, `The model says ${figures}${pWords}.`],
    known: { score: score.score, bar: score.bar, money_usd: money.usd },
    modelRun: score.modelRun,
  };
}

/** USD that the wallet has put into bets, the new one included. */
function investedUsd({ bet, wallet }: BetFacts): number {
  return (wallet?.totalInvestedUsd ?? 0) + (bet.side === 'BUY' ? bet.amountUsd : 0);
}

/** The wallet is unlike the others, by the production model, and puts real money into this bet. */
const anomaly: Rule = (facts, settings) => {
  if (facts.bet.side !== 'BUY') return null;
  const money = { usd: facts.bet.amountUsd, floorUsd: settings.unusualFloorUsd, what: 'the bet is' };
  const judgement = judgeScore('anomaly', facts.scores.anomaly, money, settings);
  return judgement === null ? null : { ...judgement, aloneUsd: settings.unusualAloneUsd };
};

/** The wallet behaves as an informed one would, by the evidence of red flags about this bet, and there is real money in it. */
const redFlags: Rule = (facts, settings) => {
  const { about } = facts.scores.redFlags ?? { about: null };
  const { bet } = facts;
  if (
    bet.side !== 'BUY' ||
    (about !== null && (about.marketId !== bet.marketId || about.outcomeIndex !== bet.outcomeIndex))
  )
    return null;
  const money = { usd: bet.amountUsd, floorUsd: settings.redFlagFloorUsd, what: 'the bet is' };
  return judgeScore('red_flags', facts.scores.redFlags, money, settings);
};

/** The wallet is in one of the clusters that are watched, and has invested more than a floor. */
const targetCluster: Rule = (facts, { targetClusters, clusterFloorUsd, nearShare }) => {
  const { cluster } = facts.scores;
  if (cluster === null || !targetClusters.includes(cluster.id)) return null;
  const usd = investedUsd(facts);
  const where = standing(usd, clusterFloorUsd, nearShare);
  if (where === null) return null;
  return {
    rule: 'target_cluster',
    isAboutWallet: true,
    whyNot: where === 'alert' ? null : `it has invested ${usdWords(usd)} of the ${usdWords(clusterFloorUsd)} asked for`,
    score: usd / clusterFloorUsd,
    p: null,
    reasons: [`The wallet is in cluster ${cluster.id}, which is watched, and has invested ${usdWords(usd)}.`],
    known: { cluster: cluster.id, invested_usd: usd },
    modelRun: cluster.modelRun,
  };
};

/** In the order in which their alerts get what the limits leave. */
const RULES: readonly Rule[] = [redFlags, freshWhale, anomaly, targetCluster, highConviction];

/** The names of the rules, in the same order. */
export const RULE_NAMES: readonly string[] = [
  'red_flags',
  'fresh_whale',
  'anomaly',
  'target_cluster',
  'high_conviction',
];

/** What the rules say of one bet, each at most once. */
export function judgeBet(facts: BetFacts, settings: RuleSettings): Judgement[] {
  return RULES.flatMap((rule) => rule(facts, settings) ?? []);
}
