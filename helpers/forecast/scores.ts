/** How good forecasts were beside the market's own price, on the same questions: Brier and log score, with intervals over whole events. */
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { clusteredSums } from '../evaluate/clustered.ts';
import type { Answered } from './answered.ts';
import { FORECASTERS } from './forecaster.ts';

export interface ScoreRow {
  readonly name: string;
  readonly n: number;
  readonly nEvents: number;
  readonly brier: number;
  readonly marketBrier: number;
  /** Brier − that of the market: below 0 is better than the market. */
  readonly difference: BootstrapInterval;
  readonly logLoss: number;
  readonly marketLogLoss: number;
  readonly verdict: 'better than the market' | 'worse than the market' | 'not to be told from the market';
}

/** Intervals over fewer events promise more than they hold (Cameron, Gelbach & Miller 2008). */
const N_EVENTS_MIN = 10;
const P_MIN = 1e-6;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Log loss of one forecast, nats; a certain mistake is not infinite. */
export function logLossOf(p: number, outcome: number): number {
  return -Math.log(Math.max(P_MIN, outcome === 1 ? p : 1 - p));
}

function scoreOf(
  name: string,
  answered: readonly Answered[],
  probabilityOf: (one: Answered) => number | null,
  seed: number,
): ScoreRow | null {
  const rows = answered.flatMap((one) => {
    const p = one.payout === 0 || one.payout === 1 ? probabilityOf(one) : null;
    return p === null ? [] : [{ p, market: one.marketP, outcome: one.payout, event: one.event }];
  });
  if (rows.length === 0) return null;
  const own = rows.map(({ p, outcome }) => (p - outcome) ** 2);
  const theirs = rows.map(({ market, outcome }) => (market - outcome) ** 2);
  const ones = rows.map(() => 1);
  const difference = clusteredSums([own.map((value, i) => value - theirs[i]), ones], ([sum, n]) => sum / n, {
    groups: rows.map(({ event }) => event),
    seed,
  });
  const nEvents = new Set(rows.map(({ event }) => event)).size;
  const isKnown = nEvents >= N_EVENTS_MIN;
  return {
    name,
    n: rows.length,
    nEvents,
    brier: mean(own),
    marketBrier: mean(theirs),
    difference,
    logLoss: mean(rows.map(({ p, outcome }) => logLossOf(p, outcome))),
    marketLogLoss: mean(rows.map(({ market, outcome }) => logLossOf(market, outcome))),
    verdict:
      isKnown && difference.high < 0
        ? 'better than the market'
        : isKnown && difference.low > 0
          ? 'worse than the market'
          : 'not to be told from the market',
  };
}

/** Each forecaster where it spoke, then the pool, the calibrated pool and the blend; those without a resolved question are absent. */
export function scoreForecasts(answered: readonly Answered[], seed: number): ScoreRow[] {
  const asked: readonly (readonly [string, (one: Answered) => number | null])[] = [
    ...FORECASTERS.map((kind) => [kind, (one: Answered) => one.told.get(kind)?.p ?? null] as const),
    ['pool', ({ pooled }) => pooled.p],
    ['calibrated', ({ calibrated }) => calibrated],
    ['blend', ({ final }) => final],
  ];
  return asked.flatMap(([name, probabilityOf]) => scoreOf(name, answered, probabilityOf, seed) ?? []);
}
