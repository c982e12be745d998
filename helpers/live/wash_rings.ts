/** Wallets that trade in circles among themselves, by the code of 06-3, from what the live tables know of matches. */
import { FDR_OPTION } from '../evaluate/conformal_flags.ts';
import type { Run } from '../run/script.ts';
import { readTable } from '../tables/table_store.ts';
import { calibrateRings } from '../wash/calibrate_rings.ts';
import { findRings, type Ring } from '../wash/find_rings.ts';
import { readMatches } from '../wash/read_matches.ts';
import type { LiveTables } from './refresh.ts';

/** Networks that rings are compared with; enough for one ring at a false discovery rate of .1. */
const N_REWIRED = 10;

/**
 * Size of the flagged ring that each of some wallets is in. Where none of them is in any group, nothing is compared with chance.
 */
export async function washRings(
  run: Run,
  { trades, markets, window }: LiveTables,
  asked: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> {
  const { matches, names } = await readMatches(trades, readTable(markets), window.untilMs);
  const isAsked = ({ members }: Ring): boolean => members.some(({ wallet }) => asked.has(names[wallet]));
  if (!findRings(matches).some(isAsked)) return new Map();
  const { rings } = calibrateRings(matches, { fdr: FDR_OPTION.default, nRewired: N_REWIRED, seed: run.seed });
  return new Map(
    rings
      .filter(({ isFlagged }) => isFlagged)
      .flatMap(({ members }) => members.map(({ wallet }): [string, number] => [names[wallet], members.length])),
  );
}
