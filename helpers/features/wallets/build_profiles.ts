/**
 * Wallet profiles of a table of any size: days are read in batches, summed, dealt into shards by wallet, and each shard is
 * finished by itself, so that memory grows with the wallets and not with the trades.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DataFrame, pl, releaseFrames } from '../../polars/polars.ts';
import { DAY_MS, isoTime } from '../../run/clock.ts';
import { formatCount, type Log } from '../../run/console.ts';
import { InputError } from '../../run/errors.ts';
import type { ManifestPart } from '../../run/manifest.ts';
import { parseMoment } from '../../run/options.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import { awaitParquet, partPaths, scanPart, type Table, withParquetErrors } from '../../tables/table_store.ts';
import { endOfData, lastMoment } from '../../tables/time_range.ts';
import { micro } from '../amounts.ts';
import { numberMarkets, withMarketNumbers } from './market_numbers.ts';
import { MarketVolumes } from './market_volumes.ts';
import { marketColumns, type NumberedFills, numberFills } from './number_fills.ts';
import { outcomeValues } from './position_values.ts';
import { mergeProfiles, withAlpha } from './profile_merge.ts';
import { Shards, shardCount } from './shards.ts';
import { FillSummer } from './sum_fills.ts';
import { countRows, cutIntoBatches, relevantParts, scanBatch, type TradeSpan } from './trade_batches.ts';
import { WalletNumbers } from './wallet_numbers.ts';

/** Positions summed at once; with more, what there is is handed over and summing begins anew. */
const POSITIONS_MAX = 3_000_000;
/** Up to so many times as many fills nothing goes to disk, and all wallets are one shard. */
const SPANS_IN_MEMORY = 2;

/** What profiles are made of: the fills of a span, and what came of them by all that is known at `asOfMs`. */
export interface ProfileJob extends TradeSpan {
  readonly markets: DataFrame;
  readonly log: Log;
  readonly codeHash: string;
  /** Positions summed at once; default POSITIONS_MAX. The result does not depend on it. */
  readonly positionsMax?: number;
  /** Fills that one shard is for; default SHARD_ROWS. The result does not depend on it. */
  readonly shardRows?: number;
}

/** Beyond so long after the last fill T is likely to be a slip. */
const LATE_MS = DAY_MS;

/**
 * The moment T that `--as-of` names, or the end of the data. A T long after the last fill is allowed and remarked upon.
 * @throws InputError 'bad-option' when it names no moment, 'empty-input' for a table without fills
 */
export function momentOf(trades: Table, asOf: string | undefined, log: Pick<Log, 'warn'>): number {
  if (trades.manifest.rows === 0)
    throw new InputError(
      'empty-input',
      `${RAW_TRADES.folder} has no fills: there is nobody to tell of`,
      `read more: ${RAW_TRADES.madeBy}; rows that could not be used are in ${RAW_TRADES.folder}/rejects`,
    );
  if (asOf === undefined) return endOfData(trades);
  const asOfMs = parseMoment('as-of', asOf);
  const lastMs = lastMoment(trades);
  if (asOfMs - lastMs > LATE_MS)
    log.warn(
      `--as-of ${asOf} is ${formatCount((asOfMs - lastMs) / LATE_MS)} days after the last fill, ${isoTime(lastMs)}`,
    );
  return asOfMs;
}

/** Takers' volume of every market in the parts before a chunk. */
export function volumesBefore(job: ProfileJob, parts: readonly ManifestPart[]): MarketVolumes {
  const markets = numberMarkets(job.markets);
  const volumes = new MarketVolumes(markets.height);
  for (const batch of cutIntoBatches(parts, job.batchRows)) {
    const scans = partPaths(job.trades, batch).map((path) =>
      scanPart(path, RAW_TRADES)
        .filter(pl.col('role').eq(pl.lit('taker')))
        .select('market_id', 'amount_usd'),
    );
    const sums = withParquetErrors(job.trades.folder, () =>
      pl.concat(scans).groupBy(['market_id']).agg(micro('amount_usd').sum().alias('usd_u')).collectSync(),
    );
    const numbered = withMarketNumbers(sums, markets);
    volumes.addSums(
      numbered.getColumn('market').toTypedArray() as Uint32Array,
      numbered.getColumn('usd_u').toTypedArray() as BigInt64Array,
    );
  }
  return volumes;
}

/**
 * Sums `parts` between the job's moments into `shards`.
 * @param volumes takers' volume of every market before these parts; goes on with them
 */
