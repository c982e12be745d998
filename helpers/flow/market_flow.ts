/** What the flow monitor keeps of a market: costs of 24 hours, trades of the last minute and hour, prices of the last days. */
import { SortedWindow } from '../kernels/sorted_window.ts';
import { StepSum } from '../kernels/step_sum.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../run/clock.ts';
import type { FlowFacts } from './flow_score.ts';
import { PriceSteps } from './price_steps.ts';

/** Of a busy market the last so many trades of the 24 hours. */
const N_TRADES_MAX = 2048;
/** The last minute leaves in steps of so much. */
const SHORT_STEP_MS = 5 * SECOND_MS;
const N_PARTS = 4;

export class MarketFlow {
  lastMs = Number.NEGATIVE_INFINITY;
  readonly prices = new PriceSteps();
  private readonly costs = new SortedWindow(DAY_MS, N_TRADES_MAX);
  private readonly minute = new StepSum(SHORT_STEP_MS, MINUTE_MS / SHORT_STEP_MS);
  private readonly hour = new StepSum(MINUTE_MS, 60);

  /** What is known just before a trade. */
  facts(tsMs: number, costUsd: number, closeMs: number | null): FlowFacts {
    this.costs.expire(tsMs);
    return {
      costUsd,
      n24h: this.costs.n,
      medianUsd: this.costs.median(),
      madUsd: this.costs.mad(),
      n1m: this.minute.at(tsMs),
      n60m: this.hour.at(tsMs),
      msToClose: closeMs === null ? null : closeMs - tsMs,
    };
  }

  /** @param price0 of outcome 0, whichever side was taken */
  add(tsMs: number, costUsd: number, price0: number): void {
    this.costs.add(tsMs, costUsd);
    this.minute.add(tsMs, 1);
    this.hour.add(tsMs, 1);
    this.prices.add(tsMs, price0);
    this.lastMs = Math.max(this.lastMs, tsMs);
  }

  /** All of it as numbers: the lengths of its parts, then the parts. */
  numbers(): Float64Array {
    const parts = [this.minute.state(), this.hour.state(), this.prices.state(), this.costs.entries()];
    return Float64Array.from([...parts.map(({ length }) => length), ...parts.flatMap((part) => [...part])]);
  }

  /** The flow that `numbers` were taken of. */
  static restored(lastMs: number, numbers: Float64Array): MarketFlow {
    const flow = new MarketFlow();
    flow.lastMs = lastMs;
    let at = N_PARTS;
    const [minute, hour, prices, costs] = Array.from(numbers.subarray(0, N_PARTS), (length) => {
      at += length;
      return numbers.subarray(at - length, at);
    });
    flow.minute.restore(minute);
    flow.hour.restore(hour);
    flow.prices.restore(prices);
    for (let i = 0; i < costs.length; i += 2) flow.costs.add(costs[i], costs[i + 1]);
    return flow;
  }
}
