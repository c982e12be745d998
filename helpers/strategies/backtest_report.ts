/** What the back-tests of 25 say: a verdict for each strategy, what it rests on, pictures. */
import { type Block, chartBlock, detailsBlock, tableBlock, verdictBlock } from '../charts/section.ts';
import { intervalsPicture } from '../charts/specs/intervals.ts';
import { linesPicture } from '../charts/specs/lines.ts';
import { formatPercent, formatPercentInterval } from '../profit/format.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { Presentation, SectionPlace } from '../step/contract.ts';
import type { StrategyResult, VariantRow, Verdict } from './backtest.ts';
import type { StrategySettings } from './strategy_options.ts';
import type { TestedKind } from './watchers.ts';

export const BACKTEST_SECTION: SectionPlace = {
  id: 'backtests',
  order: 140,
  title: 'Would the old ideas about prediction markets have paid?',
};

export interface BacktestFacts {
  readonly rows: readonly VariantRow[];
  readonly results: readonly StrategyResult[];
  /** What was left out, and what was paid, where that is not the rule; sentences. */
  readonly notes: readonly string[];
}

const NAMES: Readonly<Record<TestedKind, string>> = {
  favourite_longshot: 'Favourite and longshot',
  recency: 'Moves of the last hour',
  whales: 'Large trades and flagged wallets',
  llm: 'Language models',
  weather: 'The weather',
};
const VARIANTS: Readonly<Record<VariantRow['variant'], string>> = {
  main: '',
  reverse: 'reversed',
  random: 'at random',
};
const HEADER = [
  'strategy',
  'picks',
  'filled',
  'events',
  'return per trade after costs',
  'win rate',
  'return in all',
  'Sharpe',
  'deflated',
  'drawdown',
  'recovery',
  'turnover',
  'fees',
];

const fixed = (value: number | null, digits: number): string =>
  value === null || !Number.isFinite(value) ? '–' : value.toFixed(digits);

function cellsOf(rows: readonly VariantRow[]): string[][] {
  return rows.map((row) => [
    row.variant === 'main' ? NAMES[row.kind] : `${NAMES[row.kind]}, ${VARIANTS[row.variant]}`,
    formatCount(row.nSignals),
    formatCount(Math.round(row.nFilled)),
    formatCount(Math.round(row.nGroups)),
    formatPercentInterval({ estimate: row.returnMean, low: row.returnLow, high: row.returnHigh }),
    formatPercent(row.winRate),
    formatPercent(row.totalReturn),
    fixed(row.sharpeAnnual, 2),
    fixed(row.deflatedSharpe, 3),
    formatPercent(row.maxDrawdown),
    row.recoveryDays === null ? '–' : `${row.recoveryDays} d`,
    fixed(row.turnover, 1),
    `$${formatCount(row.feesUsd)}`,
  ]);
}

const SENTENCES: Readonly<Record<Verdict, string>> = {
  pays: 'paid',
  'does not pay': 'did not pay: the whole interval lies below 0',
  inconclusive: 'is inconclusive: it may have been luck',
  abstains: 'made no trade: no kind of opportunity had an edge that could be told from luck',
};

/** At most 25 words. */
function formatVerdict({ kind, verdict, beatsRandom }: StrategyResult, rows: readonly VariantRow[]): string {
  const main = rows.find((row) => row.kind === kind && row.variant === 'main');
  const mean = main === undefined || verdict === 'abstains' ? '' : ` (${formatPercent(main.returnMean)} a trade)`;
  const beside = `; random trades at the same prices earned ${beatsRandom ? 'less' : 'as much'}`;
  return `${NAMES[kind]} ${SENTENCES[verdict]}${mean}${verdict === 'pays' ? beside : ''}.`;
}

/** A spread over fewer events promises more than it holds (Cameron, Gelbach & Miller 2008). */
const N_EVENTS_MIN = 10;

