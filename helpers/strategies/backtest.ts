/** Strategies replayed with money, each beside its reverse and random trades at the same prices; what each has earned. */
import { RandomControls } from '../replay/controls.ts';
import { deflated, type Earnings, earnedBy, meanOfDraws } from '../replay/earnings.ts';
import { type Money, type ReplayResult, type Signals, type Strategy, unlimitedMoney } from '../replay/model.ts';
import { filledSignals } from '../replay/orders.ts';
import { type Edge, type EdgeRule, walkForward } from './edges.ts';
import type { StrategyMarkets, StrategyOpportunities } from './opportunities.ts';
import type { TestedKind } from './watchers.ts';

export type Verdict = 'pays' | 'does not pay' | 'inconclusive' | 'abstains';

/** Intervals over fewer events promise more than they hold (Cameron, Gelbach & Miller 2008). */
const N_EVENTS_MIN = 10;

/** What one strategy or control has earned; its groups are events. */
export interface VariantRow extends Earnings {
  readonly kind: TestedKind;
  readonly variant: 'main' | 'reverse' | 'random';
}

export interface StrategyResult {
  readonly kind: TestedKind;
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
  readonly markets: Pick<StrategyMarkets, 'eventOf'>;
  /** Plays the tape, or order books, to the strategies. */
  readonly replay: (signals: Signals, strategies: readonly Strategy[]) => Promise<ReplayResult>;
  readonly money: Money;
  readonly delayMs: number;
  readonly edgeRule: EdgeRule;
  /** Random controls of each strategy. */
  readonly nDraws: number;
  readonly seed: number;
}

interface Plan {
  readonly kind: TestedKind;
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

/** What the figures allow to say: paying takes enough events, a whole interval above 0, and money in the end. */
export function verdictOf(main: VariantRow): Verdict {
  if (main.nSignals === 0) return 'abstains';
  if (main.nGroups < N_EVENTS_MIN) return 'inconclusive';
  if (main.returnHigh < 0) return 'does not pay';
  return main.returnLow > 0 && main.totalReturn > 0 ? 'pays' : 'inconclusive';
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
  const replay = (strategies: readonly Strategy[]): Promise<ReplayResult> => job.replay(signals, strategies);
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
  const single = {
    name: 'everything',
    picks: everything,
    isReversed: false,
    delayMs,
    money: unlimitedMoney(money.stakeUsd),
    keeps: 'returns',
  } as const;
  const first = await replay([...plans.map(({ strategy }) => strategy), single]);
  const filled = filledSignals(first);
  const controlled = plans.flatMap((plan, s) =>
    plan.variant === 'main' && filled[s].length > 0
      ? [{ plan: { ...plan, variant: 'random' as const }, filled: filled[s] }]
      : [],
  );
  const earned = earnedBy(first, signals, plans, seed, markets.eventOf);
  const controls = new RandomControls<Plan>(signals.price, controlled, filled[plans.length], job.nDraws, seed).plans();
  const drawn =
    controls.length === 0
      ? []
      : earnedBy(await replay(controls.map(({ strategy }) => strategy)), signals, controls, seed, markets.eventOf);
  const trials = earned.flatMap(({ planned, sharpe }) =>
    planned.variant === 'main' && Number.isFinite(sharpe) ? [sharpe] : [],
  );
  const rowsOfAll = [...earned, ...drawn].map((one): VariantRow => {
    const { kind, variant } = one.planned;
    return { kind, variant, ...deflated(one, trials) };
  });
  const draws = all.map(({ kind }) => rowsOfAll.filter((row) => row.variant === 'random' && row.kind === kind));
  const rows = [
    ...rowsOfAll.filter(({ variant }) => variant !== 'random'),
    ...draws.filter(({ length }) => length > 0).map(meanOfDraws),
  ];
  const results = all.map((opportunities, k): StrategyResult => {
    const { kind, cellNames, nRows } = opportunities;
    const of = (variant: VariantRow['variant']) => rows.find((row) => row.kind === kind && row.variant === variant);
    return {
      kind,
      verdict: verdictOf(of('main')!),
      beatsRandom: of('main')!.returnMean > (of('random')?.returnHigh ?? Number.NEGATIVE_INFINITY),
      nOpportunities: nRows,
      cells: judged[k].edges.map((edge, c) => ({ name: cellNames[c], ...edge })),
      brier: brierOf(opportunities, judged[k].picks, judged[k].probabilities),
      equity: Array.from(first.equity[2 * k]),
    };
  });
  return { rows, results };
}