export async function sumBatches(
  job: ProfileJob,
  parts: readonly ManifestPart[],
  volumes: MarketVolumes,
  shards: Shards,
): Promise<void> {
  const numbers = numberMarkets(job.markets);
  const markets = marketColumns(job.markets);
  const batches = cutIntoBatches(parts, job.batchRows);
  const wallets = new WalletNumbers();
  const positionsMax = job.positionsMax ?? POSITIONS_MAX;
  const nExpected = Math.min(countRows(parts), positionsMax);
  let summer: FillSummer | null = null;
  let nRows = 0;
  const progress = job.log.progress('summing fills', countRows(parts));
  const read = (batch: readonly ManifestPart[]): Promise<NumberedFills> => {
    const fills = awaitParquet(job.trades.folder, () =>
      numberFills(scanBatch(job, batch), job.asOfMs, numbers, wallets),
    );
    // Heard when its turn comes; until then nobody listens, which would end the process.
    fills.catch(() => undefined);
    return fills;
  };
  let next = batches.length === 0 ? null : read(batches[0]);
  try {
    for (const [i, batch] of batches.entries()) {
      const { columns, nWallets } = await next!;
      // A batch is read while the one before it is summed.
      next = i + 1 < batches.length ? read(batches[i + 1]) : null;
      summer ??= new FillSummer(markets, volumes, nExpected);
      summer.add(columns, nWallets);
      nRows += countRows(batch);
      progress.update(nRows);
      if ((next === null || summer.nPositions > positionsMax) && summer.nFills > 0) {
        await shards.add(summer.result(wallets, shards.nShards));
        summer = null;
      }
      await releaseFrames();
    }
  } finally {
    // Not one file may still be read or written when the caller looks at the folder, or removes it.
    await next?.catch(() => undefined);
    await shards.settle();
  }
  progress.done();
}

/** Joins shards into the table. */
export function finishProfiles(profiles: readonly DataFrame[]): DataFrame {
  const all = profiles.length === 1 ? profiles[0] : pl.concat([...profiles]);
  return withAlpha(all.sort('wallet'));
}

/** The line for a moment before all trades. */
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

/** Wallet profiles at one moment after the other: each fill is summed once, however many moments there are. */
export class ProfileHistory {
  private readonly spans: Shards[] = [];
  private readonly nShards: number;
  private readonly isSmall: boolean;
  private fromMs: number | undefined;
  private asOfMs = Number.NEGATIVE_INFINITY;
  private readonly volumes: MarketVolumes;

  /**
   * @param lastMs the last moment that will be asked for
   * @param scratch folder for partial sums of a large table; removed by `close`
   */
  constructor(
    private readonly source: Omit<ProfileJob, 'asOfMs'>,
    lastMs: number,
    private readonly scratch: string,
  ) {
    const parts = relevantParts({ ...source, asOfMs: lastMs });
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

  /** Moves on to a later moment. */
  async advance(toMs: number): Promise<void> {
    if (this.asOfMs > Number.NEGATIVE_INFINITY) this.fromMs = this.asOfMs;
    this.asOfMs = toMs;
    const span = this.isSmall
      ? Shards.inMemory(this.nShards)
      : Shards.inFolder(join(this.scratch, `span-${String(this.spans.length).padStart(4, '0')}`), this.nShards);
    this.spans.push(span);
    await sumBatches(this.job(), relevantParts(this.job()), this.volumes, span);
  }

  /** Whether fills came since the moment before. */
  get hasNewFills(): boolean {
    return (this.spans.at(-1)?.nSums ?? 0) > 0;
  }

  /** Profiles as of the moment, sorted by wallet. @throws InputError 'empty-input' when no fill lies before it */
  profiles(): Promise<DataFrame> {
    return this.profilesOf(this.spans);
  }

  /**
   * Profiles of the fills since the moment before alone, valued at the last prices among them and by the winners known by
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
  const lastPrices = spans.flatMap((span) => span.lastPrices());
  const values = outcomeValues(job.markets, lastPrices, job.asOfMs);
  const progress = job.log.progress('finishing wallets, shards', nShards);
  const profiles: DataFrame[] = [];
  for (let shard = 0; shard < nShards; shard++) {
    const sums = spans.flatMap((span) => span.sumsOf(shard));
    profiles.push(mergeProfiles(sums, values, job.asOfMs));
    progress.update(shard + 1);
    await releaseFrames();
  }
  progress.done();
  return profiles;
}
