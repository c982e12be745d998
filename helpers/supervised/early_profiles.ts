/**
 * Profiles of what a wallet showed first: the definitions of 11_wallet_profiles over its first fills alone. The fills are
 * collected in one walk through the trades, batch by batch, and kept as numbers: a row of a frame would keep the text of its
 * whole batch in memory. So memory grows with the wallets that take part and not with the trades.
 */
import { bisectLeft } from 'd3-array';
import { grown } from '../features/exact_sums.ts';
import { MarketMarks } from '../features/market_marks.ts';
import { type FillColumns, NOBODY } from '../features/wallets/fill_columns.ts';
import { numberMarkets } from '../features/wallets/market_numbers.ts';
import { MarketVolumes } from '../features/wallets/market_volumes.ts';
import { BATCH_ROWS, marketColumns, numberFills, TRADE_COLUMNS } from '../features/wallets/number_fills.ts';
import { outcomeValues } from '../features/wallets/position_values.ts';
import { mergeProfiles } from '../features/wallets/profile_merge.ts';
import { FillSummer } from '../features/wallets/sum_fills.ts';
import { WalletNumbers } from '../features/wallets/wallet_numbers.ts';
import { rowsWhere } from '../kernels/rows_where.ts';
import { type DataFrame, pl, releaseFrames } from '../polars/polars.ts';
import { HOUR_MS } from '../run/clock.ts';
import { readParts } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';

/** Fills summed at once. */
const SHARD_ROWS = 1_000_000;

export interface EarlyWindow {
  /** Fills of each wallet that are seen, from its first. */
  readonly nFills: number;
  /** Only fills within this time of the wallet's first; null for no such limit. */
  readonly hours: number | null;
}

/** The first fills of every wallet that takes part, and the marks of markets at each of some timestamps. */
export interface EarlyFills {
  /** In the order of time. */
  readonly fills: FillColumns;
  readonly wallets: WalletNumbers;
  /** Frames of MarketMarks, by the numbers that numberMarkets gives. */
  readonly marks: ReadonlyMap<number, DataFrame>;
}

/** Some rows of fills, as copies. */
function takeFills({ ms, market, outcome, walletCode, flags, price, usd, shares }: FillColumns, rows: Uint32Array) {
  const doubles = (of: Float64Array) => Float64Array.from(rows, (row) => of[row]);
  const whole = (of: Uint32Array) => rows.map((row) => of[row]);
  const small = (of: Uint8Array) => Uint8Array.from(rows, (row) => of[row]);
  const numbers = { ms: doubles(ms), price: doubles(price), usd: doubles(usd), shares: doubles(shares) };
  const codes = { market: whole(market), walletCode: whole(walletCode), outcome: small(outcome), flags: small(flags) };
  return { ...numbers, ...codes } satisfies FillColumns;
}

/** Fills one below the other. */
function stackFills(parts: readonly FillColumns[]): FillColumns {
  const nRows = parts.reduce((sum, { ms }) => sum + ms.length, 0);
  const stacked = <N extends keyof FillColumns>(name: N, values: FillColumns[N]): FillColumns[N] => {
    let at = 0;
    for (const part of parts) {
      values.set(part[name], at);
      at += part[name].length;
    }
    return values;
  };
  return {
    ms: stacked('ms', new Float64Array(nRows)),
    market: stacked('market', new Uint32Array(nRows)),
    outcome: stacked('outcome', new Uint8Array(nRows)),
    walletCode: stacked('walletCode', new Uint32Array(nRows)),
    flags: stacked('flags', new Uint8Array(nRows)),
    price: stacked('price', new Float64Array(nRows)),
    usd: stacked('usd', new Float64Array(nRows)),
    shares: stacked('shares', new Float64Array(nRows)),
  };
}

/** Walks through trades in order of time and keeps what early profiles need. */
export class EarlyFillCollector {
  private readonly kept: FillColumns[] = [];
  private readonly wallets = new WalletNumbers();
  private readonly numbers: DataFrame;
  /** Fills so far, and time of the first one, by wallet. */
  private nSeen = new Uint32Array(0);
  private firstMs = new Float64Array(0);
  private readonly marks: MarketMarks;
  private readonly marksAt = new Map<number, DataFrame>();
  private readonly timestamps: number[];

