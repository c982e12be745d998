/**
 * Gathers, while fills go by, what the published marginals are about. Counts are kept for every wallet; positions for an
 * evenly spaced sample with at most two thousand active ones, so that memory grows with wallets and markets only.
 */
import { quantile } from 'd3-array';
import { type FillSink, USDC } from './fill_sink.ts';
import { PositionLedger } from './position_ledger.ts';

const SAMPLE_MAX = 2000;
/** Wallets need that many resolved markets (or positions) for a rate of theirs to count, as in the published study. */
const RATE_N_MIN = 5;

const SMALL_MICRO_USD = 5e6;
const NONE = -1;
const MANY = -2;
/** A fill within that many seconds of the wallet's last one is part of a burst. */
const BURST_S = 60;

/** All wallets that were seen, active or not; NaN of nothing. */
export interface WholeShares {
  readonly oneFill: number;
  readonly oneMarket: number;
  /** Mean trade under $5. */
  readonly small: number;
  /** Of the sampled wallets with a resolved market: win rate exactly 0 or 100 %. */
  readonly extremeWinRate: number;
  /** Share of a wallet's fills that came within a minute of its last one, at the 90th percentile of wallets. */
  readonly burstP90: number;
}

/** Samples of one number an active wallet (unsorted), plus the distribution of resting orders over matches. */
export interface WalletSamples {
  readonly whole: WholeShares;
  /** All active wallets with a fill. */
  readonly nFills: Float64Array;
  readonly meanUsd: Float64Array;
  /** Wallets with at least ten fills. */
  readonly makerShare: Float64Array;
  /** Sampled wallets: fills and distinct markets. */
  readonly marketsByFills: readonly { readonly nFills: number; readonly nMarkets: number }[];
  /** Sampled wallets with at least five resolved markets (positions for the last). */
  readonly winRate: Float64Array;
  readonly roi: Float64Array;
  readonly heldShare: Float64Array;
  /** Matches by number of resting orders: index 1, 2, ...; the last entry holds everything from there on. */
  readonly matchesByMakers: Float64Array;
  readonly nMatches: number;
}

/** Takes every fill of a simulation once; `samples` are what is compared with the published figures. */
export class WalletStatistics implements FillSink {
  private readonly nFills: Float64Array;
  private readonly nAsMaker: Float64Array;
  private readonly microUsd: Float64Array;
  private readonly nInBursts: Float64Array;
  private readonly lastAtS: Float64Array;
  /** The market of each wallet; MANY when there are several, NONE before the first. */
  private readonly markets: Int32Array;
  private readonly ledger: PositionLedger;
  private readonly stride: number;
  private readonly matchesByMakers = new Float64Array(42);
  private nMakers = -1;
  private timeS = 0;

  /** @param nActive the published figures are about that many wallets, the first ones */
  constructor(
    private readonly nWallets: number,
    nMarkets: number,
    private readonly nActive: number = nWallets,
  ) {
    this.nInBursts = new Float64Array(nWallets);
    this.lastAtS = new Float64Array(nWallets).fill(Number.NEGATIVE_INFINITY);
    this.markets = new Int32Array(nWallets).fill(NONE);
    this.nFills = new Float64Array(nWallets);
    this.nAsMaker = new Float64Array(nWallets);
    this.microUsd = new Float64Array(nWallets);
    this.ledger = new PositionLedger(nMarkets);
    this.stride = Math.ceil(nActive / SAMPLE_MAX);
  }

  beginMatch(timeS: number): void {
    this.timeS = timeS;
    this.countMatch();
  }

  private countMatch(): void {
    if (this.nMakers >= 0) this.matchesByMakers[this.nMakers]++;
    this.nMakers = 0;
  }

  fill(
    maker: number,
    makerAsset: number,
    makerAmount: number,
    taker: number,
    takerAsset: number,
    takerAmount: number,
  ): void {
    const isBuy = makerAsset === USDC;
    const usd = isBuy ? makerAmount : takerAmount;
    this.nFills[maker]++;
    this.microUsd[maker] += usd;
    if (taker < this.nWallets) {
      this.nAsMaker[maker]++;
      this.nMakers++;
    }
    if (this.timeS - this.lastAtS[maker] <= BURST_S) this.nInBursts[maker]++;
    this.lastAtS[maker] = this.timeS;
    const token = isBuy ? takerAsset : makerAsset;
    const market = token >> 1;
    if (this.markets[maker] !== market) this.markets[maker] = this.markets[maker] === NONE ? market : MANY;
    if (maker % this.stride !== 0) return;
    const shares = isBuy ? takerAmount : makerAmount;
    this.ledger.add(maker, market, token & 1, isBuy, shares / 1e6, usd / 1e6);
  }

