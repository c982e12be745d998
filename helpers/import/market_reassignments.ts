/** Fills whose market has become known since they were imported, moved to it. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import type { MarketReassignment } from './market_registry.ts';
import { withTokenHash } from './wire_fills.ts';

/**
 * The reassignments as a frame: market and outcome that fills leave and enter, and the new token (null: none); null when
 * there are none.
 */
export function reassignmentsFrame(reassignments: readonly MarketReassignment[]): DataFrame | null {
  if (reassignments.length === 0) return null;
  return pl.DataFrame(
    {
      from_market: reassignments.map((move) => move.from.marketId),
      from_outcome: reassignments.map((move) => move.from.outcomeIndex),
      to_market: reassignments.map((move) => move.to.marketId),
      to_outcome: reassignments.map((move) => move.to.outcomeIndex),
      token_id: reassignments.map((move) => move.newToken),
    },
    {
      schema: {
        from_market: pl.Utf8,
        from_outcome: pl.UInt8,
        to_market: pl.Utf8,
        to_outcome: pl.UInt8,
        token_id: pl.Utf8,
      },
    },
  );
}

/**
 * Books fills of moved places where they belong now. Those whose token has become known are hashed anew, so that another
 * feed of the same fills is recognised; they come back apart.
 */
export function withReassignments(
  trades: DataFrame,
  reassignments: DataFrame | null,
): { kept: DataFrame; rehashed: DataFrame | null } {
  if (reassignments === null) return { kept: trades, rehashed: null };
  const reassigned = trades
    .join(reassignments, {
      leftOn: ['market_id', 'outcome_index'],
      rightOn: ['from_market', 'from_outcome'],
      how: 'left',
    })
    .withColumns(
      pl.col('to_market').fillNull(pl.col('market_id')).alias('market_id'),
      pl.col('to_outcome').fillNull(pl.col('outcome_index')).alias('outcome_index'),
    );
  const names = RAW_TRADES.columns.map((c) => c.name);
  const withNewToken = reassigned.filter(pl.col('token_id').isNotNull());
  return {
    kept: reassigned.filter(pl.col('token_id').isNull()).select(...names),
    rehashed: withNewToken.height === 0 ? null : withTokenHash(withNewToken).select(...names),
  };
}
