/** Small wallet profiles for tests: ordinary wallets from one cloud, planted ones far from it. */

import { createRandom } from '../../kernels/random.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import type { RedFlagFacts } from '../../red_flags/red_flags.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { conform } from '../../tables/schema.ts';
import { WALLET_PROFILES } from '../../tables/schemas.ts';
import { writeTables } from '../features/tables.ts';

/** Red flags of a tape where nobody is ranked. */
export const NO_RED_FLAGS: RedFlagFacts = {
  floorUsd: 500,
  budget: 20,
  nWallets: 60,
  nRanked: 0,
  missing: [],
  precision: [],
};

/** Profiles of `nOrdinary` wallets, then of `nPlanted` anomalous ones; `isAlike` makes all ordinary ones equal. */
export function makeProfiles(nOrdinary: number, nPlanted: number, seed: number, isAlike = false): DataFrame {
  const random = createRandom(seed);
  const records = Array.from({ length: nOrdinary + nPlanted }, (_, i) => {
    const isPlanted = i >= nOrdinary;
    return Object.fromEntries(
      WALLET_PROFILES.columns.map((column) => {
        if (column.type === 'string') return [column.name, `0x${i.toString(16).padStart(40, '0')}`];
        if (column.type === 'bool') return [column.name, false];
        if (column.name.endsWith('_ms')) return [column.name, 1_767_225_600_000];
        const value = isAlike ? 10 : 20 * Math.exp(0.5 * random.normal()) * (isPlanted ? 1e5 : 1);
        return [column.name, column.type === 'int64' ? Math.round(value) : value];
      }),
    );
  });
  const columns = WALLET_PROFILES.columns.map((column) =>
    pl.Series(
      column.name,
      records.map((record) => record[column.name]),
    ),
  );
  return conform(pl.DataFrame(columns), WALLET_PROFILES);
}

/** A data folder with canonical tables of fills of these wallets before T: the i-th bought for $50 i, counted from 1. */
export function writeFillsOf(profiles: DataFrame): string {
  const [asOfMs] = toNumbers(profiles, 'as_of_ms');
  return writeTables(
    (toTexts(profiles, 'wallet') as string[]).map((wallet, i) => ({
      wallet,
      at: asOfMs - (i + 1) * HOUR_MS,
      shares: 100 * (i + 1),
    })),
  );
}
