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
  /** The same where no end is known. */
  readonly sweepPriceWithoutEnd: number;
  readonly makerSharePct: number;
  readonly makerFillsMin: number;
  /** Where no role is known: fills a day and markets of somebody who quotes. */
  readonly quotesPerDay: number;
  readonly quotedMarkets: number;
}

export const FILTER_SETTINGS: FilterSettings = {
  sweepPrice: 0.95,
  sweepBeforeMs: 24 * HOUR_MS,
  sweepPriceWithoutEnd: 0.99,
  makerSharePct: 70,
  makerFillsMin: 200,
  quotesPerDay: 100,
  quotedMarkets: 50,
};

type Filter = (facts: BetFacts, settings: FilterSettings) => string | null;

/** Buying what is almost certain shortly before it is paid. */
const settlementSweep: Filter = ({ bet, market: { closeMs } }, settings) => {
  const { price } = sideTaken(bet);
  const isLate = closeMs !== null && bet.lastMs >= closeMs - settings.sweepBeforeMs;
  const bar = closeMs === null ? settings.sweepPriceWithoutEnd : settings.sweepPrice;
  if (price < bar || (closeMs !== null && !isLate)) return null;
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
  if (makerSharePct === null) {
    const isQuoting = fillsPerDay >= settings.quotesPerDay && nMarkets >= settings.quotedMarkets;
    return isQuoting
      ? `trades like a market maker: ${Math.round(fillsPerDay)} fills a day in ${nMarkets} markets`
      : null;
  }
  const isMaker = makerSharePct >= settings.makerSharePct && nFills >= settings.makerFillsMin;
  return isMaker ? `market maker: ${Math.round(makerSharePct)} % of its ${nFills} fills as maker` : null;
};

const selfMatch: Filter = ({ around }) =>
  around.isSelfMatch ? 'the wallet is on both sides of the match: no money has changed hands' : null;

const washRing: Filter = ({ around: { washRingSize } }) =>
  washRingSize === null ? null : `wash ring: ${washRingSize} wallets that trade among themselves`;

const FILTERS: readonly Filter[] = [selfMatch, washRing, settlementSweep, marketMaker];

/** Why this bet is no signal, whatever the rules say; null when no filter holds. */
export function filterBet(facts: BetFacts, settings: FilterSettings): string | null {
  for (const filter of FILTERS) {
    const reason = filter(facts, settings);
    if (reason !== null) return reason;
  }
  return null;
}
