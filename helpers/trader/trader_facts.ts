/** How a trader stands: what the page, the metrics, the report and the last lines of 26 are made of. */
import type { StatusBoard } from '../status/board.ts';
import type { Mode } from '../trade/execution/executor.ts';
import { FILL_MODEL } from '../trade/execution/paper/paper_executor.ts';
import { FUNNEL_STAGES, type FunnelState } from '../trade/funnel.ts';
import { formatMicros, MICROS_PER_USD } from '../trade/money.ts';
import type { RiskFigures } from '../trade/risk/engine.ts';
import { formatLock, isInForce } from '../trade/risk/locks.ts';
import type { Position, RiskState } from '../trade/types.ts';
import type { OpenTrader } from './open_trader.ts';

export interface TraderFacts {
  readonly mode: Mode;
  readonly atMs: number;
  readonly state: RiskState;
  /** Why it is that, and what pauses entries. */
  readonly reasons: readonly string[];
  readonly figures: RiskFigures;
  readonly positions: readonly Position[];
  readonly nOpenOrders: number;
  /** Ever written, by how they stand. */
  readonly orders: Readonly<Record<string, number>>;
  readonly funnel: FunnelState;
  readonly funnelLines: readonly string[];
  readonly nDifferences: number;
  /** What gains and losses must be read with. */
  readonly fillModel: string;
}

export function factsOf({ trader, engine, log }: OpenTrader, mode: Mode, atMs: number): TraderFacts {
  const { locks } = engine.snapshot;
  return {
    mode,
    atMs,
    state: engine.stateAt(atMs),
    reasons: [...engine.reasonsAt(atMs), ...locks.filter((lock) => isInForce(lock, atMs)).map(formatLock)],
    figures: engine.figures,
    positions: engine.positions,
    nOpenOrders: log.openOrders().length,
    orders: log.counts(),
    funnel: trader.funnelState,
    funnelLines: trader.funnelLines,
    nDifferences: trader.reconciliation.nDifferences,
    fillModel: mode === 'paper' ? FILL_MODEL : `orders of the exchange (${mode})`,
  };
}

const usd = (micros: number): number => micros / MICROS_PER_USD;

/** A position as a row: market, side, contracts, cost, gained so far. */
export function positionRow({ market, yesHundredths, costMicros, realizedMicros }: Position): string[] {
  return [
    market.ticker,
    yesHundredths > 0 ? 'YES' : 'NO',
    String(Math.abs(yesHundredths) / 100),
    formatMicros(costMicros),
    formatMicros(realizedMicros),
  ];
}

export const POSITION_HEADER = ['market', 'side', 'contracts', 'cost', 'gained so far'];

/** Puts it on the board, as tables of the page and numbers of the metrics; labels take few values by design. */
export function showOn(board: StatusBoard, facts: TraderFacts): void {
  const { state, reasons, figures, positions, nOpenOrders, orders, funnel, funnelLines, nDifferences, mode } = facts;
  board.tables.set('Account', {
    header: ['', 'USD'],
    rows: [
      ['equity, positions at what they would be sold for', formatMicros(figures.equityMicros)],
      ['equity, positions at cost', formatMicros(figures.bookEquityMicros)],
      ['cash', formatMicros(figures.cashMicros)],
      ['at risk', formatMicros(figures.atRiskMicros)],
      ['realized today', formatMicros(figures.realizedTodayMicros)],
    ],
  });
  board.tables.set('Risk', {
    header: ['trading is', 'why'],
    rows: (reasons.length === 0 ? ['nothing stops it'] : reasons).map((line) => [`${state} (${mode})`, line]),
  });
  board.tables.set('Positions', { header: POSITION_HEADER, rows: positions.map(positionRow) });
  board.tables.set('Why no trade, today', { header: ['stage'], rows: funnelLines.map((line) => [line]) });
  const of = (value: number): (readonly [readonly string[], number])[] => [[[], value]];
  board.numbers = [
    {
      name: 'trading_equity_usd',
      help: 'Equity with positions at what they would be sold for.',
      labels: [],
      rows: of(usd(figures.equityMicros)),
    },
    {
      name: 'trading_book_equity_usd',
      help: 'Equity with positions at cost.',
      labels: [],
      rows: of(usd(figures.bookEquityMicros)),
    },
    { name: 'trading_peak_equity_usd', help: 'Highest equity so far.', labels: [], rows: of(usd(figures.peakMicros)) },
    {
      name: 'trading_at_risk_usd',
      help: 'What all positions and orders could lose.',
      labels: [],
      rows: of(usd(figures.atRiskMicros)),
    },
    {
      name: 'trading_realized_today_usd',
      help: 'Gained since midnight UTC.',
      labels: [],
      rows: of(usd(figures.realizedTodayMicros)),
    },
    { name: 'trading_positions', help: 'Markets in which something is held.', labels: [], rows: of(positions.length) },
    { name: 'trading_open_orders', help: 'Orders that may still be filled.', labels: [], rows: of(nOpenOrders) },
    {
      name: 'trading_orders_total',
      help: 'Orders ever written, by how they stand.',
      labels: ['state'],
      rows: Object.entries(orders).map(([one, n]) => [[one], n]),
    },
    {
      name: 'trading_state',
      help: '1 for the state that trading is in.',
      labels: ['state'],
      rows: (['ACTIVE', 'REDUCING', 'HALTED'] as const).map((one) => [[one], one === state ? 1 : 0]),
    },
    {
      name: 'trading_funnel_today',
      help: 'Markets, a round, by how far they came since midnight UTC.',
      labels: ['stage'],
      rows: FUNNEL_STAGES.map((stage) => [[stage], funnel.reached[stage]]),
    },
    {
      name: 'trading_differences_total',
      help: 'Differences between ledger and venue that were found twice, since the start.',
      labels: [],
      rows: of(nDifferences),
    },
  ];
}
