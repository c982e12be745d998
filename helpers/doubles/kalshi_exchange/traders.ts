/**
 * The other traders of the exchange double: makers quote around a value that wanders, takers come at random. What they draw depends on the
 * seed and the time alone, never on the book, so that two runs meet the same orders whatever the member does.
 */
import type { Random } from '../../kernels/random.ts';
import type { KalshiExchange } from './exchange.ts';
import { CONTRACT, MICROS } from './wire.ts';

export interface TradersOptions {
  readonly random: Random;
  /** Between two looks of the traders, ms. */
  readonly stepMs: number;
  /** Standard deviation of a step of the value, ticks; default .3. */
  readonly wanderTicks?: number;
  /** Probability that a taker comes in a step, per market; default .2. */
  readonly takers?: number;
  /** What YES of a market is worth to them at first, 0 to 1; default: drawn between .2 and .8. */
  readonly startsAt?: (ticker: string) => number;
}

/** How far from the value makers quote, ticks. */
const SPREAD_TICKS = 8;
/** How long their quotes stay, steps. */
const STAY_STEPS = 20;

export class OtherTraders {
  private readonly values = new Map<string, { value: number; readonly random: Random }>();
  private nextMs: number;

  constructor(
    private readonly exchange: KalshiExchange,
    private readonly options: TradersOptions,
  ) {
    let key = 0;
    for (const ticker of exchange.markets.keys()) {
      const random = options.random.fork(++key);
      const drawn = 0.2 + 0.6 * random.uniform();
      this.values.set(ticker, { value: (options.startsAt?.(ticker) ?? drawn) * MICROS, random });
    }
    this.nextMs = exchange.nowMs;
  }

  /** What YES is worth to them, micro-dollars. */
  valueOf(ticker: string): number {
    return this.values.get(ticker)?.value ?? Number.NaN;
  }

  /** Lets the exchange's time pass, and the traders act at each of their steps in it. */
  advanceTo(ms: number): void {
    for (; this.nextMs <= ms; this.nextMs += this.options.stepMs) {
      this.exchange.advanceTo(this.nextMs);
      for (const ticker of this.values.keys()) this.act(ticker);
    }
    this.exchange.advanceTo(ms);
  }

  private act(ticker: string): void {
    const { wanderTicks = 0.3, takers = 0.2, stepMs } = this.options;
    const state = this.values.get(ticker);
    if (state === undefined) return;
    const { random } = state;
    const { tick, status } = this.exchange.market(ticker);
    if (status !== 'active') return;
    const bounded = (price: number): number => Math.min(MICROS - tick, Math.max(tick, Math.round(price / tick) * tick));
    state.value =
      Math.min(0.95, Math.max(0.05, (state.value + random.normal() * wanderTicks * tick) / MICROS)) * MICROS;
    const size = (): number => CONTRACT * (1 + Math.floor(10 * random.uniform() ** 3)) + random.integer(CONTRACT);
    for (const side of ['bid', 'ask'] as const) {
      const away = (1 + random.uniform() ** 2 * SPREAD_TICKS) * tick;
      const price = bounded(state.value + (side === 'bid' ? -away : away));
      const expiresMs = this.exchange.nowMs + stepMs * (1 + random.integer(STAY_STEPS));
      this.exchange.other({ ticker, side, price, count: 3 * size(), expiresMs });
    }
    const [draw, isBuyer, count] = [random.uniform(), random.uniform() < 0.5, 2 * size()];
    if (draw >= takers) return;
    const side = isBuyer ? 'bid' : 'ask';
    const price = bounded(state.value + (isBuyer ? 1 : -1) * SPREAD_TICKS * tick);
    this.exchange.other({ ticker, side, price, count, expiresMs: null });
  }
}
