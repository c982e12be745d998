/** The five sentences that the report opens with. */
import type { Block } from '../charts/section.ts';
import { percentText } from '../features/wallets/reasons_report.ts';
import { STRATEGY_NAMES } from '../profit/strategies.ts';
import { hasLost, isInFewMarkets } from '../profit/strategy_rows.ts';
import { isoDay } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { capital, counted, listed, small } from '../run/words.ts';
import { STRATEGIES, WALLET_PROFILES } from '../tables/schemas.ts';
import {
  type DataFacts,
  type DetectorFlags,
  type StrategyFacts,
  type Summary,
  scriptOf,
  type WalletFacts,
} from './summary.ts';

function notRun(scripts: readonly string[]): string {
  return `${listed(scripts)} ${scripts.length === 1 ? 'has' : 'have'} not run`;
}

function dataSentence(data: DataFacts | null, nWallets: number | null, isSimulated: boolean): string {
  if (data === null) return 'No trades have been imported yet.';
  const { nFills, nRejected, nMarkets, fromMs, toMs } = data;
  const who = nWallets === null ? '' : ` by ${counted(nWallets, 'wallet')}`;
  const where = nMarkets === null ? '' : ` in ${counted(nMarkets, 'market')}`;
  const when = toMs >= fromMs ? `, ${isoDay(fromMs)} to ${isoDay(toMs)}` : '';
  const source = isSimulated ? ' of a simulated market' : '';
  const rejected =
    nRejected === 0
      ? 'no row was rejected'
      : `${counted(nRejected, 'row')} ${nRejected === 1 ? 'was' : 'were'} rejected`;
  const uncounted = nWallets === null ? `; wallets are not counted, as ${notRun([scriptOf(WALLET_PROFILES)])}` : '';
  return `${counted(nFills, 'fill')}${who}${where}${source}${when}; ${rejected}${uncounted}.`;
}

function ruleText({ rule }: DetectorFlags): string {
  if (rule === null) return 'at an unstated rate';
  if (rule.kind === 'budget') return `within a budget of ${rule.nFirst}`;
  return rule.kind === 'fdr'
    ? `at a false discovery rate of ${percentText(100 * rule.rate)}`
    : `above percentile ${rule.percent}`;
}

/** `12 by wash rings, none by skill test`: of detectors with one rule. */
function foundBy(detectors: readonly DetectorFlags[]): string {
  const some = detectors.filter(({ nFlagged }) => nFlagged > 0);
  const none = detectors.filter(({ nFlagged }) => nFlagged === 0).map(({ detector }) => small(detector));
  const parts = some.map(({ nFlagged, detector }) => `${formatCount(nFlagged)} by ${small(detector)}`);
  return [...parts, ...(none.length === 0 ? [] : [`none by ${listed(none, 'or')}`])].join(', ');
}

function flagSentence(wallets: WalletFacts | null): string {
  if (wallets === null) return `No wallet has been looked at yet: ${notRun([scriptOf(WALLET_PROFILES)])}.`;
  const { nWallets, nFlagged, detectors, notRun: missing } = wallets;
  if (nWallets === 0) return 'The fills name no wallet, so none can be flagged.';
  if (detectors.length === 0) return `No wallet has been scored yet: ${notRun(missing)}.`;
  const rules = [...new Set(detectors.map(ruleText))];
  const groups = rules.map((rule) => foundBy(detectors.filter((flags) => ruleText(flags) === rule)));
  const rate = rules.length === 1 ? ` ${rules[0]}` : '';
  const found = rules.length === 1 ? groups[0] : groups.map((group, i) => `${rules[i]}, ${group}`).join('; ');
  const rest = missing.length === 0 ? '' : ` (${notRun(missing)})`;
  const who = `${formatCount(nFlagged)} of ${counted(nWallets, 'wallet')} ${nFlagged === 1 ? 'is' : 'are'} flagged`;
  return `${who}${rate}: ${found}${rest}.`;
}

