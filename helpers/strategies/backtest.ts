/** Strategies replayed with money, each beside its reverse and random trades at the same prices; what each has earned. */
import { quantileSorted } from 'simple-statistics';
import { type BootstrapInterval, UNDEFINED_INTERVAL } from '../evaluate/bootstrap.ts';
import { clusteredRatio } from '../evaluate/clustered.ts';
import { deflatedOf } from '../profit/strategy_rows.ts';
import { RandomControls } from '../replay/controls.ts';
import type { Money, ReplayResult, Rules, Signals, Strategy } from '../replay/model.ts';
import { filledSignals, ordersByStrategy } from '../replay/orders.ts';
import { DAYS_PER_YEAR, type Performance, performanceOf, tradeReturns } from '../replay/performance.ts';
import { replayTrades } from '../replay/tape.ts';
import type { Log } from '../run/console.ts';
import type { Table } from '../tables/table_store.ts';
import { type Edge, type EdgeRule, walkForward } from './edges.ts';
import type { StrategyMarkets, StrategyOpportunities } from './opportunities.ts';
import type { StrategyKind } from './watchers.ts';

export type Verdict = 'pays' | 'does not pay' | 'inconclusive' | 'abstains';

/** Intervals over fewer events promise more than they hold (Cameron, Gelbach & Miller 2008). */
const N_EVENTS_MIN = 10;

export interface VariantRow {
  readonly kind: StrategyKind;
  readonly variant: 'main' | 'reverse' | 'random';
  readonly nPicks: number;
  readonly nFilled: number;
  readonly nEvents: number;
  /** Gain per trade after costs over what was paid, with its 95 % interval by events; of random controls the middle 95 % of the draws. */
  readonly returns: BootstrapInterval;
  readonly winRate: number;
  readonly totalReturn: number;
  readonly sharpeAnnual: number;
  /** Probability that the Sharpe ratio beats the luck of the best of all strategies; null but for `main`. */
  readonly deflatedSharpe: number | null;
  readonly maxDrawdown: number;
  /** null where the peak was not reached again. */
  readonly recoveryDays: number | null;
  readonly turnover: number;
  readonly feesUsd: number;
}

export interface StrategyResult {
  readonly kind: StrategyKind;
  readonly verdict: Verdict;
  /** Whether it earned more than random trades at the same prices; if not, the price alone is what it found. */
  readonly beatsRandom: boolean;
  readonly nOpportunities: number;
  readonly cells: readonly (Edge & { readonly name: string })[];
  /** Mean squared error of the estimated probability over the resolved picks, and of the cost taken as one. */
  readonly brier: { readonly own: number; readonly market: number; readonly nPicks: number };
  /** USD at the end of each day. */
  readonly equity: readonly number[];
}

export interface BacktestJob {
  readonly trades: Table;
  readonly markets: StrategyMarkets;
  readonly rules: Rules;
  readonly money: Money;
  readonly delayMs: number;
  readonly edgeRule: EdgeRule;
  /** Random controls of each strategy. */
  readonly nDraws: number;
  readonly seed: number;
  readonly log: Log;
}

interface Plan {
  readonly kind: StrategyKind;
  readonly variant: VariantRow['variant'];
  readonly strategy: Strategy;
}

/** Opportunities of all strategies as one list of signals by time; `rowsOf[k][i]` is where row i of strategy k has gone. */
function mergeSignals(all: readonly StrategyOpportunities[]): { signals: Signals; rowsOf: Uint32Array[] } {
  const places = all.flatMap(({ nRows, tsMs }, k) => Array.from({ length: nRows }, (_, i) => ({ k, i, ms: tsMs[i] })));
  places.sort((a, b) => a.ms - b.ms || a.k - b.k || a.i - b.i);
  const rowsOf = all.map(({ nRows }) => new Uint32Array(nRows));
  places.forEach(({ k, i }, row) => {
    rowsOf[k][i] = row;
  });
  const signals = {
    nRows: places.length,
    tsMs: Float64Array.from(places, ({ ms }) => ms),
    market: Int32Array.from(places, ({ k, i }) => all[k].market[i]),
    outcome: Uint8Array.from(places, ({ k, i }) => all[k].outcome[i]),
    price: Float64Array.from(places, ({ k, i }) => all[k].price[i]),
  };
  return { signals, rowsOf };
}

