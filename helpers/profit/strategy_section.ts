/** The report's section on the strategies: money by day, returns with controls, reliability. */
import { chartBlock, type ReportSection } from '../charts/section.ts';
import { type IntervalMark, intervalsPicture } from '../charts/specs/intervals.ts';
import { linesPicture } from '../charts/specs/lines.ts';
import type { ReplayResult } from '../replay/model.ts';
import { formatCount } from '../run/console.ts';
import type { ScoredFills } from './scored_fills.ts';
import { type PlannedStrategy, STRATEGY_NAMES } from './strategies.ts';
import type { StrategyRow } from './strategy_rows.ts';
import { mainStrategies, STRATEGY_HEADER, strategyCells, VARIANT_NAMES } from './strategy_tables.ts';
import { reliabilityLines } from './threshold_section.ts';

export const STRATEGIES_SECTION = 'strategies';
const SECTION_ORDER = 130;

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

/** Section of the strategies. */
export function strategySection(
  result: ReplayResult,
  scored: ScoredFills,
  planned: readonly PlannedStrategy[],
  rows: readonly StrategyRow[],
  verdicts: readonly { readonly text: string; readonly isGood: boolean }[],
  costs: string,
  trials: string,
): ReportSection {
  const curves = mainStrategies(planned).map((s) => {
    const { bankrollUsd } = planned[s].strategy.money;
    return {
      name: STRATEGY_NAMES[planned[s].name],
      points: [{ x: 0, y: bankrollUsd }, ...Array.from(result.equity[s], (usd, day) => ({ x: day + 1, y: usd }))],
    };
  });
  const bankrollUsd = planned[0].strategy.money.bankrollUsd;
  return {
    id: STRATEGIES_SECTION,
    order: SECTION_ORDER,
    title: 'What do the strategies earn on a period that nobody has looked at?',
    blocks: [
      ...verdicts.map(({ text, isGood }) => ({
        kind: 'verdict' as const,
        text,
        tone: isGood ? ('good' as const) : ('bad' as const),
      })),
      { kind: 'paragraph', text: `${costs} ${trials}` },
      chartBlock(
        'equity',
        'Money of each strategy at the end of every day of the test period, open positions at their last price.',
        linesPicture(curves, {
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
      chartBlock(
        'reliability',
        'How often label 1 came true (y) where a chance was predicted (x), on the test period; the dashed line is truth.',
        linesPicture(reliabilityLines(scored), {
          xTitle: 'predicted chance',
          yTitle: 'share of label 1',
          hasDiagonal: true,
        }),
      ),
      {
        kind: 'table',
        header: STRATEGY_HEADER,
        rows: strategyCells(rows),
        caption:
          'Strategies and controls on the test period. Intervals are 95 %, by markets; of random trades the middle 95 % of the draws. Deflated: chance that the Sharpe ratio beats the luck of the best trial.',
      },
    ],
    limits: [
      'Orders are filled at the price of the next trade, with a half spread: what the order book held is not in the data, and our orders move no price.',
      'Only fills with a known label are followed; those that nobody traded after within the horizon are left out.',
    ],
  };
}
