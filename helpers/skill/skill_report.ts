/** Who was right, or earned, more than prices promised, and whether that lasts: in lines and in a section of the report. */
import { type Block, chartBlock, verdictBlocks } from '../charts/section.ts';
import { scatterPicture } from '../charts/specs/scatter.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { isoDay } from '../run/clock.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { counted } from '../run/words.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { WALLET_SKILL } from '../tables/schemas.ts';
import type { BetCounts } from './bets.ts';
import type { Persistence } from './persistence.ts';
import type { SkillFacts } from './skill_facts.ts';
import { formatP } from './skill_table.ts';

export const SKILL_SECTION = { id: 'wallet_skill', order: 62, title: 'Skill: right more often than the prices' };

const N_LINES = 5;
const N_ROWS = 20;

interface SkillSettings {
  readonly minEvents: number;
  readonly fdr: number;
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

function countLines(
  { nWallets, nTested, nBets, nEvents, nMarkets, nVoidMarkets, nOpenMarkets }: BetCounts,
  minEvents: number,
): string[] {
  return [
    `${formatCount(nTested)} of ${counted(nWallets, 'wallet')} traded ${minEvents} or more of ${counted(nEvents, 'event')} that resolved before T, with ${counted(nBets, 'bet')}; the others are too few to be tested.`,
    `Used: ${counted(nMarkets, 'market')} with a winner. Left out: ${formatCount(nVoidMarkets)} void and ${formatCount(nOpenMarkets)} not resolved.`,
  ];
}

/** What the correlation of the halves says; null with too few wallets. */
function formatPersistence({ nWallets, rho, p, low, high, cutMs }: SkillFacts['persistence']): string {
  if (Number.isNaN(rho))
    return `Persistence is not tested: ${counted(nWallets, 'wallet')} have enough events in both halves.`;
  const lasts = p <= 0.05 ? 'lasts' : 'does not show to last';
  return `Being right ${lasts}: rank correlation of both halves ${rho.toFixed(3)}, by luck ${low.toFixed(3)} to ${high.toFixed(3)} (${counted(nWallets, 'wallet')}, halves cut at ${isoDay(cutMs)}, p ${formatP(p)}).`;
}

/** The wallets with the smallest p-values. */
function topWallets(skill: DataFrame, n: number) {
  const top = skill.sort(['p_value', 'wallet']).head(n);
  const [p, q, excess, gain, events] = ['p_value', 'q_value', 'excess_accuracy_pct', 'gain_usd', 'n_events'].map(
    (name) => toNumbers(top, name),
  );
  const reasons = toTexts(top, 'reason') as string[];
  return (toTexts(top, 'wallet') as string[]).map((wallet, i) => ({
    wallet,
    p: p[i],
    q: q[i],
    excess: excess[i],
    gain: gain[i],
    events: events[i],
    reason: reasons[i],
  }));
}

/** Events and excess accuracy of every tested wallet. */
function accuracyBlock(skill: DataFrame): Block {
  const [events, excess, p] = ['n_events', 'excess_accuracy_pct', 'p_value'].map((name) => toNumbers(skill, name));
  const isFlagged = skill.select(pl.col('is_flagged').cast(pl.Float64)).getColumn('is_flagged').toTypedArray();
  const points = (toTexts(skill, 'wallet') as string[]).map((wallet, i) => ({
    x: events[i],
    y: excess[i],
    group: isFlagged[i] === 1 ? 'flagged' : 'not flagged',
    tooltip: { wallet, p: formatP(p[i]) },
  }));
  return chartBlock(
    'accuracy',
    'Events of every tested wallet (log axis), and by how many percentage points it won more of them than its prices promised. Luck spreads the wallets with few events.',
    scatterPicture(points, { xTitle: 'events', yTitle: 'excess accuracy, percentage points', xScale: 'log' }),
  );
}

function persistenceBlock({ early, late, rho }: Persistence): Block[] {
  if (Number.isNaN(rho)) return [];
  const points = Array.from(early, (x, i) => ({ x, y: late[i], group: 'wallet' }));
  return [
    chartBlock(
      'persistence',
      'Excess accuracy of wallets in the early half of the events and in the late one, in standard deviations of luck. Skill that lasts would draw a rising cloud.',
      scatterPicture(points, { xTitle: 'early events, z', yTitle: 'late events, z' }),
    ),
  ];
}

export function presentSkill(
  { counts, nFlagged, persistence }: SkillFacts,
  view: PresentView<SkillSettings>,
): Presentation {
  const { minEvents, fdr } = view.settings;
  const skill = view.read(WALLET_SKILL);
  const verdict = `Flagged for skill: ${formatCount(nFlagged)} of ${counted(counts.nTested, 'tested wallet')}, at a false discovery rate of ${percent(fdr)}.`;
  const details = [
    ...countLines(counts, minEvents),
    'A bet is the position that a wallet opens an event with. What it does later is not counted: one that sells its losers early, or buys more as the price falls, would look skilled without being so.',
    'Accuracy counts the bets that were won, money weighs them by shares; the p-value is twice the smaller of the two.',
    formatPersistence(persistence),
  ];
  return {
    lines: [
      verdict,
      ...countLines(counts, minEvents),
      formatPersistence(persistence),
      formatTable(
        ['smallest p-values', 'p', 'why'],
        topWallets(skill, N_LINES).map(({ wallet, p, reason }) => [wallet, formatP(p), reason]),
      ),
    ],
    blocks: [
      ...verdictBlocks(verdict, 'What was tested', details),
      accuracyBlock(skill),
      ...persistenceBlock(persistence),
      {
        kind: 'table',
        caption: 'The wallets with the smallest p-values; q is the false discovery rate at which each is flagged.',
        header: ['wallet', 'events', 'excess, points', 'gain, USD', 'p', 'q', 'why'],
        rows: topWallets(skill, N_ROWS).map(({ wallet, events, excess, gain, p, q, reason }) => [
          wallet,
          events,
          excess,
          gain,
          formatP(p),
          formatP(q),
          reason,
        ]),
      },
    ],
    limits: [
      `Skill is tested for wallets with ${minEvents} or more resolved events only; of a single bet the outcome proves no more than its price.`,
      'Events are taken to be independent: where one night decides many of them, as in an election, p-values are too small, and the rank correlation too high.',
      'Price is the null: a wallet that trades before slow prices move is found as one that knows more.',
    ],
  };
}