/** Everything that is known of one replayed strategy but for its luck. */
interface Measured {
  readonly plan: Plan;
  readonly performance: Performance;
  readonly returns: BootstrapInterval;
  readonly nEvents: number;
}

function measure(
  result: ReplayResult,
  signals: Signals,
  plans: readonly Plan[],
  eventOf: Int32Array,
  seed: number,
): Measured[] {
  const lists = ordersByStrategy(result.orders, result.equity.length);
  return plans.map((plan, s) => {
    const { returns, market } = tradeReturns(result, signals, lists[s]);
    const groups = Int32Array.from(market, (m) => eventOf[m]);
    const isAlone = plan.variant !== 'random' && returns.length > 0;
    return {
      plan,
      performance: performanceOf(result, signals, lists[s], s, plan.strategy.money.bankrollUsd),
      // A draw needs no interval of its own: the draws together are one.
      returns: isAlone
        ? clusteredRatio(returns, new Float64Array(returns.length).fill(1), { groups, seed })
        : UNDEFINED_INTERVAL,
      nEvents: new Set(groups).size,
    };
  });
}

function rowOf({ plan, performance, returns, nEvents }: Measured, deflated: number | null): VariantRow {
  const { drawdown } = performance;
  return {
    kind: plan.kind,
    variant: plan.variant,
    nPicks: performance.nOrders,
    nFilled: performance.nFilled,
    nEvents,
    returns: { ...returns, estimate: performance.meanReturn },
    winRate: performance.winRate,
    totalReturn: performance.totalReturn,
    sharpeAnnual: performance.sharpe * Math.sqrt(DAYS_PER_YEAR),
    deflatedSharpe: deflated,
    maxDrawdown: drawdown.share,
    recoveryDays: drawdown.recoveryDays,
    turnover: performance.turnover,
    feesUsd: performance.feesUsd,
  };
}

/** The draws of one strategy as one row: means, and the middle 95 % of their mean returns. */
function randomRow(draws: readonly VariantRow[]): VariantRow {
  const mean = (value: (row: VariantRow) => number): number => {
    const values = draws.map(value).filter(Number.isFinite);
    return values.reduce((sum, one) => sum + one, 0) / values.length;
  };
  const sorted = draws
    .map(({ returns }) => returns.estimate)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const quantile = (p: number): number => (sorted.length === 0 ? Number.NaN : quantileSorted(sorted, p));
  return {
    ...draws[0],
    nFilled: Math.round(mean(({ nFilled }) => nFilled)),
    nEvents: Math.round(mean(({ nEvents }) => nEvents)),
    returns: {
      ...UNDEFINED_INTERVAL,
      estimate: mean(({ returns }) => returns.estimate),
      low: quantile(0.025),
      high: quantile(0.975),
    },
    winRate: mean(({ winRate }) => winRate),
    totalReturn: mean(({ totalReturn }) => totalReturn),
    sharpeAnnual: mean(({ sharpeAnnual }) => sharpeAnnual),
    maxDrawdown: mean(({ maxDrawdown }) => maxDrawdown),
    recoveryDays: null,
    turnover: mean(({ turnover }) => turnover),
    feesUsd: mean(({ feesUsd }) => feesUsd),
  };
}

/** What the figures allow to say: paying takes enough events, a whole interval above 0, and money in the end. */
export function verdictOf(main: VariantRow): Verdict {
  if (main.nPicks === 0) return 'abstains';
  if (main.nEvents < N_EVENTS_MIN) return 'inconclusive';
  if (main.returns.high < 0) return 'does not pay';
  return main.returns.low > 0 && main.totalReturn > 0 ? 'pays' : 'inconclusive';
}

