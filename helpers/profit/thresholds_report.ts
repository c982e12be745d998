/** Whether following pays, and above which threshold, in lines, in a section of the report and as JSON. */
import {
  type Block,
  chartBlock,
  detailsBlock,
  paragraph,
  type TableBlock,
  tableBlock,
  verdictBlock,
} from '../charts/section.ts';
import { type LineSeries, linesPicture } from '../charts/specs/lines.ts';
import { SECOND_MS } from '../run/clock.ts';
import { formatCount, formatTable, tabulate } from '../run/console.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import type { BacktestSettings, GivenOptions } from './backtest_options.ts';
import { calibrationBlock, formatCalibration } from './calibration_report.ts';
import { formatCosts } from './costs.ts';
import { formatPercent, formatPercentInterval, formatThreshold } from './format.ts';
import type { Part } from './scored_fills.ts';
import { isProfitable, MARKETS_MIN, type Source, type ThresholdFacts, type ThresholdRow } from './thresholds.ts';

/** `thresholds` is the section of 06. */
export const TRADE_THRESHOLDS_SECTION = {
  id: 'trade_thresholds',
  order: 120,
  title: 'Does following pay, and above which probability?',
};

const SOURCE_NAMES: Readonly<Record<Source, string>> = {
  model: 'model',
  price_only: 'price only',
  price_only_as_many: 'price only, as many',
  base_rate: 'base rate',
};

/** The fills of a part, in words. */
const PERIODS: Readonly<Record<Part, string>> = {
  validation: 'validation period whose result was known when the test began',
  test: 'test period',
};

function nameOf({ source, threshold }: ThresholdRow): string {
  if (threshold === null) return 'everything (base rate)';
  return source === 'price_only_as_many'
    ? SOURCE_NAMES[source]
    : `${SOURCE_NAMES[source]} >= ${formatThreshold(threshold)}`;
}

/** The rows at one delay that follow anything at all. */
function tableOf(rows: readonly ThresholdRow[], delayMs: number) {
  const own = rows.filter((row) => row.delayMs === delayMs && row.nSignals > 0);
  return tabulate(own, {
    follow: nameOf,
    fills: (row) => formatCount(row.nSignals),
    markets: (row) => formatCount(row.nMarkets),
    precision: (row) => formatPercentInterval(row.precision),
    recall: (row) => formatPercent(row.recall),
    filled: (row) => formatCount(row.nFilled),
    'win rate': (row) => formatPercent(row.winRate.estimate),
    'return per trade after costs': (row) => formatPercentInterval(row.returns),
  });
}

/** Rows of the model at one delay at which following was profitable. */
function profitableRows(rows: readonly ThresholdRow[], delayMs: number): ThresholdRow[] {
  return rows.filter((row) => row.source === 'model' && row.delayMs === delayMs && isProfitable(row));
}

/** One sentence: whether following the model was profitable, and where most surely. */
export function formatThresholds(rows: readonly ThresholdRow[], delayMs: number): string {
  const found = profitableRows(rows, delayMs);
  const after = `${delayMs / SECOND_MS} s after the fill`;
  if (found.length === 0) return `No threshold of the model is shown to be profitable after costs, ${after}.`;
  const best = found.reduce((a, b) => (b.returns.low > a.returns.low ? b : a));
  const { estimate, low, high } = best.returns;
  return `Following the model at ${formatThreshold(best.threshold!)} and above earned ${formatPercent(estimate)} per trade after costs, ${after} (95 % interval ${formatPercent(low)} to ${formatPercent(high)}).`;
}

function formatProfitable(rows: readonly ThresholdRow[], delayMs: number): string {
  const found = profitableRows(rows, delayMs);
  const rule = `A threshold is profitable when its 95 % interval lies above 0 in at least ${MARKETS_MIN} markets`;
  if (found.length === 0) return `${rule}: none is.`;
  const names = found.map((row) => `${formatThreshold(row.threshold!)} (${formatCount(row.nFilled)} trades)`);
  return `${rule}: ${names.join(', ')}.`;
}

/**
 * What to say when some fills lie in markets that tell no fees; nothing when none do.
 * @param n all of them; left out for filled orders, of which the controls are drawn several times
 */
export function formatWithoutFees(nWithoutFees: number, n?: number): string[] {
  if (nWithoutFees === 0) return [];
  const own = formatCount(nWithoutFees);
  const counts = n === undefined ? `${own} filled orders, controls included,` : `${own} of ${formatCount(n)} fills`;
  return [`${counts} lie in markets without a fee schedule: no fee is charged there.`];
}

