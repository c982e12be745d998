/**
 * Wallet profiles of a table of any size: days are read in batches, summed, dealt into shards by wallet, and each shard is
 * finished by itself, so that memory grows with the wallets and not with the trades.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DataFrame, type LazyDataFrame, pl, releaseFrames } from '../../polars/polars.ts';
import { isoTime } from '../../run/clock.ts';
import type { Log } from '../../run/console.ts';
import { InputError } from '../../run/errors.ts';
import type { ManifestPart } from '../../run/manifest.ts';
import { prefetch } from '../../run/prefetch.ts';
import { countRows, readParts, scanParts, selectParts } from '../../tables/read_parts.ts';
import { awaitParquet, type Table } from '../../tables/table_store.ts';
import { firstTimestamp } from '../../tables/time_range.ts';
import { micro } from '../amounts.ts';
import { numberMarkets, withMarketNumbers } from './market_numbers.ts';
import { MarketVolumes } from './market_volumes.ts';
import { BATCH_ROWS, marketColumns, type NumberedFills, numberFills, TRADE_COLUMNS } from './number_fills.ts';
import { outcomeValues } from './position_values.ts';
import { mergeProfiles, withAlpha } from './profile_merge.ts';
import { Shards, shardCount } from './shards.ts';
import { FillSummer } from './sum_fills.ts';
import { WalletNumbers } from './wallet_numbers.ts';

/** Positions summed at once; with more, what there is is handed over and summing begins anew. */
const POSITIONS_MAX = 3_000_000;
/** Up to so many times as many fills nothing goes to disk, and all wallets are one shard. */
const SPANS_IN_MEMORY = 2;

/** What profiles are made of: the fills of a span, and what came of them by all that is known at `asOfMs`. */
export interface ProfileJob {
  readonly trades: Table;
  /** Only fills before this time, ms. */
  readonly asOfMs: number;
  /** Only fills from this time on, ms; default all. */
  readonly fromMs?: number;
  /** Fills read at once; default BATCH_ROWS. The result does not depend on it. */
  readonly batchRows?: number;
  readonly markets: DataFrame;
  readonly log: Log;
  readonly codeHash: string;
  /** Positions summed at once; default POSITIONS_MAX. The result does not depend on it. */
  readonly positionsMax?: number;
  /** Fills that one shard is for; default SHARD_ROWS. The result does not depend on it. */
  readonly shardRows?: number;
}

/** Which fills are read, and how. */
export type FillSource = Pick<ProfileJob, 'trades' | 'markets' | 'asOfMs' | 'fromMs' | 'batchRows'>;

/** Takers' volume of every market in the parts before a chunk. */
export async function volumesBefore(job: ProfileJob, parts: readonly ManifestPart[]): Promise<MarketVolumes> {
  const markets = numberMarkets(job.markets);
  const volumes = new MarketVolumes(markets.height);
  const takersVolume = (rows: LazyDataFrame): LazyDataFrame =>
    rows
      .filter(pl.col('role').eq(pl.lit('taker')))
      .groupBy(['market_id'])
      .agg(micro('amount_usd').sum().alias('usd_u'));
  const query = { parts, rowsAtOnce: job.batchRows ?? BATCH_ROWS, query: takersVolume };
  for await (const sums of readParts(job.trades, query)) {
    const numbered = withMarketNumbers(sums, markets);
    volumes.addSums(
      numbered.getColumn('market').toTypedArray() as Uint32Array,
      numbered.getColumn('usd_u').toTypedArray() as BigInt64Array,
    );
  }
  return volumes;
}

/** The fills of some parts between the job's times, in batches, with numbers in place of names. */
export async function* numberedFills(
  job: FillSource,
  parts: readonly ManifestPart[],
  wallets: WalletNumbers,
): AsyncGenerator<NumberedFills & { readonly nRows: number }> {
  const numbers = numberMarkets(job.markets);
  const between = { fromMs: job.fromMs, untilMs: job.asOfMs };
  const query = { parts, between, columns: TRADE_COLUMNS, rowsAtOnce: job.batchRows ?? BATCH_ROWS };
  for await (const { rows, nRows, path } of scanParts(job.trades, query))
    yield { ...(await awaitParquet(path, () => numberFills(rows, numbers, wallets))), nRows };
}

/**
 * Sums `parts` between the job's times into `shards`.
 * @param volumes takers' volume of every market before these parts; goes on with them
 */
export async function sumBatches(
  job: ProfileJob,
  parts: readonly ManifestPart[],
  volumes: MarketVolumes,
  shards: Shards,
): Promise<void> {
  const markets = marketColumns(job.markets);
  const wallets = new WalletNumbers();
  const positionsMax = job.positionsMax ?? POSITIONS_MAX;
  const nExpected = Math.min(countRows(parts), positionsMax);
  let summer = new FillSummer(markets, volumes, nExpected);
  const handOver = async (): Promise<void> => {
    if (summer.nFills > 0) await shards.add(summer.result(wallets, shards.nShards));
    summer = new FillSummer(markets, volumes, nExpected);
  };
  let nDone = 0;
  const progress = job.log.progress('summing fills', countRows(parts));
  try {
    // A batch is read while the one before it is summed.
    for await (const { columns, nWallets, nRows } of prefetch(numberedFills(job, parts, wallets))) {
      summer.add(columns, nWallets);
      nDone += nRows;
      progress.update(nDone);
      if (summer.nPositions > positionsMax) await handOver();
      await releaseFrames();
    }
    await handOver();
  } finally {
    // Not one file may still be written when the caller looks at the folder, or removes it.
    await shards.settle();
  }
  progress.done();
}

