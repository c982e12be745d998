/** Fills whose market or event has become known since they were booked, moved to it. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import { hashesOfPlaces } from './fill_hash.ts';
import type { MarketReassignment } from './market_registry.ts';

/**
 * The reassignments as a frame: market and outcome that fills leave and enter, their event, and what is added to their
 * fill_ids, so that another feed of the same fills is recognised; null when there are none.
 */
export function reassignmentsFrame(reassignments: readonly MarketReassignment[]): DataFrame | null {
  if (reassignments.length === 0) return null;
  const places = (which: 'from' | 'to', token: 'oldToken' | 'newToken'): DataFrame =>
    pl.DataFrame(
      {
        token_id: reassignments.map((move) => move[token]),
        market_id: reassignments.map((move) => move[which].marketId),
        outcome_index: reassignments.map((move) => move[which].outcomeIndex),
      },
      { schema: { token_id: pl.Utf8, market_id: pl.Utf8, outcome_index: pl.UInt8 } },
    );
  const [from, to] = [places('from', 'oldToken'), places('to', 'newToken')];
  const [before, after] = [hashesOfPlaces(from), hashesOfPlaces(to)];
  // Fills that were hashed by their token keep their ids wherever they go.
  const added = reassignments.map(({ oldToken }, i) =>
    oldToken === null ? BigInt.asUintN(64, after[i] - before[i]) : 0n,
  );
  const named = (frame: DataFrame, name: string, as: string) => frame.getColumn(name).rename(as);
  return pl.DataFrame([
    named(from, 'market_id', 'from_market'),
    named(from, 'outcome_index', 'from_outcome'),
    named(to, 'market_id', 'to_market'),
    named(to, 'outcome_index', 'to_outcome'),
    pl.Series(
      'to_event',
      reassignments.map((move) => move.eventId),
      pl.Utf8,
    ),
    pl.Series('added_id', BigUint64Array.from(added) as unknown as bigint[], pl.UInt64),
    pl.Series(
      'is_moved',
      reassignments.map(() => true),
      pl.Bool,
    ),
  ]);
}

/** Whether fills get other fill_ids, so that some may be one with others now and their order another one. */
export function changesIds(reassignments: DataFrame | null): boolean {
  if (reassignments === null) return false;
  return (reassignments.getColumn('added_id').toTypedArray() as BigUint64Array).some((added) => added !== 0n);
}

/** Books fills of moved places where they belong now. */
export function withReassignments(trades: DataFrame, reassignments: DataFrame | null): DataFrame {
  if (reassignments === null || trades.height === 0) return trades;
  const isMoved = pl.col('is_moved').fillNull(pl.lit(false));
  const moved = (to: string, name: string) => pl.when(isMoved).then(pl.col(to)).otherwise(pl.col(name)).alias(name);
  return trades
    .join(reassignments, {
      leftOn: ['market_id', 'outcome_index'],
      rightOn: ['from_market', 'from_outcome'],
      how: 'left',
    })
    .withColumns(
      moved('to_market', 'market_id'),
      moved('to_outcome', 'outcome_index'),
      moved('to_event', 'event_id'),
      pl
        .col('fill_id')
        .add(pl.col('added_id').fillNull(pl.lit(0).cast(pl.UInt64)))
        .alias('fill_id'),
    )
    .select(...RAW_TRADES.columns.map(({ name }) => name));
}
