/** What to buy: the edge of each watched market after fees, its size, and what stopped each of the others; and how it becomes an order. Pure. */
import { EXIT_RULES, type Exit, exitOf } from '../trade/exits.ts';
import type { CostTerms } from '../trade/fees/order_cost.ts';
import type { Funnel } from '../trade/funnel.ts';
import { HUNDREDTHS, signedHundredths } from '../trade/money.ts';
import { jointFractions, type PossibleBet } from '../trade/sizing/joint_bets.ts';
import { type SideBet, type SizedBet, type SizingRules, sideBets, sizeBet } from '../trade/sizing/size_bet.ts';
import type { Intent, MarketRef, Quote } from '../trade/types.ts';
import type { KnownForecast } from './forecasts.ts';
import { refOf, type TradedMarket } from './markets.ts';

/** A watched market as it is now. */
export interface Candidate {
  readonly market: TradedMarket;
  readonly terms: CostTerms | null;
  readonly forecast: KnownForecast;
  /** Null while its order book is not known. */
  readonly quote: Quote | null;
  /** Why nothing more may be bought there now: a kind of reason; null where it may. */
  readonly taken: string | null;
}

export interface Wanted {
  readonly market: TradedMarket;
  readonly terms: CostTerms;
  readonly bet: SizedBet;
}

/** A market with an edge after fees, before its size is known. */
interface Edged extends PossibleBet {
  readonly candidate: Candidate;
  readonly p: number;
  readonly quote: Quote;
  readonly terms: CostTerms;
}

/**
 * The bets that are wanted, the largest edge first, sized together; the funnel hears how far each market got.
 * @param bankrollMicros what fractions are of
 */
export function wantedBets(
  candidates: readonly Candidate[],
  bankrollMicros: number,
  rules: SizingRules,
  nowMs: number,
  funnel: Funnel,
): Wanted[] {
  const edged = candidates.flatMap((candidate) => edgedBet(candidate, rules, nowMs, funnel));
  const fractions = jointFractions(edged);
  return edged
    .flatMap(({ candidate: { market }, p, quote, terms }, i): Wanted[] => {
      if (fractions[i] === 0) {
        funnel.stop('sized', 'another bet of its event or series is better');
        return [];
      }
      const bet = sizeBet(p, quote, terms, bankrollMicros, rules, fractions[i]);
      if (bet === null || bet.countHundredths === 0) {
        funnel.stop('sized', 'too little money for the smallest order, or its fee');
        return [];
      }
      funnel.reach('sized');
      return [{ market, terms, bet }];
    })
    .sort((a, b) => b.bet.edge - a.bet.edge || (a.market.ticker < b.market.ticker ? -1 : 1));
}

/** What a market has to offer, or nothing, and the funnel hears why. */
function edgedBet(candidate: Candidate, rules: SizingRules, nowMs: number, funnel: Funnel): Edged[] {
  const { market, terms, forecast, quote, taken } = candidate;
  const stop = (stage: 'watched' | 'forecast' | 'edge', why: string): Edged[] => {
    funnel.stop(stage, why);
    return [];
  };
  if (market.closesMs <= nowMs) return stop('watched', 'closed');
  funnel.reach('watched');
  if (forecast.kind === 'none') return stop('forecast', forecast.why);
  funnel.reach('forecast');
  if (taken !== null) return stop('edge', taken);
  if (terms === null) return stop('edge', 'its fees are not known');
  if (quote === null) return stop('edge', 'its order book is not known');
  const [bet] = sideBets(forecast.p, quote, terms, rules);
  if (bet === undefined) return stop('edge', 'nobody offers either side');
  if (bet.edge < rules.edgeMin) return stop('edge', 'too small after fees');
  if (isGivenUpAtOnce(candidate, forecast.p, quote, bet, nowMs))
    return stop('edge', 'the exit rules would give it up at once');
  funnel.reach('edge');
  const { event, series, isExclusive } = market;
  return [{ candidate, p: forecast.p, quote, terms, event, series, isExclusive, bet }];
}

/** Where bid and ask are far apart, or little time is left, what is bought now would be sold in the next round. */
function isGivenUpAtOnce({ market }: Candidate, p: number, quote: Quote, bet: SideBet, nowMs: number): boolean {
  const position = {
    market: refOf(market),
    yesHundredths: signedHundredths(bet.side, 'buy', HUNDREDTHS),
    costMicros: bet.costMicros,
    realizedMicros: 0,
    feesMicros: 0,
    openedMs: nowMs,
  };
  return exitOf(position, { quote, p, closesMs: market.closesMs, nowMs }, EXIT_RULES) !== null;
}

/** A bet as an order that takes what is offered now. */
export function entryIntent({ market, bet }: Wanted, clientOrderId: string, asOfMs: number): Intent {
  return {
    market: refOf(market),
    side: bet.side,
    action: 'buy',
    clientOrderId,
    limitPriceMicros: bet.priceMicros,
    countHundredths: bet.countHundredths,
    timeInForce: 'ioc',
    isPostOnly: false,
    expiresMs: null,
    strategy: 'forecasts',
    reason: bet.why,
    asOfMs,
  };
}

/** An order to give a position up. */
export function exitIntent(
  market: MarketRef,
  { side, priceMicros, countHundredths, kind, reason }: Exit,
  clientOrderId: string,
  asOfMs: number,
): Intent {
  return {
    market,
    side,
    action: 'sell',
    clientOrderId,
    limitPriceMicros: priceMicros,
    countHundredths,
    timeInForce: 'ioc',
    isPostOnly: false,
    expiresMs: null,
    strategy: 'exits',
    reason: `${kind}: ${reason}`,
    asOfMs,
  };
}