  /**
   * @param timestamps at which profiles will be made
   * @param markets 10_markets
   * @param takePart gives wallets that do not take part no name; prices are those of all fills
   */
  constructor(
    private readonly window: EarlyWindow,
    timestamps: readonly number[],
    markets: DataFrame,
    private readonly takePart: (fills: DataFrame) => DataFrame = (fills) => fills,
  ) {
    this.timestamps = [...timestamps].sort((a, b) => a - b);
    this.numbers = numberMarkets(markets);
    this.marks = new MarketMarks(this.numbers.height);
  }

  /** Takes the next rows of 10_raw_trades, in time order; none may be older than those before. */
  async add(batch: DataFrame): Promise<void> {
    const { columns, nWallets } = await numberFills(this.takePart(batch).lazy(), this.numbers, this.wallets);
    const { ms } = columns;
    let from = 0;
    while (this.timestamps.length > 0 && ms.length > 0 && ms[ms.length - 1] >= this.timestamps[0]) {
      const at = this.timestamps.shift()!;
      const to = ms.findIndex((time) => time >= at);
      this.marks.add(columns, from, to);
      this.marksAt.set(at, this.marks.frame());
      from = to;
    }
    this.marks.add(columns, from);
    this.keepFirst(columns, nWallets);
  }

  /** What the walk has kept; no fill where none names a wallet. */
  finish(): EarlyFills {
    for (const at of this.timestamps) this.marksAt.set(at, this.marks.frame());
    return { fills: stackFills(this.kept), wallets: this.wallets, marks: this.marksAt };
  }

  private keepFirst(columns: FillColumns, nWallets: number): void {
    const { ms, walletCode } = columns;
    this.nSeen = grown(this.nSeen, nWallets);
    this.firstMs = grown(this.firstMs, nWallets);
    const { nSeen, firstMs } = this;
    const { nFills, hours } = this.window;
    const ageMs = hours === null ? Number.POSITIVE_INFINITY : hours * HOUR_MS;
    const rows = rowsWhere(ms.length, (row) => {
      const wallet = walletCode[row];
      if (wallet === NOBODY) return false;
      if (nSeen[wallet] === 0) firstMs[wallet] = ms[row];
      return nSeen[wallet]++ < nFills && ms[row] - firstMs[wallet] <= ageMs;
    });
    if (rows.length > 0) this.kept.push(takeFills(columns, rows));
  }
}

/**
 * The first fills of the wallets of a table, and prices at `timestamps`; rows at or after the last timestamp are not read.
 * @param markets and takePart as EarlyFillCollector has them
 */
export async function collectEarlyFills(
  trades: Table,
  markets: DataFrame,
  window: EarlyWindow,
  timestamps: readonly number[],
  takePart?: (fills: DataFrame) => DataFrame,
): Promise<EarlyFills> {
  const collector = new EarlyFillCollector(window, timestamps, markets, takePart);
  const span = { untilMs: Math.max(...timestamps) };
  const query = { between: span, columns: TRADE_COLUMNS, rowsAtOnce: BATCH_ROWS };
  for await (const fills of readParts(trades, query)) await collector.add(fills);
  return collector.finish();
}

/**
 * Profiles as of T of every wallet's first fills, sorted by wallet. Prices and resolutions are those known before T.
 * `max_bet_vs_market_volume_pct` is null: it needs the fills of others. There is no alpha_score.
 * @param asOfMs one of the timestamps that `early` was collected for
 */
export async function earlyProfiles(early: EarlyFills, markets: DataFrame, asOfMs: number): Promise<DataFrame> {
  const { fills, wallets, marks } = early;
  const collected = marks.get(asOfMs);
  if (collected === undefined) throw new Error(`assertion failed: no marks were collected at ${asOfMs}`);
  const values = outcomeValues(markets, [collected], asOfMs);
  const nKnown = bisectLeft(fills.ms, asOfMs);
  const nShards = Math.max(1, Math.ceil(nKnown / SHARD_ROWS));
  const profiles: DataFrame[] = [];
  for (let shard = 0; shard < nShards; shard++) {
    // Whole wallets each.
    const rows = rowsWhere(nKnown, (row) => fills.walletCode[row] % nShards === shard);
    const summer = new FillSummer(marketColumns(markets), new MarketVolumes(numberMarkets(markets).height));
    summer.add(takeFills(fills, rows), wallets.n);
    profiles.push(mergeProfiles([summer.result(wallets, 1).ofShard(0)], values, fills.ms[0], asOfMs));
    await releaseFrames();
  }
  return pl
    .concat(profiles)
    .withColumns(pl.lit(null).cast(pl.Float64).alias('max_bet_vs_market_volume_pct'))
    .sort('wallet');
}