/** One line per source that follows anything, through its rows at one delay, by rising x. */
function linesOf(
  rows: readonly ThresholdRow[],
  delayMs: number,
  x: (row: ThresholdRow) => number,
  y: (row: ThresholdRow) => { estimate: number; low: number; high: number },
): LineSeries[] {
  return (Object.keys(SOURCE_NAMES) as Source[])
    .map((source) => ({
      name: SOURCE_NAMES[source],
      points: rows
        .filter((row) => row.source === source && row.delayMs === delayMs)
        .map((row) => ({ x: x(row), y: y(row).estimate, low: y(row).low, high: y(row).high }))
        .filter((point) => Number.isFinite(point.y))
        .sort((a, b) => a.x - b.x),
    }))
    .filter(({ points }) => points.length > 0);
}

function chartsOf(rows: readonly ThresholdRow[], delayMs: number): Block[] {
  const after = `${delayMs / SECOND_MS} s after the fill`;
  return [
    chartBlock(
      'win_rate',
      `Share of orders with a gain after costs against the number of orders, one dot per threshold, ${after}.`,
      linesPicture(
        linesOf(
          rows,
          delayMs,
          (row) => row.nFilled,
          (row) => row.winRate,
        ),
        { xTitle: 'filled orders', yTitle: 'win rate', xScale: 'log', yFormat: '.0%' },
      ),
    ),
    chartBlock(
      'return',
      `Mean return per order after costs against the threshold, ${after}.`,
      linesPicture(
        linesOf(
          rows.filter((row) => row.threshold !== null),
          delayMs,
          (row) => row.threshold!,
          (row) => row.returns,
        ),
        {
          xTitle: 'threshold',
          yTitle: 'mean return per order',
          yFormat: '.0%',
          level: { y: 0, label: 'break-even' },
        },
      ),
    ),
  ];
}

interface ThresholdSettings extends BacktestSettings, GivenOptions {
  readonly part: Part;
}

function blocksOf({ rows, calibration }: ThresholdFacts, settings: ThresholdSettings): Block[] {
  const [delayMs, ...others] = settings.delaysMs;
  const tableAt = (ms: number): TableBlock => {
    const { header, rows: cells } = tableOf(rows, ms);
    return tableBlock(`Thresholds, ${ms / SECOND_MS} s after the fill.`, header, cells);
  };
  const isGood = profitableRows(rows, delayMs).length > 0;
  const how = `Every fill of the ${PERIODS[settings.part]} above a threshold is followed by an order of its own. ${formatCosts(settings)} Price only and the base rate stand beside: a model that does not beat price knows nothing but price. Intervals are 95 %, drawn by whole markets.`;
  return [
    verdictBlock(formatThresholds(rows, delayMs), isGood ? 'good' : 'bad'),
    detailsBlock('What this is based on', [how, formatProfitable(rows, delayMs)].map(paragraph)),
    ...chartsOf(rows, delayMs),
    calibrationBlock(calibration),
    tableAt(delayMs),
    detailsBlock('Other delays', others.map(tableAt)),
  ];
}

export function presentThresholds(
  facts: ThresholdFacts,
  { settings }: Pick<PresentView<ThresholdSettings>, 'settings'>,
): Presentation {
  const { rows, nScored, nWithoutFees, calibration } = facts;
  const { part, horizonMs, target, options } = settings;
  const [delayMs] = settings.delaysMs;
  const verdict = formatThresholds(rows, delayMs);
  const table = tableOf(rows, delayMs);
  const errors = { model: calibration.model.error, priceOnly: calibration.priceOnly.error };
  const head = { part, horizonMs, target: target.kind, options, calibration: errors, nWithoutFees, verdict };
  return {
    lines: [
      `Followed: ${formatCount(nScored)} fills of the ${PERIODS[part]}.`,
      formatTable(table.header, table.rows),
      formatCalibration(calibration),
      ...formatWithoutFees(nWithoutFees, nScored),
      formatProfitable(rows, delayMs),
      verdict,
    ],
    blocks: blocksOf(facts, settings),
    files: { 'thresholds.json': { ...head, rows } },
    limits: [
      'Orders are filled at the price of the next trade, with a half spread: what the order book held is not in the data, and our orders move no price.',
      'Each order is evaluated by itself; whether a portfolio could have made them all is the question of the strategies.',
    ],
  };
}
