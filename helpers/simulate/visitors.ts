/**
 * Those who come by: most wallets of the whole market trade in one market, half of them a single time. Each has a day of
 * arrival, drawn by how busy the venue is, and a number of fills; what it does next is decided when it does it.
 */
import { bisectRight } from 'd3-array';
import type { Random } from '../kernels/random.ts';
import type { PlannedAction } from './agenda.ts';
import { MODEL } from './model.ts';
import type { SimulateOptions } from './options.ts';
import { INSIDER, type Population } from './population.ts';
import { drawVisits, visitsMax } from './visit_counts.ts';

const DAY_S = 86_400;
/** A visitor that comes back does so before that share of the market's time left is over. */
const RETURN_SHARE_MAX = 0.8;
const BURST_GAP_MAX_S = 50;

/** Plans the visits of all wallets past the active ones; equal seeds give equal plans. */
export class Visitors {
  /** Visitors in order of their day; those of day d begin at dayStarts[d]. */
  private readonly byDay: Int32Array;
  private readonly dayStarts: Int32Array;
  /** Fills still to come, by wallet past the active ones. */
  private readonly nLeft: Uint8Array;
  private readonly isHasty: Uint8Array;

  /** @param activityBefore the venue's activity before each day (days + 1 values, rising) */
  constructor(
    private readonly random: Random,
    private readonly population: Population,
    options: SimulateOptions,
    activityBefore: Float64Array,
  ) {
    const { n, nActive, types } = population;
    const days = new Int16Array(n - nActive).fill(-1);
    this.nLeft = new Uint8Array(n - nActive);
    this.isHasty = new Uint8Array(n - nActive);
    this.dayStarts = new Int32Array(options.nDays + 1);
    // A run with more wallets than its rows can show leaves the last ones out.
    let nOrdersLeft = visitsMax(options);
    for (let k = 0; k < days.length && nOrdersLeft >= 1; k++) {
      if (types[nActive + k] === INSIDER) continue;
      this.nLeft[k] = drawVisits(random);
      this.isHasty[k] = random.uniform() < MODEL.visitors.burstShare ? 1 : 0;
      days[k] = dayOf(activityBefore, random.uniform());
      nOrdersLeft -= this.nLeft[k];
      this.dayStarts[days[k] + 1]++;
    }
    for (let d = 0; d < options.nDays; d++) this.dayStarts[d + 1] += this.dayStarts[d];
    this.byDay = new Int32Array(this.dayStarts[options.nDays]);
    const next = this.dayStarts.slice();
    days.forEach((day, k) => {
      if (day >= 0) this.byDay[next[day]++] = nActive + k;
    });
  }

  /** The first visits of those who arrive on the day that begins at `dayS`, in any market. */
  *arrivals(day: number, dayS: number): Generator<PlannedAction> {
    for (let i = this.dayStarts[day]; i < this.dayStarts[day + 1]; i++) {
      const wallet = this.byDay[i];
      const timeS = dayS + Math.floor(DAY_S * this.random.uniform());
      yield { timeS, kind: 'visit', actor: wallet, target: -1, outcome: 0, isBuy: true, usd: this.drawUsd(wallet) };
    }
  }

  /**
   * What the wallet does after a fill in the market, or null when that was all.
   * @param closesS when the market closes
   * @param heldShares hundredths of a share of the outcome that it holds
   */
  next(
    done: PlannedAction,
    market: number,
    outcome: number,
    closesS: number,
    heldShares: number,
  ): PlannedAction | null {
    const k = done.actor - this.population.nActive;
    if (this.nLeft[k] <= 1) return null;
    this.nLeft[k]--;
    const { returnMedianS, returnSigma, sellProbability, switchProbability } = MODEL.visitors;
    const gapS =
      this.isHasty[k] === 1
        ? 1 + this.random.integer(BURST_GAP_MAX_S)
        : returnMedianS * Math.exp(returnSigma * this.random.normal());
    const latestS = RETURN_SHARE_MAX * (closesS - done.timeS);
    const waitS = gapS < latestS ? gapS : latestS * this.random.uniform();
    const isBuy = heldShares === 0 || this.isHasty[k] === 1 || this.random.uniform() >= sellProbability;
    const isElsewhere = this.isHasty[k] === 0 && this.random.uniform() < switchProbability;
    const visit = {
      timeS: done.timeS + waitS,
      kind: 'visit',
      actor: done.actor,
      usd: this.drawUsd(done.actor),
    } as const;
    return isElsewhere
      ? { ...visit, target: -1, outcome: 0, isBuy: true }
      : { ...visit, target: market, outcome, isBuy };
  }

  private drawUsd(wallet: number): number {
    const sigma = MODEL.visitors.sizeSigmaWithinWallet;
    return this.population.meanUsd[wallet] * Math.exp(sigma * this.random.normal() - (sigma * sigma) / 2);
  }
}

/** The day on which the share `u` of the period's activity is reached. */
function dayOf(activityBefore: Float64Array, u: number): number {
  const nDays = activityBefore.length - 1;
  return bisectRight(activityBefore, u * activityBefore[nDays], 1, nDays) - 1;
}
