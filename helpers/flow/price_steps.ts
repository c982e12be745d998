/** The last price of each half hour of the last seven days: what returns are measured from. */
import { DAY_MS, MINUTE_MS } from '../run/clock.ts';

const PRICE_STEP_MS = 30 * MINUTE_MS;
const N_PRICE_STEPS = (7 * DAY_MS) / PRICE_STEP_MS;

export class PriceSteps {
  private readonly prices = new Float32Array(N_PRICE_STEPS).fill(Number.NaN);
  private step = Number.NEGATIVE_INFINITY;

  /** @param price of outcome 0 */
  add(tsMs: number, price: number): void {
    const step = Math.floor(tsMs / PRICE_STEP_MS);
    for (let i = Math.max(this.step + 1, step - N_PRICE_STEPS + 1); i <= step; i++)
      this.prices[i % N_PRICE_STEPS] = Number.NaN;
    this.step = Math.max(this.step, step);
    this.prices[this.step % N_PRICE_STEPS] = price;
  }

  /** The step that goes on, and the prices of all steps as they lie; NaN where nothing was traded. */
  state(): Float64Array {
    return Float64Array.of(this.step, ...this.prices);
  }

  /** Goes on from where another stood. */
  restore(state: Float64Array): void {
    this.step = state[0];
    this.prices.set(state.subarray(1, N_PRICE_STEPS + 1));
  }

  /** Changes from step to step up to the one before `tsMs`, oldest first; 0 where nothing was traded. */
  returns(tsMs: number): Float64Array {
    const last = Math.floor(tsMs / PRICE_STEP_MS);
    const found = new Float64Array(N_PRICE_STEPS - 1);
    let before = Number.NaN;
    for (let k = 0; k < N_PRICE_STEPS; k++) {
      const step = last - N_PRICE_STEPS + k;
      const isKept = step > this.step - N_PRICE_STEPS && step <= this.step;
      const price = isKept ? this.prices[((step % N_PRICE_STEPS) + N_PRICE_STEPS) % N_PRICE_STEPS] : Number.NaN;
      if (Number.isNaN(price)) continue;
      if (k > 0 && !Number.isNaN(before)) found[k - 1] = price - before;
      before = price;
    }
    return found;
  }
}