  /**
   * What was gathered, once the run is over.
   *
   * @param payoff what a share of outcome 0 of a market paid: 1, 0, or NaN while the market is open or when it is void
   */
  samples(payoff: (market: number) => number): WalletSamples {
    this.countMatch();
    const all = Array.from({ length: this.nWallets }, (_, i) => i).filter((i) => this.nFills[i] > 0);
    const present = all.filter((i) => i < this.nActive);
    const busy = present.filter((i) => this.nFills[i] >= 10);
    const sampled = this.sampledWallets(payoff);
    const wallets = sampled.filter(({ wallet }) => wallet < this.nActive);
    const rated = wallets.filter((w) => w.nResolved >= RATE_N_MIN);
    return {
      whole: this.wholeShares(all, sampled),
      nFills: Float64Array.from(present, (i) => this.nFills[i]),
      meanUsd: Float64Array.from(present, (i) => this.microUsd[i] / this.nFills[i] / 1e6),
      makerShare: Float64Array.from(busy, (i) => this.nAsMaker[i] / this.nFills[i]),
      marketsByFills: wallets.map((w) => ({ nFills: this.nFills[w.wallet], nMarkets: w.nMarkets })),
      winRate: Float64Array.from(rated, (w) => w.nWins / w.nResolved),
      roi: Float64Array.from(rated, (w) => w.pnlUsd / w.paidUsd),
      heldShare: Float64Array.from(
        wallets.filter((w) => w.nPositions >= RATE_N_MIN),
        (w) => w.nHeld / w.nPositions,
      ),
      matchesByMakers: this.matchesByMakers,
      nMatches: this.matchesByMakers.reduce((sum, n) => sum + n, 0),
    };
  }

  private wholeShares(
    all: readonly number[],
    sampled: readonly { readonly nResolved: number; readonly nWins: number }[],
  ): WholeShares {
    const share = (isIn: (i: number) => boolean): number => all.filter(isIn).length / all.length;
    const resolved = sampled.filter(({ nResolved }) => nResolved > 0);
    const extreme = resolved.filter(({ nResolved, nWins }) => nWins === 0 || nWins === nResolved);
    return {
      oneFill: share((i) => this.nFills[i] === 1),
      oneMarket: share((i) => this.markets[i] !== MANY),
      small: share((i) => this.microUsd[i] < SMALL_MICRO_USD * this.nFills[i]),
      extremeWinRate: extreme.length / resolved.length,
      burstP90: quantile(all, 0.9, (i) => this.nInBursts[i] / this.nFills[i]) ?? Number.NaN,
    };
  }

  private sampledWallets(payoff: (market: number) => number) {
    const byWallet = new Map<
      number,
      { markets: Map<number, number>; paidUsd: number; nPositions: number; nHeld: number }
    >();
    for (const entry of this.ledger.entries()) {
      const wallet = byWallet.get(entry.wallet) ?? {
        markets: new Map<number, number>(),
        paidUsd: 0,
        nPositions: 0,
        nHeld: 0,
      };
      byWallet.set(entry.wallet, wallet);
      const paidFirst = payoff(entry.market);
      const paid = entry.outcome === 0 ? paidFirst : 1 - paidFirst;
      const pnlUsd = entry.receivedUsd - entry.paidUsd + (entry.bought - entry.sold) * paid;
      wallet.markets.set(entry.market, (wallet.markets.get(entry.market) ?? 0) + pnlUsd);
      if (Number.isNaN(paid) || entry.bought === 0) continue;
      wallet.paidUsd += entry.paidUsd;
      wallet.nPositions++;
      // Held means that at least half of what was bought was still there.
      if (entry.sold <= 0.5 * entry.bought) wallet.nHeld++;
    }
    return [...byWallet].map(([wallet, { markets, ...totals }]) => {
      const resolved = [...markets.values()].filter((pnlUsd) => !Number.isNaN(pnlUsd));
      const nWins = resolved.filter((pnlUsd) => pnlUsd > 0).length;
      const pnlUsd = resolved.reduce((sum, pnl) => sum + pnl, 0);
      return { wallet, nMarkets: markets.size, nResolved: resolved.length, nWins, pnlUsd, ...totals };
    });
  }
}
