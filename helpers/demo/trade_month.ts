/**
 * The month of `npm run demo:trade`: events that open and close, each market with what it is truly worth, makers who are wrong about that, and
 * language models that are wrong too, but less. Nobody says that real makers are so wrong or real models so right.
 */
import type { MarketSpec } from '../doubles/kalshi_exchange/orders.ts';
import type { LlmAsked, LlmBehaviour } from '../doubles/llm.ts';
import { createRandom } from '../kernels/random.ts';
import { DAY_MS, HOUR_MS } from '../run/clock.ts';

/** Standard deviations of what makers and models are wrong by, in points of probability. */
const MAKERS_WRONG = 0.2;
const MODELS_WRONG = 0.05;
const EVENTS_PER_DAY = 2;
const CATEGORIES = ['Economics', 'Politics', 'Climate and Weather', 'Science'];
const TICK = 10_000;
/** Of so many events one has three markets of which one alone comes true. */
const EXCLUSIVE_EVERY = 4;
const MICROS = 1_000_000;

interface Truth {
  /** What YES is truly worth, and what makers begin with. */
  readonly worth: number;
  readonly makers: number;
  readonly told: number;
  /** What it pays, micro-dollars. */
  readonly payout: number;
}

export interface TradeMonth {
  readonly markets: readonly MarketSpec[];
  readonly truth: ReadonlyMap<string, Truth>;
}

const bounded = (p: number): number => Math.min(0.92, Math.max(0.08, p));

/** @param startMs when the first day begins, a midnight UTC */
export function tradeMonth(seed: number, startMs: number, nDays: number): TradeMonth {
  const random = createRandom(seed).fork(1);
  const markets: MarketSpec[] = [];
  const truth = new Map<string, Truth>();
  for (let n = 0; n < nDays * EVENTS_PER_DAY; n++) {
    const isExclusive = n % EXCLUSIVE_EVERY === 0;
    const category = CATEGORIES[n % CATEGORIES.length];
    const series = `KXDEMO${n % CATEGORIES.length}`;
    const openMs = startMs + Math.floor(n / EVENTS_PER_DAY) * DAY_MS;
    const closeMs = openMs + (3 + random.integer(5)) * DAY_MS + random.integer(12) * HOUR_MS;
    const raw = Array.from({ length: isExclusive ? 3 : 1 }, () => 0.15 + 0.7 * random.uniform());
    const total = raw.reduce((sum, one) => sum + one, 0.2 + random.uniform());
    const worths = isExclusive ? raw.map((one) => one / total) : raw;
    let draw = random.uniform();
    worths.forEach((worth, i) => {
      const ticker = `${series}-${n}-${i}`;
      const isYes = draw >= 0 && draw < worth;
      draw -= worth;
      truth.set(ticker, {
        worth,
        makers: bounded(worth + MAKERS_WRONG * random.normal()),
        told: bounded(worth + MODELS_WRONG * random.normal()),
        payout: isYes ? MICROS : 0,
      });
      markets.push({
        ticker,
        eventTicker: `${series}-${n}`,
        series,
        category,
        isExclusive,
        shard: 0,
        feeType: 'quadratic',
        tick: TICK,
        openMs,
        closeMs,
        title: `Does ${ticker} come true?`,
        rules: `${ticker} is YES if the demo says so.`,
      });
    });
  }
  return { markets, truth };
}

/** What a model answers: it finds the market by its rules, as a reader would, and is wrong by a little, each time differently. */
export function answerOf({ truth }: TradeMonth, seed: number): (asked: LlmAsked, n: number) => LlmBehaviour {
  const random = createRandom(seed).fork(2);
  return ({ user }) => {
    const ticker = /Does (\S+) come true/.exec(user)?.[1] ?? '';
    const told = truth.get(ticker)?.told ?? 0.5;
    const draw = random.uniform();
    if (draw < 0.02) return { kind: 'refuse' };
    if (draw < 0.04) return { kind: 'text', text: 'I would buy everything now.' };
    return { kind: 'answer', p: bounded(told + 0.02 * random.normal()) };
  };
}
