/**
 * Questions in order of time through the whole chain: forecasters, pool, calibration, blend with the market. Weights, calibration and the
 * market's weight are learned from questions whose results were known by then, and nothing else.
 */
import { logistic, logit, logOddsPool } from '../evaluate/log_odds.ts';
import { EventQueue } from '../kernels/event_queue.ts';
import { HOUR_MS } from '../run/clock.ts';
import type { Answered, Question } from './answered.ts';
import { type Calibration, calibrate, fitCalibration, fitMarketWeight } from './calibration.ts';
import type { Estimate, Forecast } from './forecast.ts';
import { FORECASTERS, type ForecasterName } from './forecaster.ts';
import { poolForecasts, weightsOf } from './pool.ts';
import { logLossOf } from './scores.ts';

/** A forecast counts for later questions about its market so long. */
const FRESH_MS = 24 * HOUR_MS;
/** Fits are made anew when so many times as many results are known. */
const REFIT_GROWTH = 1.2;

export interface TrackRecord {
  /** Questions that at least one forecaster answered, by time. */
  readonly answered: readonly Answered[];
  /** How often each forecaster abstained and why. */
  readonly abstentions: ReadonlyMap<string, number>;
  readonly calibration: Calibration;
  readonly marketWeight: number;
  readonly weights: ReadonlyMap<ForecasterName, number>;
}

/** What has been learned from results, at any time. */
class Learned {
  /** Log loss beyond that of the market. */
  private readonly excess = new Map<ForecasterName, { sum: number; n: number }>();
  private readonly ours: number[] = [];
  private readonly market: number[] = [];
  private readonly outcomes: number[] = [];
  private nFitted = 0;
  calibration: Calibration = fitCalibration([], []);
  marketWeight = fitMarketWeight([], [], []);

  /** @param answered with a result of 0 or 1 */
  add({ told, pooled, marketP, payout }: Answered): void {
    for (const [kind, { p }] of told) {
      const excess = logLossOf(p, payout) - logLossOf(marketP, payout);
      const { sum, n } = this.excess.get(kind) ?? { sum: 0, n: 0 };
      this.excess.set(kind, { sum: sum + excess, n: n + 1 });
    }
    this.ours.push(pooled.p);
    this.market.push(marketP);
    this.outcomes.push(payout);
  }

  /** Fits anew when there is enough that is new. */
  refit(): void {
    if (this.outcomes.length < REFIT_GROWTH * this.nFitted + 1) return;
    this.nFitted = this.outcomes.length;
    this.calibration = fitCalibration(this.ours, this.outcomes);
    const calibrated = this.ours.map((p) => calibrate(this.calibration, p));
    this.marketWeight = fitMarketWeight(calibrated, this.market, this.outcomes);
  }

  weights(): number[] {
    return weightsOf(
      FORECASTERS.map((kind) => {
        const { sum, n } = this.excess.get(kind) ?? { sum: 0, n: 0 };
        return { excessLoss: n === 0 ? 0 : sum / n, n };
      }),
    );
  }
}

/** @param questions of all forecasters, in any order */
export function trackRecord(questions: readonly Question[]): TrackRecord {
  const ordered = [...questions].sort((a, b) => a.tsMs - b.tsMs);
  const latest = new Map<number, Map<ForecasterName, { readonly forecast: Forecast; readonly tsMs: number }>>();
  const abstentions = new Map<string, number>();
  const answered: Answered[] = [];
  const results = new EventQueue();
  const learned = new Learned();
  for (const { kind, forecast, ...question } of ordered) {
    const { tsMs, market, marketP, payout, knownMs } = question;
    while (results.nextTime() < tsMs) learned.add(answered[results.pop()]);
    learned.refit();
    const ofMarket = latest.get(market) ?? new Map();
    latest.set(market, ofMarket.set(kind, { forecast, tsMs }));
    if (forecast.kind === 'abstain') {
      const key = `${kind}: ${forecast.why}`;
      abstentions.set(key, (abstentions.get(key) ?? 0) + 1);
      continue;
    }
    const told = new Map<ForecasterName, Estimate>();
    for (const [one, { forecast: earlier, tsMs: toldMs }] of ofMarket)
      if (earlier.kind === 'estimate' && tsMs - toldMs <= FRESH_MS) told.set(one, earlier);
    const weights = learned.weights().filter((_, k) => told.has(FORECASTERS[k]));
    const pooled = poolForecasts(
      FORECASTERS.flatMap((one) => told.get(one) ?? []),
      weights,
    ) as Estimate;
    const calibrated = calibrate(learned.calibration, pooled.p);
    const final = logOddsPool([calibrated, marketP], [1 - learned.marketWeight, learned.marketWeight]);
    answered.push({ ...question, told, pooled, calibrated, final });
    if (Number.isFinite(knownMs) && (payout === 0 || payout === 1))
      results.push(Math.max(knownMs, tsMs), answered.length - 1);
  }
  while (Number.isFinite(results.nextTime())) learned.add(answered[results.pop()]);
  learned.refit();
  const weights = new Map(learned.weights().map((weight, k) => [FORECASTERS[k], weight]));
  const { calibration, marketWeight } = learned;
  return { answered, abstentions, calibration, marketWeight, weights };
}

/** The middle 95 % of a forecast by its spread in log-odds; all of 0..1 where it has none. */
export function intervalOf({ p, spread }: Estimate): { readonly low: number; readonly high: number } {
  if (Number.isNaN(spread)) return { low: 0, high: 1 };
  const at = (z: number): number => logistic(logit(p) + z * spread);
  return { low: at(-1.96), high: at(1.96) };
}
