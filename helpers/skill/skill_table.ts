/** 12_wallet_skill: the tests of wallets as a table. */
import type { DataFrame } from '../polars/polars.ts';
import { formatCount } from '../run/console.ts';
import { frameOf } from '../tables/frame_of.ts';
import { WALLET_SKILL } from '../tables/schemas.ts';
import type { FlaggedSkill } from './test_wallets.ts';

/** A p-value for people: .0123, or 1.2e-7. */
export const formatP = (p: number): string => (p >= 0.001 ? p.toFixed(4) : p.toExponential(1));

/** Its figures in words. */
function reasonOf({ nEvents, nWon, expectedWins, accuracyP, gainUsd, moneyP }: FlaggedSkill): string {
  const accuracy = `${nWon} of ${nEvents} bets won, ${expectedWins.toFixed(1)} expected (p ${formatP(accuracyP)})`;
  const gain = `$${formatCount(Math.abs(gainUsd))} ${gainUsd < 0 ? 'less' : 'more'} than they cost`;
  return `${accuracy}; held to the end they pay ${gain} (p ${formatP(moneyP)})`;
}

/** One row per tested wallet, sorted by wallet. */
export function skillFrame(flagged: readonly FlaggedSkill[], asOfMs: number): DataFrame {
  return frameOf(WALLET_SKILL, flagged, {
    wallet: ({ wallet }) => wallet,
    as_of_ms: () => asOfMs,
    n_events: ({ nEvents }) => nEvents,
    n_won: ({ nWon }) => nWon,
    expected_wins: ({ expectedWins }) => expectedWins,
    excess_accuracy_pct: ({ nWon, expectedWins, nEvents }) => (100 * (nWon - expectedWins)) / nEvents,
    accuracy_p: ({ accuracyP }) => accuracyP,
    gain_usd: ({ gainUsd }) => gainUsd,
    money_p: ({ moneyP }) => moneyP,
    n_draws: ({ nDraws }) => nDraws,
    p_value: ({ p }) => p,
    q_value: ({ q }) => q,
    is_flagged: ({ isFlagged }) => (isFlagged ? 1 : 0),
    reason: reasonOf,
  }).sort('wallet');
}
