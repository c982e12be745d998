/**
 * Bets that could be made at the same time, sized together. Markets of one event that exclude each other have a closed form; events of one
 * series depend on each other through a common factor, and go through scenarios. What cannot be told apart is not bought twice.
 */

import { MICROS_PER_USD } from '../money.ts';
import { type FactorEvent, jointScenarios } from './joint_scenarios.ts';
import { exclusiveKelly } from './kelly.ts';
import { scenarioKelly } from './scenario_kelly.ts';
import type { SideBet } from './size_bet.ts';

export interface PossibleBet {
  readonly event: string;
  readonly series: string;
  /** Of the event's markets one alone ends with YES. */
  readonly isExclusive: boolean;
  readonly bet: SideBet;
}

/** Correlation of an event with its series' factor; two events correlate by its square. Nobody has measured it. */
const SERIES_LOADING = 0.5;
/** Scenarios of a series; events with smaller edges wait for the next round. */
const N_SCENARIOS_MAX = 256;

const costOf = ({ costMicros }: SideBet): number => costMicros / MICROS_PER_USD;
const yesOf = ({ side, q }: SideBet): number => (side === 'yes' ? q : 1 - q);

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return [...groups.values()];
}

/** Kelly fraction of the bankroll for each bet, in their order; 0 for what another bet of its event or series stands for. */
export function jointFractions(bets: readonly PossibleBet[]): number[] {
  const fractions = new Map<PossibleBet, number>();
  for (const series of groupBy(bets, (one) => one.series)) {
    const events = groupBy(series, ({ event }) => event)
      // Nobody knows how markets depend on each other that do not exclude each other.
      .map((event) => (event[0].isExclusive ? event : [best(event)]))
      .sort((a, b) => best(b).bet.edge - best(a).bet.edge);
    const kept = withinScenarios(events);
    const flat = kept.flat();
    for (const [i, fraction] of fractionsOf(kept).entries()) fractions.set(flat[i], fraction);
  }
  return bets.map((one) => fractions.get(one) ?? 0);
}

function best(event: readonly PossibleBet[]): PossibleBet {
  return event.reduce((a, b) => (b.bet.edge > a.bet.edge ? b : a));
}

/** The first events whose combinations of outcomes are not too many. */
function withinScenarios(events: readonly PossibleBet[][]): PossibleBet[][] {
  let n = 1;
  return events.filter((event) => {
    const more = n * (event.length + 1);
    if (more > N_SCENARIOS_MAX) return false;
    n = more;
    return true;
  });
}

/** Fractions of all bets of the events of one series, event after event. */
function fractionsOf(events: readonly PossibleBet[][]): readonly number[] {
  const [first] = events;
  if (events.length === 1 && first.length === 1) return [first[0].bet.kelly];
  if (events.length === 1 && first.every(({ bet }) => bet.side === 'yes')) {
    const scale = Math.max(
      1,
      first.reduce((sum, { bet }) => sum + bet.q, 0),
    );
    const outcomes = first.map(({ bet }) => ({ q: bet.q / scale, cost: costOf(bet) }));
    return exclusiveKelly(outcomes, { allowHedges: false }).fractions;
  }
  const scenarios = jointScenarios(events.map(factorEvent)).map(({ probability, outcomes }) => ({
    probability,
    payouts: events.flatMap((event, e) =>
      event.map(({ bet }, i) => ((outcomes[e] === i + 1) === (bet.side === 'yes') ? 1 : 0)),
    ),
  }));
  return scenarioKelly(
    events.flat().map(({ bet }) => costOf(bet)),
    scenarios,
  ).fractions;
}

/** Outcome 0 is that none of its bets' markets ends with YES. */
function factorEvent(event: readonly PossibleBet[]): FactorEvent {
  const yes = event.map(({ bet }) => yesOf(bet));
  const total = yes.reduce((sum, p) => sum + p, 0);
  const scale = Math.max(1, total);
  const scaled = yes.map((p) => p / scale);
  const none = Math.max(0, 1 - scaled.reduce((sum, p) => sum + p, 0));
  return { probabilities: [none, ...scaled], loading: SERIES_LOADING };
}
