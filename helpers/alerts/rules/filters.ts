/** What looks like a signal and is none: each filter says why, with numbers, or nothing. */
import { HOUR_MS } from '../../run/clock.ts';
import { sideTaken } from './bets.ts';
import type { BetFacts } from './facts.ts';
import { ageWords } from './rule.ts';

export interface FilterSettings {
  /** Price of the side taken from which a bet near the end is the collection of what is certain, USD per share. */
  readonly sweepPrice: number;
  /** Near the end: so long before the scheduled end, or any time after it, ms. */
  readonly sweepBeforeMs: number;
  /** The same at any time: scheduled ends are late, and what costs so much is decided or can gain next to nothing. */
  readonly sweepPriceAnyTime: number;
  /** Who waits for others in most of its fills, and has that many, makes markets. */
  readonly makerSharePct: number;
  readonly makerFillsMin: number;
  /** So does, whatever its roles, who trades so often a day in so many markets. */
  readonly quotesPerDay: number;
  readonly quotedMarkets: number;
  /** Share of a bet that others took: above it they came for the match, not the wallet. */
  readonly restingShare: number;
}

export const FILTER_SETTINGS: FilterSettings = {
  sweepPrice: 0.95,
  sweepBeforeMs: 24 * HOUR_MS,
  sweepPriceAnyTime: 0.97,
  makerSharePct: 50,
  makerFillsMin: 200,
  quotesPerDay: 50,
  quotedMarkets: 50,
  restingShare: 0.5,
};

type Filter = (facts: BetFacts, settings: FilterSettings) => string | null;

/** Buying what is almost certain shortly before it is paid. */
const settlementSweep: Filter = ({ bet, market: { closeMs } }, settings) => {
  const { price } = sideTaken(bet);
  const isLate = closeMs !== null && bet.lastMs >= closeMs - settings.sweepBeforeMs;
  if (price < (isLate ? settings.sweepPrice : settings.sweepPriceAnyTime)) return null;
  const when =
    closeMs === null
      ? 'in a market without a scheduled end'
      : bet.lastMs >= closeMs
        ? `${ageWords(bet.lastMs - closeMs)} after the scheduled end`
        : `${ageWords(closeMs - bet.lastMs)} before the scheduled end`;
  return `settlement sweep: $${price.toFixed(3)} a share, ${when}`;
};

/** Somebody who quotes both sides for a living. */
const marketMaker: Filter = ({ wallet }, settings) => {
  if (wallet === null) return null;
  const { makerSharePct, nFills, fillsPerDay, nMarkets } = wallet;
  if (makerSharePct !== null && makerSharePct >= settings.makerSharePct && nFills >= settings.makerFillsMin)
    return `market maker: ${Math.round(makerSharePct)} % of its ${nFills} fills as maker`;
  if (fillsPerDay >= settings.quotesPerDay && nMarkets >= settings.quotedMarkets)
    return `trades like a market maker: ${Math.round(fillsPerDay)} fills a day in ${nMarkets} markets`;
  return null;
};

/** An order that waited for whoever might come: nobody in a hurry does that. */
const restingOrder: Filter = ({ bet: { makerShare } }, { restingShare }) =>
  makerShare !== null && makerShare > restingShare
    ? `resting order: others came for ${Math.round(100 * makerShare)} % of the bet`
    : null;

const selfMatch: Filter = ({ around }) =>
  around.isSelfMatch ? 'the wallet is on both sides of the match: no money has changed hands' : null;

const washRing: Filter = ({ around: { washRingSize } }) =>
  washRingSize === null ? null : `wash ring: ${washRingSize} wallets that trade among themselves`;

const FILTERS: readonly Filter[] = [selfMatch, washRing, settlementSweep, marketMaker, restingOrder];

/** Why this bet is no signal, whatever the rules say; null when no filter holds. */
export function filterBet(facts: BetFacts, settings: FilterSettings): string | null {
  for (const filter of FILTERS) {
    const reason = filter(facts, settings);
    if (reason !== null) return reason;
  }
  return null;
}
