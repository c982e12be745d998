/** What a trader says at its end, and its section of the report. */
import { minuteTime } from '../run/clock.ts';
import { formatTable } from '../run/console.ts';
import type { Presentation, SectionPlace } from '../step/contract.ts';
import { formatMicros } from '../trade/money.ts';
import { POSITION_HEADER, positionRow, type TraderFacts } from './trader_facts.ts';

export const TRADER_SECTION: SectionPlace = { id: 'trade', order: 1950, title: 'What was traded, and why not more?' };

export function presentTrader(facts: TraderFacts): Presentation {
  const { mode, atMs, state, reasons, figures, positions, nOpenOrders, funnelLines, nDifferences, fillModel } = facts;
  const sentences = [
    `${minuteTime(atMs)}, ${mode}: trading is ${state}.`,
    ...reasons,
    `Equity ${formatMicros(figures.equityMicros)} (${formatMicros(figures.bookEquityMicros)} with positions at cost), cash ${formatMicros(figures.cashMicros)}, at risk ${formatMicros(figures.atRiskMicros)}, realized today ${formatMicros(figures.realizedTodayMicros)}; ${positions.length} positions, ${nOpenOrders} open orders.`,
    `Differences between ledger and exchange that were found twice: ${nDifferences}.`,
    `Fills: ${fillModel}.`,
  ];
  const rows = positions.map(positionRow);
  return {
    lines: [
      ...sentences,
      ...(rows.length === 0 ? [] : [formatTable(POSITION_HEADER, rows)]),
      'Why no trade, today:',
      ...funnelLines.map((line) => `  ${line}`),
    ],
    blocks: [
      ...sentences.map((text) => ({ kind: 'paragraph' as const, text })),
      ...(rows.length === 0
        ? []
        : [{ kind: 'table' as const, header: POSITION_HEADER, rows, caption: 'What is held, at cost with fees.' }]),
      {
        kind: 'table' as const,
        header: ['why no trade, today'],
        rows: funnelLines.map((line) => [line]),
        caption: 'How many markets came how far, added up over all rounds of the UTC day, and what stopped the others.',
      },
    ],
    limits: [
      'A gain here is the gain of some days, and says nothing of the next; on paper nobody reacts to the orders.',
    ],
  };
}
