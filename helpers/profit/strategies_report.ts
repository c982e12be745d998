/** What the strategies earn on the test period, in lines, in a section of the report and as JSON. */
import { type Block, chartBlock, detailsBlock, paragraph, tableBlock, verdictBlock } from '../charts/section.ts';
import { type IntervalMark, intervalsPicture } from '../charts/specs/intervals.ts';
import { linesPicture } from '../charts/specs/lines.ts';
import type { DataFrame } from '../polars/polars.ts';
import { SECOND_MS } from '../run/clock.ts';
import { formatCount, formatTable, tabulate } from '../run/console.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { STRATEGY_EQUITY } from '../tables/schemas.ts';
import type { CalibrationCurves } from './calibration.ts';
import { calibrationBlock, formatCalibration } from './calibration_report.ts';
import type { Choice } from './choice.ts';
import { formatCosts } from './costs.ts';
import { formatPercent, formatPercentInterval, formatThreshold } from './format.ts';
import { STRATEGY_NAMES, type StrategyName, type Variant } from './strategies.ts';
import type { StrategySettings } from './strategy_options.ts';
import { hasLost, isProfitable, type StrategyRow } from './strategy_rows.ts';
import { formatWithoutFees } from './thresholds_report.ts';

export const STRATEGIES_SECTION = {
  id: 'strategies',
  order: 130,
  title: 'What do the strategies earn on a period that nobody has looked at?',
};

/** What is told of the strategies. */
export interface StrategyFacts extends Choice {
  readonly rows: readonly StrategyRow[];
  /** Filled orders in markets of Polymarket that have no fee schedule. */
  readonly nWithoutFees: number;
  readonly calibration: CalibrationCurves;
  /** Fills that the final model learned from, or why there is none. */
  readonly finalModel: { readonly nFitRows: number } | { readonly reason: string };
}

/** Strategies that have a verdict of their own. */
const WITH_VERDICT = ['chosen', 'sniper', 'god_mode'] as const;

/** What a variant is called beside its strategy. */
const VARIANT_NAMES: Readonly<Record<Variant, string>> = {
  main: '',
  late: 'other delay',
  reverse: 'reversed',
  random: 'at random',
  price_only: 'price only, as many',
};

/** Probability of beating luck from which a Sharpe ratio needs no word of caution. */
const LUCK_BEATEN = 0.95;

const fixed = (value: number | null, digits: number): string =>
  value === null || !Number.isFinite(value) ? '–' : value.toFixed(digits);

function returnOf({ returnMean, returnLow, returnHigh }: StrategyRow): string {
  return formatPercentInterval({ estimate: returnMean, low: returnLow, high: returnHigh });
}

function tableOf(rows: readonly StrategyRow[]) {
  return tabulate(rows, {
    strategy: (row) =>
      row.variant === 'main'
        ? `${STRATEGY_NAMES[row.name]}${row.threshold === null ? '' : ` >= ${formatThreshold(row.threshold)}`}`
        : `  ${VARIANT_NAMES[row.variant]}`,
    delay: (row) => `${row.delayMs / SECOND_MS} s`,
    fills: (row) => formatCount(row.nSignals),
    filled: (row) => formatCount(row.nFilled),
    'return per trade after costs': returnOf,
    'win rate': (row) => formatPercent(row.winRate),
    'return in all': (row) => formatPercent(row.totalReturn),
    Sharpe: (row) => fixed(row.sharpeAnnual, 2),
    deflated: (row) => fixed(row.deflatedSharpe, 3),
    drawdown: (row) => formatPercent(row.maxDrawdown),
    'hours held': (row) => fixed(row.holdingHours, 1),
    turnover: (row) => fixed(row.turnover, 1),
  });
}

/** One sentence: whether a strategy was profitable on the test period. */
export function formatStrategy(rows: readonly StrategyRow[], name: StrategyName): string {
  const main = rows.find((row) => row.name === name && row.variant === 'main')!;
  const label = `${STRATEGY_NAMES[name]} (>= ${formatThreshold(main.threshold!)})`;
  if (main.nFilled === 0) return `${label} made no trade on the test period.`;
  const mean = `${formatPercent(Math.abs(main.returnMean))} per trade after costs`;
  const interval = `(95 % interval ${formatPercent(main.returnLow)} to ${formatPercent(main.returnHigh)})`;
  if (isProfitable(rows, name)) {
    const isLuck = main.deflatedSharpe !== null && main.deflatedSharpe < LUCK_BEATEN;
    return `${label} earned ${mean} ${interval}${isLuck ? ', but luck among all trials could explain it' : ''}.`;
  }
  if (hasLost(main)) return `${label} lost ${mean} ${interval}.`;
  return `${label} is not shown to be profitable: ${formatPercent(main.returnMean)} per trade after costs ${interval}.`;
}