/** The parts that may hold fills of a job. */
export function spanParts({ trades, fromMs, asOfMs }: FillSource): ManifestPart[] {
  return selectParts(trades, { between: { fromMs, untilMs: asOfMs } });
}

/** Joins shards into the table. */
export function finishProfiles(profiles: readonly DataFrame[]): DataFrame {
  const all = profiles.length === 1 ? profiles[0] : pl.concat([...profiles]);
  return withAlpha(all.sort('wallet'));
}

/** The line for a timestamp before all trades. */
export function nothingBefore(asOfMs: number): InputError {
  return new InputError('empty-input', `no trade lies before ${isoTime(asOfMs)}`, 'choose a later --as-of');
}

/** Profiles of every wallet as of T, one row each, sorted by wallet. */
export async function buildProfiles(job: ProfileJob, scratch: string): Promise<DataFrame> {
  const history = new ProfileHistory(job, job.asOfMs, scratch);
  try {
    await history.advance(job.asOfMs);
    return await history.profiles();
  } finally {
    history.close();
  }
}

/** Wallet profiles at one timestamp after the other: each fill is summed once, however many timestamps there are. */
export class ProfileHistory {
  private readonly spans: Shards[] = [];
  private readonly nShards: number;
  private readonly isSmall: boolean;
  private fromMs: number | undefined;
  private asOfMs = Number.NEGATIVE_INFINITY;
  private readonly volumes: MarketVolumes;

  /**
   * @param lastMs the last timestamp that will be asked for
   * @param scratch folder for partial sums of a large table; removed by `close`
   */
  constructor(
    private readonly source: Omit<ProfileJob, 'asOfMs'>,
    lastMs: number,
    private readonly scratch: string,
  ) {
    const parts = selectParts(source.trades, { between: { fromMs: source.fromMs, untilMs: lastMs } });
    this.isSmall = countRows(parts) <= SPANS_IN_MEMORY * (source.positionsMax ?? POSITIONS_MAX);
    this.nShards = this.isSmall ? 1 : shardCount(countRows(parts), source.shardRows);
    this.fromMs = source.fromMs;
    this.volumes = new MarketVolumes(numberMarkets(source.markets).height);
  }

  /** Removes what lies in `scratch`. */
  close(): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }

  private job(): ProfileJob {
    return { ...this.source, asOfMs: this.asOfMs, fromMs: this.fromMs };
  }

  /** Moves on to a later timestamp. */
  async advance(toMs: number): Promise<void> {
    if (this.asOfMs > Number.NEGATIVE_INFINITY) this.fromMs = this.asOfMs;
    this.asOfMs = toMs;
    const span = this.isSmall
      ? Shards.inMemory(this.nShards)
      : Shards.inFolder(join(this.scratch, `span-${String(this.spans.length).padStart(4, '0')}`), this.nShards);
    this.spans.push(span);
    const job = this.job();
    await sumBatches(job, spanParts(job), this.volumes, span);
  }

  /** Whether fills came since the timestamp before. */
  get hasNewFills(): boolean {
    return (this.spans.at(-1)?.nSums ?? 0) > 0;
  }

  /** Profiles as of the timestamp, sorted by wallet. @throws InputError 'empty-input' when no fill lies before it */
  profiles(): Promise<DataFrame> {
    return this.profilesOf(this.spans);
  }

  /**
   * Profiles of the fills since the timestamp before alone, valued at the last prices among them and by the settlements known by
   * now. Only `max_bet_vs_market_volume_pct` looks further back, to all volume before the bet.
   */
  latestSpan(): Promise<DataFrame> {
    return this.profilesOf(this.spans.slice(-1));
  }

  private async profilesOf(all: readonly Shards[]): Promise<DataFrame> {
    const spans = all.filter((span) => span.nSums > 0);
    if (spans.length === 0) throw nothingBefore(this.asOfMs);
    return finishProfiles(await mergeShards(this.job(), spans, this.nShards));
  }
}

/**
 * Profiles, without order and alpha_score, one frame a shard.
 * @param spans sums in the order of time, all dealt into `nShards`
 */
export async function mergeShards(job: ProfileJob, spans: readonly Shards[], nShards: number): Promise<DataFrame[]> {
  const marks = spans.flatMap((span) => span.marks());
  const values = outcomeValues(job.markets, marks, job.asOfMs);
  const progress = job.log.progress('finishing wallets, shards', nShards);
  const profiles: DataFrame[] = [];
  for (let shard = 0; shard < nShards; shard++) {
    const sums = spans.flatMap((span) => span.sumsOf(shard));
    profiles.push(mergeProfiles(sums, values, firstTimestamp(job.trades), job.asOfMs));
    progress.update(shard + 1);
    await releaseFrames();
  }
  progress.done();
  return profiles;
}
