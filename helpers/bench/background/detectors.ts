/** What the bench compares: the project's detectors, and trivial ones that anybody could think of. */
import { chooseDetectors } from '../../anomaly/power/study_detectors.ts';
import { rankAmong } from '../../archetypes/naming.ts';
import type { Executor } from '../../kernels/executor.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { COEFFICIENTS } from '../../red_flags/coefficients.ts';
import { collectEvidence } from '../../red_flags/collect_evidence.ts';
import { rankWallets } from '../../red_flags/rank_wallets.ts';
import { createLog } from '../../run/console.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import type { Table } from '../../tables/table_store.ts';

/** More than any evidence comes to. */
const BELOW_FLOOR_BITS = 1e4;

/** Everything that a detector may look at: a tape as of its end. */
export interface Look {
  readonly profiles: DataFrame;
  readonly trades: Table;
  readonly markets: DataFrame;
  readonly asOfMs: number;
}

export interface BenchDetector {
  readonly name: string;
  readonly isTrivial: boolean;
  /** One score per row of the profiles, higher is more suspicious. */
  score(look: Look, seed: number, executor: Executor): Promise<Float64Array>;
}

/** Mean of the ranks of some profile columns, 0..1. */
function meanRanks(name: string, ...columns: readonly string[]): BenchDetector {
  return {
    name,
    isTrivial: true,
    score: async ({ profiles }) => {
      const ranks = columns.map((column) => {
        const values = toNumbers(profiles, column);
        const sorted = values.slice().sort();
        return values.map((value) => rankAmong(sorted, value));
      });
      return Float64Array.from(ranks[0], (_, row) => ranks.reduce((sum, rank) => sum + rank[row], 0) / ranks.length);
    },
  };
}

const TRIVIAL: readonly BenchDetector[] = [
  meanRanks('largest_bet', 'max_bet_usd'),
  meanRanks('volume', 'total_invested'),
  meanRanks('profit', 'total_net_pnl'),
  meanRanks('profit_and_concentration', 'total_net_pnl', 'top_market_share_pct'),
];

/** The rank as it is given out: wallets below the floor come after all others, by the same evidence. */
const RED_FLAGS: BenchDetector = {
  name: 'red_flags',
  isTrivial: false,
  score: async ({ profiles, trades, markets, asOfMs }) => {
    const { frame } = await collectEvidence({ trades, markets, asOfMs, log: createLog({ quiet: true }) });
    const { bits, order } = rankWallets(COEFFICIENTS, frame, COEFFICIENTS.floorUsd);
    const scores = bits.map((value) => value - BELOW_FLOOR_BITS);
    for (const row of order) scores[row] = bits[row];
    const rowOf = new Map((toTexts(frame, 'wallet') as string[]).map((wallet, row) => [wallet, row]));
    return Float64Array.from(toTexts(profiles, 'wallet') as string[], (wallet) => {
      const row = rowOf.get(wallet);
      return row === undefined ? -2 * BELOW_FLOOR_BITS : scores[row];
    });
  },
};

/** Of the power study: two that learn what is ordinary, and the hand-picked signs. */
const FROM_STUDY = 'kmeans,isolation_forest,insider_signs';

export const BENCH_DETECTORS: readonly BenchDetector[] = [
  RED_FLAGS,
  ...chooseDetectors(FROM_STUDY).map(
    (own): BenchDetector => ({
      name: own.name,
      isTrivial: false,
      score: async ({ profiles }, seed, executor) => {
        const scorer = await own.fit(profiles, seed, executor);
        return scorer.score(profiles);
      },
    }),
  ),
  ...TRIVIAL,
];
