/**
 * Evidence of every wallet that bought anything, as of T: two readings of the trades in the order of time, the
 * first for the largest stakes, the second for what they look like. Memory grows with wallets and with the stakes of a shard of
 * wallets, not with the fills.
 */
import { type FillSource, numberedFills, spanParts } from '../features/wallets/build_profiles.ts';
import { censoredUntilMs } from '../features/wallets/censored_tenure.ts';
import { type FillColumns, FLAGS } from '../features/wallets/fill_columns.ts';
import { numberMarkets } from '../features/wallets/market_numbers.ts';
import { MarketVolumes } from '../features/wallets/market_volumes.ts';
import { WalletNumbers } from '../features/wallets/wallet_numbers.ts';
import { type DataFrame, releaseFrames } from '../polars/polars.ts';
import type { Log } from '../run/console.ts';
import { prefetch } from '../run/prefetch.ts';
import { countRows } from '../tables/read_parts.ts';
import { firstTimestamp } from '../tables/time_range.ts';
import { evidenceFrame } from './evidence_frame.ts';
import { grownStakes, type LargestStakes, StakeTable } from './stakes.ts';
import { type RankedStakes, WalletEvidence } from './wallet_evidence.ts';

/** Fills whose stakes are summed at once; of more, the wallets are dealt into shards, and each reads the trades again. */
const SHARD_FILLS = 20_000_000;

export interface EvidenceJob extends FillSource {
  readonly log: Log;
  /** Default SHARD_FILLS. The result does not depend on it. */
  readonly shardFills?: number;
  /** Of each wallet the largest stake that it bought into from then on, ms; without it, of all its time. */
  readonly stakesFromMs?: number;
}

export interface CollectedEvidence {
  /** One row per wallet that bought something, sorted by wallet; columns as in EVIDENCE and `market_id`, `outcome_index`. */
  readonly frame: DataFrame;
  /** Wallets of the tape, those that only sold as well. */
  readonly nWallets: number;
  /** Whether the tape has fills of makers as well as of takers. */
  readonly hasBothRoles: boolean;
}

/** Collects the evidence of a table of trades. @throws InputError as readParts does */
export async function collectEvidence(job: EvidenceJob): Promise<CollectedEvidence> {
  const wallets = new WalletNumbers();
  const { stakes, roles } = await largestStakes(job, wallets);
  const { ranked, numbers } = rankStakes(stakes);
  const nMarkets = numberMarkets(job.markets).height;
  const evidence = new WalletEvidence(ranked, nMarkets);
  const volumes = new MarketVolumes(nMarkets);
  for await (const columns of fillsOf(job, wallets, 'collecting evidence')) {
    // Where no role is known every fill counts as volume.
    const counted = roles.isKnown ? columns : { ...columns, flags: columns.flags.map((bits) => bits | FLAGS.taker) };
    const volumeBefore = volumes.follow(counted);
    evidence.add(columns, volumeBefore);
  }
  evidence.finish(job.asOfMs);
  const context = {
    names: wallets.namesOf(numbers),
    markets: job.markets,
    asOfMs: job.asOfMs,
    censoredUntilMs: censoredUntilMs(firstTimestamp(job.trades), job.asOfMs),
    hasBothRoles: roles.hasMakers && roles.hasTakers,
  };
  const frame = evidenceFrame(ranked, stakes, numbers, evidence, context);
  return { frame, nWallets: wallets.n, hasBothRoles: context.hasBothRoles };
}

async function* fillsOf(job: EvidenceJob, wallets: WalletNumbers, what: string): AsyncGenerator<FillColumns> {
  const parts = spanParts(job);
  const progress = job.log.progress(what, countRows(parts));
  let nDone = 0;
  for await (const { columns, nRows } of prefetch(numberedFills(job, parts, wallets))) {
    yield columns;
    nDone += nRows;
    progress.update(nDone);
    await releaseFrames();
  }
  progress.done();
}

/** The largest stake of every wallet, and what the tape tells of roles. */
async function largestStakes(job: EvidenceJob, wallets: WalletNumbers) {
  const nShards = Math.max(1, Math.ceil(countRows(spanParts(job)) / (job.shardFills ?? SHARD_FILLS)));
  const roles = { isKnown: false, hasMakers: false, hasTakers: false };
  let stakes: LargestStakes = { token: new Uint32Array(0), usd: new Float64Array(0), shares: new Float64Array(0) };
  for (let shard = 0; shard < nShards; shard++) {
    const table = new StakeTable(job.stakesFromMs);
    for await (const columns of fillsOf(job, wallets, 'looking for the largest stakes')) {
      table.add(columns, nShards, shard);
      const all = columns.flags.reduce((bits, flags) => bits | flags, 0);
      roles.isKnown ||= (all & FLAGS.roleKnown) !== 0;
      roles.hasMakers ||= (all & FLAGS.maker) !== 0;
      roles.hasTakers ||= (all & FLAGS.taker) !== 0;
    }
    stakes = grownStakes(stakes, wallets.n);
    table.writeLargest(stakes);
  }
  return { stakes, roles };
}

/** The wallets that bought anything. */
function rankStakes({ token, usd, shares }: LargestStakes) {
  const rowOf = new Int32Array(usd.length).fill(-1);
  const numbers = Uint32Array.from(Array.from(usd.keys()).filter((walletCode) => usd[walletCode] > 0));
  numbers.forEach((walletCode, row) => {
    rowOf[walletCode] = row;
  });
  const ranked: RankedStakes = {
    rowOf,
    token: numbers.map((walletCode) => token[walletCode]),
    paid: Float64Array.from(numbers, (walletCode) =>
      shares[walletCode] > 0 ? usd[walletCode] / shares[walletCode] : 1,
    ),
  };
  return { ranked, numbers };
}
