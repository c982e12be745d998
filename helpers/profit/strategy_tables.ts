/** Strategies as tables for machines and as lines for people. */

import { type DataFrame, pl } from '../polars/polars.ts';
import { type BacktestMarkets, type ReplayResult, STATE, type StateName } from '../replay/model.ts';
import { isFilled, ordersByStrategy } from '../replay/orders.ts';
import { gainOf } from '../replay/performance.ts';
import { DAY_MS } from '../run/clock.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { conform } from '../tables/schema.ts';
import { STRATEGIES, STRATEGY_EQUITY, STRATEGY_TRADES } from '../tables/schemas.ts';
import type { ScoredFills } from './scored_fills.ts';
import { type PlannedStrategy, STRATEGY_NAMES, type StrategyName, type Variant } from './strategies.ts';
import { hasPaid, type StrategyRow } from './strategy_rows.ts';
import { percent } from './threshold_table.ts';

function textSeries(name: string, values: readonly string[]) {
  return pl.Series(name, [...values], pl.Utf8);
}

function numberSeries(name: string, values: readonly (number | null)[]) {
  return pl.Series(
    name,
    values.map((value) => (value === null || Number.isNaN(value) ? null : value)),
    pl.Float64,
  );
}

/** Rows of 17_strategies. */
export function strategiesFrame(rows: readonly StrategyRow[]): DataFrame {
  const numbers: Readonly<Record<string, (row: StrategyRow) => number | null>> = {
    threshold: (row) => row.threshold,
    delay_s: (row) => row.delayMs / 1000,
    n_signals: (row) => row.nSignals,
    n_filled: (row) => row.nFilled,
    n_marked: (row) => row.nMarked,
    n_markets: (row) => row.nMarkets,
    return_mean: (row) => row.returnMean,
    return_low: (row) => row.returnLow,
    return_high: (row) => row.returnHigh,
    win_rate: (row) => row.winRate,
    total_return: (row) => row.totalReturn,
    sharpe_annual: (row) => row.sharpeAnnual,
    deflated_sharpe: (row) => row.deflatedSharpe,
    max_drawdown: (row) => row.maxDrawdown,
    recovery_days: (row) => row.recoveryDays,
    holding_hours: (row) => row.holdingHours,
    turnover: (row) => row.turnover,
    fees_usd: (row) => row.feesUsd,
  };
  const frame = pl.DataFrame([
    textSeries(
      'strategy',
      rows.map((row) => row.name),
    ),
    textSeries(
      'variant',
      rows.map((row) => row.variant),
    ),
    ...Object.entries(numbers).map(([name, value]) => numberSeries(name, rows.map(value))),
  ]);
  return conform(frame, STRATEGIES);
}

/** Numbers of the strategies themselves, without their controls. */
export function mainStrategies(planned: readonly PlannedStrategy[]): number[] {
  return Array.from(planned.keys()).filter((s) => planned[s].variant === 'main');
}

/** Rows of 17_strategy_trades: the filled orders of the strategies themselves. */
export function strategyTradesFrame(
  result: ReplayResult,
  scored: ScoredFills,
  markets: BacktestMarkets,
  planned: readonly PlannedStrategy[],
): DataFrame {
  const { orders } = result;
  const lists = ordersByStrategy(orders, result.equity.length);
  const own = mainStrategies(planned).flatMap((s) => Array.from(lists[s].filter((i) => isFilled(orders.state[i]))));
  const exits = Object.entries(STATE).sort((a, b) => a[1] - b[1]) as [StateName, number][];
  const numbers: Readonly<Record<string, (i: number) => number>> = {
    outcome_index: (i) => scored.outcome[orders.signal[i]],
    signal_ms: (i) => scored.tsMs[orders.signal[i]],
    probability: (i) => scored.probabilities[orders.signal[i]],
    entry_ms: (i) => orders.entryMs[i],
    entry_price: (i) => orders.entryPrice[i],
    shares: (i) => orders.shares[i],
    exit_ms: (i) => orders.exitMs[i],
    proceeds_usd: (i) => orders.proceeds[i],
    fees_usd: (i) => orders.entryFee[i] + orders.exitFee[i],
    gain_usd: (i) => gainOf(result, i),
  };
  const frame = pl.DataFrame([
    textSeries(
      'strategy',
      own.map((i) => planned[orders.strategy[i]].name),
    ),
    textSeries(
      'market_id',
      own.map((i) => markets.ids[scored.market[orders.signal[i]]]),
    ),
    textSeries(
      'exit',
      own.map((i) => exits[orders.state[i]][0]),
    ),
    ...Object.entries(numbers).map(([name, value]) => numberSeries(name, own.map(value))),
  ]);
  return conform(frame, STRATEGY_TRADES);
}