function brierOf(
  { payout, cost }: StrategyOpportunities,
  picks: Uint32Array,
  probabilities: Float64Array,
): StrategyResult['brier'] {
  const known = [...picks.keys()].filter((i) => !Number.isNaN(payout[picks[i]]));
  const mean = (guess: (i: number) => number): number =>
    known.reduce((sum, i) => sum + (guess(i) - payout[picks[i]]) ** 2, 0) / known.length;
  return { own: mean((i) => probabilities[i]), market: mean((i) => Math.min(1, cost[picks[i]])), nPicks: known.length };
}

/** Replays the strategies and their controls on the whole tape; each pick knows only what came before it. */
export async function backtest(
  all: readonly StrategyOpportunities[],
  job: BacktestJob,
): Promise<{ rows: VariantRow[]; results: StrategyResult[] }> {
  const { money, delayMs, seed, markets } = job;
  const { signals, rowsOf } = mergeSignals(all);
  const judged = all.map((opportunities) => walkForward(opportunities, opportunities.cellNames.length, job.edgeRule));
  const replay = (strategies: readonly Strategy[]): Promise<ReplayResult> =>
    replayTrades({ ...job, marketCodes: markets.codes, markets: markets.markets, signals }, strategies);
  const plans = all.flatMap(({ kind }, k) =>
    (['main', 'reverse'] as const).map((variant): Plan => {
      const picks = judged[k].picks.map((row) => rowsOf[k][row]);
      return {
        kind,
        variant,
        strategy: { name: `${kind} ${variant}`, picks, isReversed: variant === 'reverse', delayMs, money },
      };
    }),
  );
  const everything = Uint32Array.from({ length: signals.nRows }, (_, i) => i);
  const limit = Number.POSITIVE_INFINITY;
  const unlimited = { bankrollUsd: limit, stakeUsd: money.stakeUsd, marketLimitUsd: limit, participation: limit };
  const single = {
    name: 'everything',
    picks: everything,
    isReversed: false,
    delayMs,
    money: unlimited,
    keeps: 'returns',
  } as const;
  const first = await replay([...plans.map(({ strategy }) => strategy), single]);
  const filled = filledSignals(first);
  const controlled = plans.flatMap((plan, s) =>
    plan.variant === 'main' && filled[s].length > 0
      ? [{ plan: { ...plan, variant: 'random' as const }, filled: filled[s] }]
      : [],
  );
  const measured = measure(first, signals, plans, markets.eventOf, seed);
  const controls = new RandomControls<Plan>(signals.price, controlled, filled[plans.length], job.nDraws, seed).plans();
  const drawn =
    controls.length === 0
      ? []
      : measure(await replay(controls.map(({ strategy }) => strategy)), signals, controls, markets.eventOf, seed);
  const trials = measured.flatMap(({ plan, performance }) =>
    plan.variant === 'main' && Number.isFinite(performance.sharpe) ? [performance.sharpe] : [],
  );
  const rows = [
    ...measured.map((one) =>
      rowOf(
        one,
        one.plan.variant === 'main' ? (deflatedOf(one.performance.returnsPerDay, trials)?.probability ?? null) : null,
      ),
    ),
    ...all.flatMap(({ kind }) => {
      const draws = drawn.filter(({ plan }) => plan.kind === kind).map((one) => rowOf(one, null));
      return draws.length === 0 ? [] : [randomRow(draws)];
    }),
  ];
  const results = all.map((opportunities, k): StrategyResult => {
    const { kind, cellNames, nRows } = opportunities;
    const of = (variant: VariantRow['variant']) => rows.find((row) => row.kind === kind && row.variant === variant);
    return {
      kind,
      verdict: verdictOf(of('main')!),
      beatsRandom: of('main')!.returns.estimate > (of('random')?.returns.high ?? Number.NEGATIVE_INFINITY),
      nOpportunities: nRows,
      cells: judged[k].edges.map((edge, c) => ({ name: cellNames[c], ...edge })),
      brier: brierOf(opportunities, judged[k].picks, judged[k].probabilities),
      equity: Array.from(first.equity[2 * k]),
    };
  });
  return { rows, results };
}
