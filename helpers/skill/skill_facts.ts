/** From bets to 12_wallet_skill and what the report says of it. */
import type { Executor } from '../kernels/executor.ts';
import { createRandom } from '../kernels/random.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import type { BetCounts, Bets } from './bets.ts';
import { type Persistence, testPersistence } from './persistence.ts';
import { type BetSource, readBets, resolvedMarkets } from './read_bets.ts';
import { skillFrame } from './skill_table.ts';
import { flagSkilled, testWallets, type WalletSkill } from './test_wallets.ts';

/** Wallets in the picture of persistence. */
const POINTS_MAX = 1500;

export interface SkillFacts {
  readonly counts: BetCounts;
  readonly nFlagged: number;
  /** `early` and `late` hold a sample; late events resolve from `cutMs` on. */
  readonly persistence: Persistence & { readonly cutMs: number };
}

/** Keeps the scores of some wallets, rounded: they are stored with the facts. */
function thinned(persistence: Persistence): Persistence {
  const rows = createRandom(1).sample(Uint32Array.from(persistence.early.keys()), POINTS_MAX);
  const [early, late] = [persistence.early, persistence.late].map((scores) =>
    Float64Array.from(rows, (row) => Number(scores[row].toFixed(3))),
  );
  return { ...persistence, early, late };
}

/** When an event resolved; NaN when there is none of this number. */
function eventTime({ markets, asOfMs }: BetSource, event: number): number {
  const own = resolvedMarkets(markets, asOfMs).filter(pl.col('event').eq(pl.lit(event)));
  return own.height === 0 ? Number.NaN : Number(own.getColumn('resolved_ms').max());
}

/** Tests all wallets with enough events. @returns 12_wallet_skill (null when there is no such wallet) and the facts */
export async function findSkill(
  source: BetSource,
  fdr: number,
  seed: number,
  executor: Executor,
): Promise<{ table: DataFrame | null; facts: SkillFacts }> {
  const tested: WalletSkill[] = [];
  const bets: Bets[] = [];
  const shards = readBets(source);
  let next = await shards.next();
  while (!next.done) {
    tested.push(...testWallets(next.value, seed, executor));
    bets.push(next.value.bets);
    next = await shards.next();
  }
  const { flagged, nFlagged } = flagSkilled(tested, fdr);
  const persistence = thinned(testPersistence(bets, Math.ceil(source.minEvents / 2), seed));
  const table = tested.length === 0 ? null : skillFrame(flagged, source.asOfMs);
  const cutMs = eventTime(source, persistence.cutEvent);
  return { table, facts: { counts: next.value, nFlagged, persistence: { ...persistence, cutMs } } };
}