/** Rows of 17_strategy_equity. */
export function strategyEquityFrame(result: ReplayResult, planned: readonly PlannedStrategy[]): DataFrame {
  const rows = mainStrategies(planned).flatMap((s) =>
    Array.from(result.equity[s], (usd, day) => ({
      name: planned[s].name,
      ms: result.firstDayEndMs + day * DAY_MS,
      usd,
    })),
  );
  const frame = pl.DataFrame([
    textSeries(
      'strategy',
      rows.map((row) => row.name),
    ),
    numberSeries(
      'day_end_ms',
      rows.map((row) => row.ms),
    ),
    numberSeries(
      'equity_usd',
      rows.map((row) => row.usd),
    ),
  ]);
  return conform(frame, STRATEGY_EQUITY);
}

/** What a variant is called beside its strategy. */
export const VARIANT_NAMES: Readonly<Record<Variant, string>> = {
  main: '',
  late: 'other delay',
  reverse: 'reversed',
  random: 'at random',
  price_only: 'price only, as many',
};

export const STRATEGY_HEADER = [
  'strategy',
  'delay',
  'fills',
  'filled',
  'return per trade after costs',
  'win rate',
  'return in all',
  'Sharpe',
  'deflated',
  'drawdown',
  'hours held',
  'turnover',
];

const fixed = (value: number | null, digits: number): string =>
  value === null || !Number.isFinite(value) ? '–' : value.toFixed(digits);

/** Cells of the rows, for people. */
export function strategyCells(rows: readonly StrategyRow[]): string[][] {
  return rows.map((row) => [
    row.variant === 'main'
      ? `${STRATEGY_NAMES[row.name]}${row.threshold === null ? '' : ` >= ${row.threshold.toFixed(2)}`}`
      : `  ${VARIANT_NAMES[row.variant]}`,
    `${row.delayMs / 1000} s`,
    formatCount(row.nSignals),
    formatCount(row.nFilled),
    Number.isFinite(row.returnMean)
      ? `${percent(row.returnMean)} (${percent(row.returnLow)} to ${percent(row.returnHigh)})`
      : '–',
    percent(row.winRate),
    percent(row.totalReturn),
    fixed(row.sharpeAnnual, 2),
    fixed(row.deflatedSharpe, 3),
    percent(row.maxDrawdown),
    fixed(row.holdingHours, 1),
    fixed(row.turnover, 1),
  ]);
}

/** The rows as a text table. */
export function describeStrategies(rows: readonly StrategyRow[]): string {
  return formatTable(STRATEGY_HEADER, strategyCells(rows));
}

/** Chance of beating luck from which a deflated Sharpe ratio needs no word of caution. */
const LUCK_BEATEN = 0.95;

/** Whether a strategy has paid on the test period, in a sentence or two. */
export function strategyVerdict(rows: readonly StrategyRow[], name: StrategyName): string {
  const main = rows.find((row) => row.name === name && row.variant === 'main')!;
  const label = `${STRATEGY_NAMES[name]} (>= ${main.threshold!.toFixed(2)})`;
  if (main.nFilled === 0) return `${label} made no trade on the test period: it does not pay.`;
  const figures = `${formatCount(main.nFilled)} trades in ${formatCount(main.nMarkets)} markets returned ${percent(main.returnMean)} each after costs (95 %: ${percent(main.returnLow)} to ${percent(main.returnHigh)}), ${percent(main.totalReturn)} of the bankroll`;
  if (hasPaid(rows, name)) {
    // A reader who sees "has paid" should see in the same breath how many tries it took.
    const luck = main.deflatedSharpe;
    const caution =
      luck !== null && luck < LUCK_BEATEN
        ? ` But its Sharpe ratio does not beat the luck of the best of all trials (chance ${luck.toFixed(3)}).`
        : '';
    return `${label} has paid on the test period: ${figures}, more than random trades at the same prices.${caution}`;
  }
  return `${label} does not pay beyond doubt: ${figures}.`;
}