/** What it looked at, and how good its probabilities were beside the market's. */
function detailsOf({ kind, nOpportunities, cells, brier }: StrategyResult): string {
  const known = cells.filter(({ nEvents }) => nEvents >= N_EVENTS_MIN);
  const best = known.reduce((a, b) => (b.mean / b.standardError > a.mean / a.standardError ? b : a), known[0]);
  const edge =
    best === undefined
      ? ''
      : ` The clearest edge at the end is that of ${best.name}: ${(100 * best.mean).toFixed(1)} ± ${(100 * best.standardError).toFixed(1)} cents a share in ${formatCount(best.nEvents)} events.`;
  const scores =
    brier.nPicks === 0
      ? ''
      : ` Brier score of its probabilities over ${formatCount(brier.nPicks)} resolved picks ${brier.own.toFixed(4)}, of the price paid ${brier.market.toFixed(4)}.`;
  return `${NAMES[kind]}: ${formatCount(nOpportunities)} opportunities of ${cells.length} kinds.${edge}${scores}`;
}

function picturesOf({ rows, results }: BacktestFacts, bankrollUsd: number): Block[] {
  const traded = rows.filter(({ nFilled }) => nFilled > 0);
  if (traded.length === 0) return [];
  const marks = traded.map((row) => ({
    name: NAMES[row.kind],
    series: row.variant === 'main' ? 'the strategy' : VARIANTS[row.variant],
    value: row.returnMean,
    low: row.returnLow,
    high: row.returnHigh,
    words: `${formatCount(Math.round(row.nFilled))} trades`,
  }));
  const lines = results
    .filter(({ verdict }) => verdict !== 'abstains')
    .map(({ kind, equity }) => ({
      name: NAMES[kind],
      points: [{ x: 0, y: bankrollUsd }, ...equity.map((y, day) => ({ x: day + 1, y }))],
    }));
  return [
    chartBlock(
      'equity',
      'Money of each strategy at the end of every day, open positions at their last price.',
      linesPicture(lines, { xTitle: 'days', yTitle: 'USD', level: { y: bankrollUsd, label: 'start' } }),
    ),
    chartBlock(
      'returns',
      'Mean return per trade after costs: each strategy, its reverse, and random trades at the same prices.',
      intervalsPicture(marks, {
        xTitle: 'mean return per trade after costs',
        xFormat: '.0%',
        level: { x: 0, label: 'break-even' },
      }),
    ),
  ];
}

export function presentBacktests(
  facts: BacktestFacts,
  { settings }: { readonly settings: StrategySettings },
): Presentation {
  const { rows, results, notes } = facts;
  const verdicts = results.map((result) => formatVerdict(result, rows));
  const details = [...results.map(detailsOf), ...notes];
  const { edgeRule } = settings;
  const how = `An opportunity is taken when its kind had an edge after costs by then: the mean of payout − cost over at least ${edgeRule.nEventsMin} events with known results lies ${edgeRule.z} standard errors above 0. Positions are held to the result.`;
  return {
    lines: [formatTable(HEADER, cellsOf(rows)), ...details, ...verdicts],
    blocks: [
      ...results.map(({ verdict }, i): Block => verdictBlock(verdicts[i], verdict === 'pays' ? 'good' : 'neutral')),
      detailsBlock(
        'What this is based on',
        [how, ...details].map((text) => ({ kind: 'paragraph', text })),
      ),
      ...picturesOf(facts, settings.money.bankrollUsd),
      tableBlock(
        'Strategies and controls. Intervals are 95 %, by events; of random trades the middle 95 % of the draws.',
        HEADER,
        cellsOf(rows),
      ),
    ],
    files: {
      'backtests.json': {
        options: settings.options,
        verdicts: results.map(({ kind, verdict }) => ({ kind, verdict })),
        rows,
      },
    },
    limits: [
      notes.length === 0
        ? 'Orders are filled at the price of the next trade with a half spread; our orders move no price.'
        : 'Our orders move no price.',
    ],
  };
}
