/** One number a wallet for studies that rank all of them: the order that 14_wallet_red_flags gives. */
import type { FillSource } from '../features/wallets/build_profiles.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { createLog } from '../run/console.ts';
import { COEFFICIENTS } from './coefficients.ts';
import { collectEvidence } from './collect_evidence.ts';
import { rankWallets } from './rank_wallets.ts';

/** Column that withRedFlagScores adds. */
export const RED_FLAG_SCORE = 'red_flag_score';
/** More than any evidence comes to. */
const BELOW_FLOOR_BITS = 1e4;

/**
 * Profiles with RED_FLAG_SCORE: evidence in bits, that of wallets below the floor lowered until they come after all others, and
 * that of wallets that bought nothing lowered twice.
 */
export async function withRedFlagScores(profiles: DataFrame, source: FillSource): Promise<DataFrame> {
  const { frame } = await collectEvidence({ ...source, log: createLog({ quiet: true }) });
  const { bits, order } = rankWallets(COEFFICIENTS, frame, COEFFICIENTS.floorUsd);
  const scores = bits.map((value) => value - BELOW_FLOOR_BITS);
  for (const row of order) scores[row] = bits[row];
  const known = frame.select('wallet').withColumns(pl.Series(RED_FLAG_SCORE, Array.from(scores), pl.Float64));
  return profiles
    .join(known, { on: 'wallet', how: 'left' })
    .withColumns(pl.col(RED_FLAG_SCORE).fillNull(pl.lit(-2 * BELOW_FLOOR_BITS)))
    .sort('wallet');
}
