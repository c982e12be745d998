/**
 * What strategies look for in the tape: each watcher sees every trade in order of time, knows nothing of what comes after it, and names
 * opportunities, sorted into cells of which each is one assumption about people:
 *
 * - favourite_longshot: outcomes far from even are priced wrongly (Griffith 1949; Thaler & Ziemba 1988); cells of price
 * - recency: people overreact, or underreact, to the last hour (De Bondt & Thaler 1985); cells of the size of a move, with it and against it
 * - whales: who bets much knows more, and so does who was flagged by then; cells of price of either
 */
import { DAY_MS, HOUR_MS } from '../run/clock.ts';

export const STRATEGY_KINDS = ['favourite_longshot', 'recency', 'whales'] as const;
export type StrategyKind = (typeof STRATEGY_KINDS)[number];

/** Forecasters that are asked about open markets; what they have said is recorded, and can be tested. */
export const RECORDED_KINDS = ['llm', 'weather'] as const;
export type RecordedKind = (typeof RECORDED_KINDS)[number];
export type TestedKind = StrategyKind | RecordedKind;

/** One trade of the tape, both outcomes as one price. */
export interface SeenTrade {
  readonly tsMs: number;
  /** Number of the market. */
  readonly market: number;
  /** USD per share of outcome 0. */
  readonly price0: number;
  /** The outcome that the taker bought, or its counterpart where the taker sold. */
  readonly bought: 0 | 1;
  readonly amountUsd: number;
  /** Whether the taker's wallet had red flags by then. */
  readonly isFlagged: boolean;
}

/** Takes an opportunity: in this cell, at this trade's time and price, this outcome could be bought. */
type Emit = (cell: number, outcome: 0 | 1) => void;

export interface Watcher {
  readonly cellNames: readonly string[];
  see(trade: SeenTrade, emit: Emit): void;
}

const CENTS = 100;
const cents = (price: number): number => Math.round(CENTS * price);

/** Numbers of markets in typed arrays that grow. */
class PerMarket {
  private values: Float64Array;

  constructor(private readonly initial: number) {
    this.values = new Float64Array(1024).fill(initial);
  }

  get(market: number): number {
    return market < this.values.length ? this.values[market] : this.initial;
  }

  set(market: number, value: number): void {
    if (market >= this.values.length) {
      const grown = new Float64Array(2 * (market + 1)).fill(this.initial);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[market] = value;
  }
}

const PRICE_CELLS = 20;
const priceCell = (price: number): number => Math.min(PRICE_CELLS - 1, Math.floor(price * PRICE_CELLS + 1e-9));
const priceNames = Array.from(
  { length: PRICE_CELLS },
  (_, i) => `${cents(i / PRICE_CELLS)} to ${cents((i + 1) / PRICE_CELLS)} ¢`,
);

/** The first trade of a market in each cell of price says that both outcomes can be bought at about that price. */
function watchPrices(): Watcher {
  const seen = new PerMarket(0);
  return {
    cellNames: priceNames,
    see({ market, price0 }, emit) {
      const cell = priceCell(price0);
      const bits = seen.get(market);
      if (Math.floor(bits / 2 ** cell) % 2 === 1) return;
      seen.set(market, bits + 2 ** cell);
      emit(cell, 0);
      emit(priceCell(1 - price0), 1);
    },
  };
}

/** Sizes of a move within about an hour, USD a share. */
const MOVES = [0.05, 0.1, 0.2];
/** An hour that a market did not trade in is bridged for so long. */
const STALE_HOURS = 6;

/** The first trade of an hour that lies far from the last price of an hour before. */
function watchMoves(): Watcher {
  const [hourOf, lastPrice, anchorHour, anchorPrice, emittedHour] = Array.from(
    { length: 5 },
    () => new PerMarket(Number.NaN),
  );
  const sizes = MOVES.map(
    (from, i) => `${cents(from)}${i + 1 < MOVES.length ? ` to ${cents(MOVES[i + 1])}` : ' and more'} ¢`,
  );
  return {
    cellNames: [...sizes.map((size) => `with a move of ${size}`), ...sizes.map((size) => `against a move of ${size}`)],
    see({ tsMs, market, price0 }, emit) {
      const hour = Math.floor(tsMs / HOUR_MS);
      if (hourOf.get(market) !== hour) {
        anchorHour.set(market, hourOf.get(market));
        anchorPrice.set(market, lastPrice.get(market));
        hourOf.set(market, hour);
      }
      lastPrice.set(market, price0);
      const move = price0 - anchorPrice.get(market);
      const size = MOVES.findLastIndex((from) => Math.abs(move) >= from - 1e-9);
      if (size < 0 || hour - anchorHour.get(market) > STALE_HOURS || emittedHour.get(market) === hour) return;
      emittedHour.set(market, hour);
      emit(size, move > 0 ? 0 : 1);
      emit(MOVES.length + size, move > 0 ? 1 : 0);
    },
  };
}

/** Share of the trades of all earlier days that are larger. */
const WHALE_SHARE = 0.01;
/** Without so many trades on earlier days nobody is large. */
const N_EARLIER_MIN = 1000;
/** Amounts are counted in steps of 2^(1/8), from a cent on. */
const STEPS_PER_OCTAVE = 8;
const N_STEPS = 400;

/** Amounts of all days that have ended, and from when on one is large. */
class EarlierAmounts {
  private readonly counts = new Float64Array(N_STEPS);
  private readonly today = new Float64Array(N_STEPS);
  private day = Number.NEGATIVE_INFINITY;
  private thresholdStep = Number.POSITIVE_INFINITY;

