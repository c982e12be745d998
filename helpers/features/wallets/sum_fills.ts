/**
 * Wallet profiles come in two halves that meet in whole numbers. This half makes sums of the fills of a span, which can be
 * added up, whatever the cut, to the same bits (while no position is above 9 billion USD or shares); profile_merge.ts makes
 * profiles of them. A wallet, its position and its
 * market's volume are brought up to date fill by fill in plain arrays, where a query engine sorts and groups five times; and
 * what need not be known of every position is summed by wallet: positions are half as many as fills, wallets a hundredth.
 */
import { type DataFrame, pl } from '../../polars/polars.ts';
import { MarketMarks } from '../market_marks.ts';
import type { FillColumns, MarketColumns } from './fill_columns.ts';
import type { MarketVolumes } from './market_volumes.ts';
import { type Positions, PositionTable } from './position_table.ts';
import { shardsOf, type WalletNumbers } from './wallet_numbers.ts';
import { WalletTable } from './wallet_table.ts';

/** Sums of some wallets; `wallet_code` is the place of a wallet in `wallets`. */
export interface WalletSums {
  /** One row per wallet: `wallet` and the columns of WalletTable. */
  readonly wallets: DataFrame;
  /** One row per wallet, market and outcome. */
  readonly positions: Positions;
}

/** What came of the fills of a span. */
export interface FillSums {
  /** The sums of a shard's wallets, made when they are asked for; a wallet is in the same shard in every span. */
  readonly ofShard: (shard: number) => WalletSums;
  /** The frame of MarketMarks. */
  readonly marks: DataFrame;
}

/** Sums the fills of a span, which may come in any number of batches in the order of time. */
export class FillSummer {
  private readonly wallets = new WalletTable();
  private readonly positions: PositionTable;
  private readonly marks: MarketMarks;

  /**
   * @param volumes of markets before these fills; goes on with them
   * @param nExpected positions that will come, about
   */
  constructor(
    private readonly markets: MarketColumns,
    private readonly volumes: MarketVolumes,
    nExpected = 0,
  ) {
    this.positions = new PositionTable(nExpected);
    this.marks = new MarketMarks(markets.domain.length);
  }

  /** Positions of the fills so far. */
  get nPositions(): number {
    return this.positions.n;
  }

  /** Fills so far. */
  nFills = 0;

  /**
   * One pass after the other, each over little memory: all at once takes half as long again and more.
   * @param nWallets all numbers of wallets are below
   * @throws Error when fills are not in the order of time
   */
  add(fills: FillColumns, nWallets: number): void {
    this.nFills += fills.ms.length;
    const volumeBefore = this.volumes.follow(fills);
    this.marks.add(fills);
    this.wallets.add(fills, nWallets, this.markets, volumeBefore);
    this.positions.add(fills, this.positions.number(fills));
  }

  /**
   * Ends the summing; may be called once.
   * @param names of the wallets that the fills tell of by number
   */
  result(names: WalletNumbers, nShards: number): FillSums {
    const traders = this.wallets.traders();
    const named = pl.DataFrame([names.namesOf(traders)]);
    const shards = shardsOf(named, nShards);
    const [shardOf, placeOf] = [new Uint16Array(names.n), new Uint32Array(names.n)];
    const nInShard = new Uint32Array(nShards);
    traders.forEach((wallet, i) => {
      shardOf[wallet] = shards[i];
      placeOf[wallet] = nInShard[shards[i]]++;
    });
    const wallets = pl.DataFrame([...named.getColumns(), ...this.wallets.columns(traders), pl.Series('shard', shards)]);
    const positions = this.positions.result(shardOf, placeOf, nShards);
    return {
      ofShard: (shard) => ({
        wallets: wallets.filter(pl.col('shard').eq(pl.lit(shard))).drop('shard'),
        positions: positions(shard),
      }),
      marks: this.marks.frame(),
    };
  }
}