function signedPercent(share: number): string {
  return `${share < 0 ? '−' : ''}${percentText(100 * Math.abs(share))}`;
}

function returnText({ returnMean, returnLow, returnHigh }: StrategyFacts): string {
  return `${signedPercent(returnMean)} per trade after costs (95 % interval: ${signedPercent(returnLow)} to ${signedPercent(returnHigh)})`;
}

function nameText({ name }: StrategyFacts): string {
  return `“${STRATEGY_NAMES[name]}”`;
}

function strategyText(facts: StrategyFacts): string {
  const { nFilled, nGroups } = facts;
  return `${nameText(facts)} returned ${returnText(facts)} in ${counted(nFilled, 'trade')} and ${counted(nGroups, 'market')}`;
}

/** The strategies that choose, the one with the highest mean return first; those that traded. */
function chosen(strategies: readonly StrategyFacts[]): StrategyFacts[] {
  return strategies
    .filter(({ name, returnMean }) => name !== 'everything' && !Number.isNaN(returnMean))
    .sort((a, b) => b.returnMean - a.returnMean);
}

const UNTESTED = `Not tested yet: ${notRun([scriptOf(STRATEGIES)])}.`;

function paySentence(strategies: readonly StrategyFacts[] | null): string {
  if (strategies === null) return UNTESTED;
  const paying = strategies.filter(({ isProfitable }) => isProfitable);
  if (paying.length > 0) return `${listed(paying.map(strategyText))}.`;
  const [best] = chosen(strategies);
  return best === undefined
    ? 'Nothing was shown to pay: no strategy made a trade.'
    : `Nothing was shown to pay; at best, ${strategyText(best)}.`;
}

function lossSentence(strategies: readonly StrategyFacts[] | null): string {
  if (strategies === null) return UNTESTED;
  const everything = strategies.find(({ name, returnMean }) => name === 'everything' && !Number.isNaN(returnMean));
  const losing = chosen(strategies).filter(hasLost);
  const open = chosen(strategies).filter((row) => !row.isProfitable && !hasLost(row));
  const few = open.filter(isInFewMarkets);
  const even = open.filter((row) => !isInFewMarkets(row));
  const parts = [
    ...(everything === undefined ? [] : [`following every fill returned ${returnText(everything)}`]),
    ...losing.map((row) => `${nameText(row)} lost: ${returnText(row)}`),
    ...(even.length === 0 ? [] : [`${listed(even.map(nameText))} cannot be told from chance`]),
    ...(few.length === 0 ? [] : [`${listed(few.map(nameText))} traded in too few markets to tell`]),
  ];
  if (parts.length === 0) return 'Nothing was traded, so nothing was seen to lose.';
  return `${capital(parts.join('; '))}.`;
}

function limitSentence({ isSimulated, wallets, data }: Summary): string {
  if (data === null) return 'Nothing can be said before trades are imported.';
  if (isSimulated)
    return 'These data are simulated: they show whether the methods find what was planted, and nothing of any real wallet.';
  if (wallets?.nWallets === 0) return 'The source names no wallets, so nothing can be said of who trades.';
  if (wallets?.nResolved === 0)
    return 'No market is known to have resolved, so win rates are unknown and profits are marked at last prices.';
  return 'A wallet is an account and not a person, and a flag is a reason to look, never a proof of inside knowledge.';
}

/** The five sentences as a block. */
export function summaryBlock(summary: Summary): Block {
  const { data, wallets, strategies, isSimulated } = summary;
  return {
    kind: 'summary',
    lines: [
      { label: 'Data', text: dataSentence(data, wallets?.nWallets ?? null, isSimulated) },
      { label: 'Flagged', text: flagSentence(wallets) },
      { label: 'Pays', text: paySentence(strategies) },
      { label: 'Does not', text: lossSentence(strategies) },
      { label: 'Limit', text: limitSentence(summary) },
    ],
  };
}
