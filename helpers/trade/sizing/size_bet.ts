/**
 * From a probability to an order: q is shrunk towards the market, the better side is taken, and a part of its Kelly fraction is
 * bought, as many contracts as that pays for with the fee.
 */
import { check, checkProbabilities } from '../../evaluate/checks.ts';
import { logOddsPool } from '../../evaluate/log_odds.ts';
import { OrderFees, tradeFeeMicros } from '../fees/fill_fee.ts';
import type { CostTerms } from '../fees/order_cost.ts';
import { MICROS_PER_USD, notionalMicros, priceOfSide } from '../money.ts';
import type { Quote, Side } from '../types.ts';
import { kellyFraction } from './kelly.ts';

export interface SizingRules {
  /** Share of the Kelly fraction that is spent. */
  readonly kellyShare: number;
  /** Weight of the market's log-odds against ours, 0 to 1. */
  readonly marketWeight: number;
  /** Least gain that is expected of a contract after fees, in points of probability (.05 is 5 cents). */
  readonly edgeMin: number;
  /** Orders are multiples of this. */
  readonly countStepHundredths: number;
}

/** Where the market is as good a forecaster as it is in the literature (two thirds), and a quarter of Kelly (002). */
export const SIZING_RULES: SizingRules = {
  kellyShare: 0.25,
  marketWeight: 0.67,
  edgeMin: 0.05,
  countStepHundredths: 100,
};

/**
 * q moved towards the market in log-odds.
 * @param marketWeight 0 leaves q as it is, 1 is the market
 */
export function shrinkToMarket(q: number, marketP: number, marketWeight: number): number {
  checkProbabilities([q, marketP, marketWeight], 'q, market and weight');
  return marketWeight === 0 ? q : logOddsPool([q, marketP], [1 - marketWeight, marketWeight]);
}

/** The market's probability: the middle of bid and ask, where an empty side stands at the end of the scale. */
export function midOf({ bidMicros, askMicros }: Quote): number {
  return ((bidMicros ?? 0) + (askMicros ?? MICROS_PER_USD)) / 2 / MICROS_PER_USD;
}

/** A side that could be bought now. */
export interface SideBet {
  readonly side: Side;
  readonly priceMicros: number;
  /** Probability that it pays, after shrinking. */
  readonly q: number;
  /** Price and taker's fee of a contract. */
  readonly costMicros: number;
  /** q − cost, in points of probability. */
  readonly edge: number;
  readonly kelly: number;
}

/** Both sides of a market that somebody offers, the one with the higher edge first. */
export function sideBets(
  q: number,
  quote: Quote,
  { fees }: CostTerms,
  { marketWeight }: Pick<SizingRules, 'marketWeight'>,
): SideBet[] {
  const shrunk = shrinkToMarket(q, midOf(quote), marketWeight);
  const offers: readonly (readonly [Side, number | null, number])[] = [
    ['yes', quote.askMicros, shrunk],
    ['no', quote.bidMicros, 1 - shrunk],
  ];
  return offers
    .flatMap(([side, yesPriceMicros, p]) => {
      if (yesPriceMicros === null) return [];
      const priceMicros = priceOfSide(side, yesPriceMicros);
      const costMicros = priceMicros + tradeFeeMicros(fees, true, priceMicros, 100);
      const cost = costMicros / MICROS_PER_USD;
      return [{ side, priceMicros, q: p, costMicros, edge: p - cost, kelly: cost < 1 ? kellyFraction(p, cost) : 0 }];
    })
    .sort((a, b) => b.edge - a.edge);
}

export interface SizedBet extends SideBet {
  /** 0 where nothing is bought. */
  readonly countHundredths: number;
  /** One sentence: why this much, or why nothing. */
  readonly why: string;
}

const points = (edge: number): string => `${(100 * edge).toFixed(1)} points`;

/** Gain that is expected of a contract where one fill takes the whole order: a fee that is rounded up weighs more on a small one. */
export function edgeOf({ q, priceMicros }: SideBet, terms: CostTerms, countHundredths: number): number {
  return q - (100 * oneFillMicros(terms, priceMicros, countHundredths)) / countHundredths / MICROS_PER_USD;
}

/** What one fill of an order costs, fees included. */
function oneFillMicros({ fees, precisionMicros }: CostTerms, priceMicros: number, countHundredths: number): number {
  const notional = notionalMicros(priceMicros, countHundredths);
  const fee = tradeFeeMicros(fees, true, priceMicros, countHundredths);
  return notional + new OrderFees(precisionMicros).charge(-notional, fee).netMicros;
}

/**
 * How many contracts of the better side to buy at the price that it is offered at; null where nobody offers either.
 * @param q our probability of YES, not shrunk yet
 * @param bankrollMicros what fractions are of
 * @param fraction of the bankroll by Kelly's rule, where other bets are made besides; default: that of this bet alone
 */
export function sizeBet(
  q: number,
  quote: Quote,
  terms: CostTerms,
  bankrollMicros: number,
  rules: SizingRules,
  fraction?: number,
): SizedBet | null {
  check(bankrollMicros >= 0, `a bankroll is at least 0, got ${bankrollMicros}`);
  const [bet] = sideBets(q, quote, terms, rules);
  if (bet === undefined) return null;
  const none = (why: string): SizedBet => ({ ...bet, countHundredths: 0, why });
  if (bet.edge < rules.edgeMin)
    return none(
      `the better side (${bet.side}) has ${points(bet.edge)} after fees, ${points(rules.edgeMin)} are asked for`,
    );
  const spendMicros = rules.kellyShare * (fraction ?? bet.kelly) * bankrollMicros;
  const step = rules.countStepHundredths;
  const countHundredths = Math.floor((spendMicros * 100) / bet.costMicros / step) * step;
  if (countHundredths === 0) return none('the bankroll is too small for the smallest order');
  const edge = edgeOf(bet, terms, countHundredths);
  if (edge < rules.edgeMin) return none(`rounding of the fee leaves ${points(edge)} of ${points(bet.edge)}`);
  return { ...bet, countHundredths, why: `${points(bet.edge)} after fees at a probability of ${bet.q.toFixed(3)}` };
}