  /** Whether an amount is large beside those of earlier days; counts it for the days to come. */
  isLarge(tsMs: number, amountUsd: number): boolean {
    const day = Math.floor(tsMs / DAY_MS);
    if (day !== this.day) this.endDay(day);
    const step = Math.max(0, Math.min(N_STEPS - 1, Math.floor(STEPS_PER_OCTAVE * Math.log2(CENTS * amountUsd + 1))));
    this.today[step]++;
    return step >= this.thresholdStep;
  }

  private endDay(next: number): void {
    for (let i = 0; i < N_STEPS; i++) this.counts[i] += this.today[i];
    this.today.fill(0);
    this.day = next;
    const n = this.counts.reduce((sum, count) => sum + count, 0);
    if (n < N_EARLIER_MIN) return;
    let above = 0;
    let step = N_STEPS;
    while (step > 0 && above + this.counts[step - 1] <= WHALE_SHARE * n) above += this.counts[--step];
    this.thresholdStep = step;
  }
}

const WHALE_CELLS = 5;
const whaleNames = Array.from({ length: WHALE_CELLS }, (_, i) => `${20 * i} to ${20 * (i + 1)} ¢`);

/** The first trade of a day in each outcome of a market by a flagged wallet, and the first large one of others. */
function watchWhales(): Watcher {
  const amounts = new EarlierAmounts();
  const lastDays = Array.from({ length: 4 }, () => new PerMarket(Number.NaN));
  return {
    cellNames: [...whaleNames, ...whaleNames.map((name) => `${name}, by a flagged wallet`)],
    see({ tsMs, market, price0, bought, amountUsd, isFlagged }, emit) {
      // Counted for the days to come, whoever it was.
      const isLarge = amounts.isLarge(tsMs, amountUsd);
      if (!isLarge && !isFlagged) return;
      const day = Math.floor(tsMs / DAY_MS);
      const lastDay = lastDays[bought + (isFlagged ? 2 : 0)];
      if (lastDay.get(market) === day) return;
      lastDay.set(market, day);
      const cell = Math.floor(priceCell(bought === 0 ? price0 : 1 - price0) / (PRICE_CELLS / WHALE_CELLS));
      emit(cell + (isFlagged ? WHALE_CELLS : 0), bought);
    },
  };
}

/** A watcher that has seen nothing yet. */
export function createWatcher(kind: StrategyKind): Watcher {
  const makers = { favourite_longshot: watchPrices, recency: watchMoves, whales: watchWhales };
  return makers[kind]();
}
