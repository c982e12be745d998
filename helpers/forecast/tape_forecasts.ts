/**
 * Forecasts from trades alone: what a price, a move or a large trade has been worth beyond the price so far, for markets like this one. A
 * kind of opportunity whose correction cannot be told from 0 says nothing. Each row knows only results that were known before it.
 */
import { type Edge, type EdgeRule, learnEdges } from '../strategies/edges.ts';
import type { StrategyOpportunities } from '../strategies/opportunities.ts';
import type { Question } from './answered.ts';
import { abstain, type Forecast } from './forecast.ts';
import { poolForecasts } from './pool.ts';

/** A correction takes no more than this part of the way to 0 or 1: no past gain makes anything certain. */
const PART_MAX = 0.5;

/** @param outcome the outcome that the edge is about */
function forecastOf(
  { mean, standardError, nEvents }: Edge,
  { nEventsMin, z }: EdgeRule,
  price: number,
  outcome: number,
  cell: string,
): Forecast {
  if (nEvents < nEventsMin) return abstain('too few events of its kind have a result');
  if (Math.abs(mean) <= z * standardError) return abstain('what its kind has gained beyond the price may be luck');
  const p = price + Math.max(-PART_MAX * price, Math.min(PART_MAX * (1 - price), mean));
  return {
    kind: 'estimate',
    p: outcome === 0 ? p : 1 - p,
    spread: standardError / (p * (1 - p)),
    n: nEvents,
    sources: ['trades and results so far'],
    reasons: [
      `outcome ${outcome}, ${cell}: ${(100 * mean).toFixed(1)} ± ${(100 * standardError).toFixed(1)} points beyond the price in ${nEvents} events`,
    ],
  };
}

/**
 * The opportunities of one kind as questions about outcome 0, by rising time. A trade that tells of both outcomes is one question, and what
 * its two kinds say is pooled.
 */
export function askTape(opportunities: StrategyOpportunities, rule: EdgeRule): Question[] {
  const { kind, cell, cellNames, tsMs, market, event, outcome, price, payout, knownMs } = opportunities;
  const questions: Question[] = [];
  let pending: Forecast[] = [];
  // Beyond the price, not beyond what it costs to trade: costs are no part of a probability.
  learnEdges({ ...opportunities, cost: price }, cellNames.length, (row, edge) => {
    pending.push(forecastOf(edge, rule, price[row], outcome[row], cellNames[cell[row]]));
    const isSame = row + 1 < market.length && market[row + 1] === market[row] && tsMs[row + 1] === tsMs[row];
    if (isSame) return;
    const isFirst = outcome[row] === 0;
    questions.push({
      kind,
      tsMs: tsMs[row],
      market: market[row],
      event: event[row],
      marketP: isFirst ? price[row] : 1 - price[row],
      quote: null,
      forecast: poolForecasts(
        pending,
        Array.from(pending, () => 1),
      ),
      payout: isFirst ? payout[row] : 1 - payout[row],
      knownMs: knownMs[row],
    });
    pending = [];
  });
  return questions;
}