/** What the sentence rests on. */
function formatStrategyDetails(rows: readonly StrategyRow[], name: StrategyName): string {
  const of = (variant: Variant) => rows.find((row) => row.name === name && row.variant === variant);
  const main = of('main')!;
  const random = of('random');
  const beside = random === undefined ? '' : `; random trades at the same prices ${returnOf(random)}`;
  const luck =
    main.deflatedSharpe === null
      ? ''
      : `; probability that its Sharpe ratio beats the luck of the best of all trials ${main.deflatedSharpe.toFixed(3)}`;
  return `${STRATEGY_NAMES[name]}: ${formatCount(main.nFilled)} trades in ${formatCount(main.nGroups)} markets, ${returnOf(main)} each, ${formatPercent(main.totalReturn)} of the bankroll in all${beside}${luck}.`;
}

function formatChoice({ chosen, nTrials, trials }: Choice): string {
  const tried = `${formatCount(nTrials)} portfolios were tried on validation (${formatCount(trials.length)} of them have a Sharpe ratio)`;
  if (chosen === null) return `${tried}; no threshold was seen in enough markets, so none is chosen.`;
  return `${tried}; threshold ${formatThreshold(chosen.threshold!)} is chosen: ${formatPercentInterval(chosen.returns)} per trade there.`;
}

function formatFinalModel(finalModel: StrategyFacts['finalModel'], folder: string | null): string {
  if ('reason' in finalModel) return `No final model: ${finalModel.reason}.`;
  return `The final model learned from ${formatCount(finalModel.nFitRows)} fills; it is in ${folder}.`;
}

/** Mean returns of the strategies and their controls, one line per strategy. */
function returnMarks(rows: readonly StrategyRow[]): IntervalMark[] {
  return rows
    .filter((row) => row.variant !== 'late')
    .map((row) => ({
      name: STRATEGY_NAMES[row.name],
      series: row.variant === 'main' ? 'the strategy' : VARIANT_NAMES[row.variant],
      value: row.returnMean,
      low: row.returnLow,
      high: row.returnHigh,
      words: `${formatCount(row.nFilled)} trades`,
    }));
}

/** Money of each strategy by day, from the start. */
function equityLines(equity: DataFrame, bankrollUsd: number) {
  const names = toTexts(equity, 'strategy') as StrategyName[];
  const usd = toNumbers(equity, 'equity_usd');
  return [...new Set(names)].map((name) => {
    const own = usd.filter((_, row) => names[row] === name);
    const points = [{ x: 0, y: bankrollUsd }, ...Array.from(own, (y, day) => ({ x: day + 1, y }))];
    return { name: STRATEGY_NAMES[name], points };
  });
}

function chartsOf(rows: readonly StrategyRow[], equity: DataFrame, bankrollUsd: number): Block[] {
  return [
    chartBlock(
      'equity',
      'Money of each strategy at the end of every day of the test period, open positions at their last price.',
      linesPicture(equityLines(equity, bankrollUsd), {
        xTitle: 'days of the test period',
        yTitle: 'USD',
        level: { y: bankrollUsd, label: 'start' },
      }),
    ),
    chartBlock(
      'returns',
      'Mean return per trade after costs: the strategies, the opposite of each, random trades at the same prices, price alone.',
      intervalsPicture(returnMarks(rows), {
        xTitle: 'mean return per trade after costs',
        xFormat: '.0%',
        level: { x: 0, label: 'break-even' },
      }),
    ),
  ];
}

export function presentStrategies(
  facts: StrategyFacts,
  { settings, modelFolder, read }: Pick<PresentView<StrategySettings>, 'settings' | 'modelFolder' | 'read'>,
): Presentation {
  const { rows, chosen, nTrials, trials, calibration } = facts;
  const names = WITH_VERDICT.filter((name) => rows.some((row) => row.name === name));
  const verdicts = names.map((name) => formatStrategy(rows, name));
  const details = names.map((name) => formatStrategyDetails(rows, name));
  const table = tableOf(rows);
  const model = formatFinalModel(facts.finalModel, modelFolder);
  const { horizonMs, target, options, money } = settings;
  const errors = { model: calibration.model.error, priceOnly: calibration.priceOnly.error };
  const head = { horizonMs, target: target.kind, options, chosen: chosen?.threshold ?? null, nTrials };
  return {
    lines: [
      formatChoice(facts),
      formatTable(table.header, table.rows),
      formatCalibration(calibration),
      ...formatWithoutFees(facts.nWithoutFees),
      ...details,
      ...verdicts,
      model,
    ],
    blocks: [
      ...names.map((name, i) => verdictBlock(verdicts[i], isProfitable(rows, name) ? 'good' : 'bad')),
      detailsBlock('What this is based on', [...details, formatCosts(settings), formatChoice(facts)].map(paragraph)),
      ...chartsOf(rows, read(STRATEGY_EQUITY), money.bankrollUsd),
      calibrationBlock(calibration, ' on the test period'),
      tableBlock(
        'Strategies and controls on the test period. Intervals are 95 %, by markets; of random trades the middle 95 % of the draws. Deflated: probability that the Sharpe ratio beats the luck of the best trial.',
        table.header,
        table.rows,
      ),
    ],
    files: { 'strategies.json': { ...head, calibration: errors, trialSharpes: trials, verdicts, rows } },
    limits: [
      'Orders are filled at the price of the next trade, with a half spread: what the order book held is not in the data, and our orders move no price.',
      'Only fills with a known label are followed; those that nobody traded after within the horizon are left out.',
    ],
  };
}
