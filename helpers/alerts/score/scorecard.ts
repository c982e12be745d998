/**
 * What became of the alerts: each is followed with the same stake at the next trade, sold after an hour, a day or at settlement, and
 * set beside as many random trades at the same prices. Prices are the null model: what is expensive wins often.
 */
import { type BootstrapInterval, UNDEFINED_INTERVAL } from '../../evaluate/bootstrap.ts';
import { clusteredSums, numberGroups } from '../../evaluate/clustered.ts';
import { createRandom } from '../../kernels/random.ts';
import { PricePool } from '../../replay/controls.ts';
import {
  type ReplayResult,
  type Rules,
  type Signals,
  STATE,
  type Strategy,
  unlimitedMoney,
} from '../../replay/model.ts';
import { ordersByStrategy, signalsOf } from '../../replay/orders.ts';
import { tradeReturns } from '../../replay/performance.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../run/clock.ts';
import type { AlertRecord } from '../record.ts';
import type { DecisionGroup, FollowedDecisions } from './follow.ts';

export interface ScoreSettings {
  /** USD an alert. */
  readonly stakeUsd: number;
  /** From the decision to the order, ms. */
  readonly delayMs: number;
  /** USD per share, paid when buying and when selling. */
  readonly halfSpread: number;
  /** An order that finds no trade for so long is dropped, ms. */
  readonly entryWindowMs: number;
  /** Without a trade for so long after the horizon a position is sold at the last price, ms. */
  readonly staleMs: number;
  /** Random trades for each alert. */
  readonly nDraws: number;
  readonly seed: number;
}

export const SCORE_SETTINGS: ScoreSettings = {
  stakeUsd: 100,
  delayMs: MINUTE_MS,
  halfSpread: 0.005,
  entryWindowMs: HOUR_MS,
  staleMs: 6 * HOUR_MS,
  nDraws: 20,
  seed: 1,
};

const HORIZONS = [
  { name: '1 h', ms: HOUR_MS },
  { name: '24 h', ms: DAY_MS },
  { name: 'settlement', ms: Number.POSITIVE_INFINITY },
] as const;

/** One group of decisions at one horizon. */
export interface GroupScore {
  readonly rule: string;
  readonly verdict: AlertRecord['verdict'];
  readonly horizon: (typeof HORIZONS)[number]['name'];
  readonly nDecisions: number;
  /** Those that found a trade and have ended: at settlement, those whose market has paid. */
  readonly nScored: number;
  readonly nMarkets: number;
  /** Share that gained after costs. */
  readonly winRate: number;
  /** USD per share from the price of the bet to the price at the end, before costs. */
  readonly meanMove: number;
  /** Per USD paid, after fees and spread; intervals over whole markets. */
  readonly meanReturn: BootstrapInterval;
  readonly randomReturn: BootstrapInterval;
  readonly difference: BootstrapInterval;
}

/** Plays strategies against the tape; called once a horizon. */
export type Play = (
  signals: Signals,
  strategies: readonly Strategy[],
  rules: Rules,
) => ReplayResult | Promise<ReplayResult>;

function rulesOf({ halfSpread, entryWindowMs, staleMs }: ScoreSettings, horizonMs: number): Rules {
  return { horizonMs, entryWindowMs, staleMs, halfSpread, minOrderUsd: 0 };
}

function followRows(name: string, picks: Uint32Array, { delayMs, stakeUsd }: ScoreSettings): Strategy {
  return { name, picks, isReversed: false, delayMs, money: unlimitedMoney(stakeUsd) };
}

/** A filled order that has ended: one marked at the end of the data has not. */
function hasEnded({ orders }: ReplayResult, i: number): boolean {
  return orders.state[i] !== STATE.marked;
}

/** Mean of what a share was worth at the end, before the spread, minus what the bet paid. */
function meanMove({ orders }: ReplayResult, { price }: Signals, ended: Uint32Array, halfSpread: number): number {
  const moves = Array.from(ended, (i) => {
    const isSold = orders.state[i] === STATE.sold || orders.state[i] === STATE.stale;
    return orders.proceeds[i] / orders.shares[i] + (isSold ? halfSpread : 0) - price[orders.signal[i]];
  });
  return moves.reduce((sum, move) => sum + move, 0) / moves.length;
}

