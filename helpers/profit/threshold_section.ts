/** The report's section on thresholds: win rate against volume, return after costs, reliability. */
import { chartBlock, type ReportSection, type TableBlock } from '../charts/section.ts';
import { type LineSeries, linesPicture } from '../charts/specs/lines.ts';
import { reliability } from '../evaluate/reliability.ts';
import type { Part, ScoredFills } from './scored_fills.ts';
import { SOURCE_NAMES, THRESHOLD_HEADER, thresholdCells } from './threshold_table.ts';
import type { Source, ThresholdRow } from './thresholds.ts';

/** `thresholds` is the section of 06. */
export const TRADE_THRESHOLDS_SECTION = 'trade_thresholds';
const SECTION_ORDER = 120;
const RELIABILITY_BINS = 10;
/** The fills of a part, in words. */
export const PERIODS: Readonly<Record<Part, string>> = {
  validation: 'validation period whose result was known when the test began',
  test: 'test period',
};
const SOURCES: readonly Source[] = ['model', 'price_only', 'price_only_as_many', 'base_rate'];

/** One line per source that follows anything, through its rows at one delay, by rising x. */
function linesOf(
  rows: readonly ThresholdRow[],
  delayMs: number,
  x: (row: ThresholdRow) => number,
  y: (row: ThresholdRow) => { estimate: number; low: number; high: number },
): LineSeries[] {
  return SOURCES.map((source) => ({
    name: SOURCE_NAMES[source],
    points: rows
      .filter((row) => row.source === source && row.delayMs === delayMs)
      .map((row) => ({ x: x(row), y: y(row).estimate, low: y(row).low, high: y(row).high }))
      .filter(({ y }) => Number.isFinite(y))
      .sort((a, b) => a.x - b.x),
  })).filter(({ points }) => points.length > 0);
}

/** Reliability curves of the model and of price alone. */
export function reliabilityLines(scored: ScoredFills): LineSeries[] {
  return [
    reliabilityLine('model', scored, scored.probabilities),
    reliabilityLine('price only', scored, scored.priceOnly),
  ];
}

function reliabilityLine(name: string, scored: ScoredFills, chances: Float64Array): LineSeries {
  const { bins } = reliability(scored.labels, chances, RELIABILITY_BINS);
  return { name, points: bins.map((bin) => ({ x: bin.meanProbability, y: bin.eventRate })) };
}

/** Expected calibration errors of the model and of price alone. */
export function calibrationErrors(scored: ScoredFills): { model: number; priceOnly: number } {
  const error = (chances: Float64Array): number =>
    reliability(scored.labels, chances, RELIABILITY_BINS).expectedCalibrationError;
  return { model: error(scored.probabilities), priceOnly: error(scored.priceOnly) };
}

/** Section of an analysis. */
export function thresholdSection(
  part: Part,
  scored: ScoredFills,
  rows: readonly ThresholdRow[],
  delaysMs: readonly number[],
  verdict: { readonly text: string; readonly isGood: boolean },
  costs: string,
): ReportSection {
  const [delayMs] = delaysMs;
  const others: TableBlock[] = delaysMs.slice(1).map((other) => ({
    kind: 'table',
    header: THRESHOLD_HEADER,
    rows: thresholdCells(rows, other),
    caption: `The same with a delay of ${other / 1000} s.`,
  }));
  return {
    id: TRADE_THRESHOLDS_SECTION,
    order: SECTION_ORDER,
    title: 'Does following pay, and above which chance?',
    blocks: [
      { kind: 'verdict', text: verdict.text, tone: verdict.isGood ? 'good' : 'bad' },
      {
        kind: 'paragraph',
        text: `Every fill of the ${PERIODS[part]} above a threshold is followed by an order of its own. ${costs} Price only and the base rate stand beside: a model that does not beat price knows nothing but price. Intervals are 95 %, drawn by whole markets.`,
      },
      chartBlock(
        'win_rate',
        `Share of orders with a gain after costs against the number of orders, one dot per threshold, ${delayMs / 1000} s after the fill.`,
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
        `Mean return per order after costs against the threshold, ${delayMs / 1000} s after the fill.`,
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
      chartBlock(
        'reliability',
        'How often label 1 came true (y) where a chance was predicted (x), in ten bins of equal numbers of fills; the dashed line is truth.',
        linesPicture(reliabilityLines(scored), {
          xTitle: 'predicted chance',
          yTitle: 'share of label 1',
          hasDiagonal: true,
        }),
      ),
      {
        kind: 'table',
        header: THRESHOLD_HEADER,
        rows: thresholdCells(rows, delayMs),
        caption: `Thresholds, ${delayMs / 1000} s after the fill.`,
      },
      { kind: 'details', summary: 'Other delays', blocks: others },
    ],
    limits: [
      'Orders are filled at the price of the next trade, with a half spread: what the order book held is not in the data, and our orders move no price.',
      'Each order is judged by itself; whether a portfolio could have made them all is the question of the strategies.',
    ],
  };
}