/** Returns of alerts and of their controls, one row an order, with what is needed to resample whole markets. */
function compare(
  own: { readonly returns: Float64Array; readonly market: Int32Array },
  random: { readonly returns: Float64Array; readonly market: Int32Array },
  seed: number,
): Pick<GroupScore, 'meanReturn' | 'randomReturn' | 'difference'> {
  const nOwn = own.returns.length;
  const n = nOwn + random.returns.length;
  if (nOwn === 0 || n === nOwn)
    return { meanReturn: UNDEFINED_INTERVAL, randomReturn: UNDEFINED_INTERVAL, difference: UNDEFINED_INTERVAL };
  const isOwn = Float64Array.from({ length: n }, (_, i) => (i < nOwn ? 1 : 0));
  const isRandom = isOwn.map((flag) => 1 - flag);
  const returns = Float64Array.from([...own.returns, ...random.returns]);
  const columns = [
    returns.map((value, i) => value * isOwn[i]),
    isOwn,
    returns.map((value, i) => value * isRandom[i]),
    isRandom,
  ];
  const options = { groups: numberGroups([...own.market, ...random.market]), seed };
  const ratio = (a: number, b: number): number => (b > 0 ? a / b : Number.NaN);
  return {
    meanReturn: clusteredSums(columns, ([a, b]) => ratio(a, b), options),
    randomReturn: clusteredSums(columns, ([, , c, d]) => ratio(c, d), options),
    difference: clusteredSums(columns, ([a, b, c, d]) => ratio(a, b) - ratio(c, d), options),
  };
}

/** Random rows at the prices of `filled`: `nDraws` times as many, drawn from what an order can be filled after. */
function drawRandom(pool: PricePool, filled: Uint32Array, { nDraws, seed }: ScoreSettings): Uint32Array[] {
  const random = createRandom(seed);
  return Array.from({ length: nDraws }, () => pool.draw(filled, random));
}

/** One horizon: the decisions are replayed, then their controls. */
async function scoreHorizon(
  { signals, groups }: FollowedDecisions,
  horizon: (typeof HORIZONS)[number],
  play: Play,
  settings: ScoreSettings,
): Promise<GroupScore[]> {
  const rules = rulesOf(settings, horizon.ms);
  const everything = Uint32Array.from({ length: signals.nRows }, (_, row) => row);
  const plans = [
    ...groups.map(({ rule, rows }) => followRows(rule, rows, settings)),
    followRows('all', everything, settings),
  ];
  const result = await play(signals, plans, rules);
  const lists = ordersByStrategy(result.orders, plans.length).map((list) => list.filter((i) => hasEnded(result, i)));
  const pool = new PricePool(signals.price, signalsOf(result.orders, lists[groups.length]));
  const draws = groups.map((_, g) => drawRandom(pool, signalsOf(result.orders, lists[g]), settings));
  const controls = draws.flat().map((rows) => followRows('random', rows, settings));
  if (controls.length === 0) return [];
  const other = await play(signals, controls, rules);
  const otherLists = ordersByStrategy(other.orders, controls.length);
  return groups.map(({ rule, verdict, rows }: DecisionGroup, g) => {
    const mine = otherLists.slice(g * settings.nDraws, (g + 1) * settings.nDraws).flatMap((list) => [...list]);
    const own = tradeReturns(result, signals, lists[g]);
    const random = tradeReturns(
      other,
      signals,
      Uint32Array.from(mine).filter((i) => hasEnded(other, i)),
    );
    return {
      rule,
      verdict,
      horizon: horizon.name,
      nDecisions: rows.length,
      nScored: own.returns.length,
      nMarkets: new Set(own.market).size,
      winRate: own.returns.filter((value) => value > 0).length / own.returns.length,
      meanMove: meanMove(result, signals, lists[g], settings.halfSpread),
      ...compare(own, random, settings.seed),
    };
  });
}

/** Scores by rule and verdict, for each horizon. The same settings give the same figures. */
export async function scoreDecisions(
  followed: FollowedDecisions,
  play: Play,
  settings: ScoreSettings = SCORE_SETTINGS,
): Promise<GroupScore[]> {
  const scores: GroupScore[] = [];
  for (const horizon of HORIZONS) scores.push(...(await scoreHorizon(followed, horizon, play, settings)));
  return scores;
}
