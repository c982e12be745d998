/**
 * The one definition of a trade's features, in a stream and in training: a fold over trades in order of time. A trade is measured
 * against what came before it, then it enters its market's baseline; nothing later is ever looked at.
 *
 * Memory is bounded: 512 trades a market, 50,000 markets, 1,000,000 wallets; above that the tenth that has been idle for longest is
 * forgotten (kernels/idle_map.ts), and is a new market or wallet when it comes back.
 */

import { IdleMap } from '../kernels/idle_map.ts';
import { DAY_MS, HOUR_MS } from '../run/clock.ts';
import { type Baseline, MarketState, SeededWindow } from './market_state.ts';
import type { MarketFacts, Trade } from './trade.ts';
import { type WalletPast, WalletState } from './wallet_state.ts';

export interface FoldLimits {
  readonly nMarkets: number;
  readonly nWallets: number;
}

const FOLD_LIMITS: FoldLimits = { nMarkets: 50_000, nWallets: 1_000_000 };
/** Last trades that stand for a category. */
const N_CATEGORY_TRADES = 512;
/** Further categories have the baseline of all. */
const N_CATEGORIES_MAX = 256;
/** A wallet first seen so soon after the beginning may be of any age. */
const CENSORED_MS = DAY_MS;
/** Makes a median absolute deviation comparable with a standard deviation. */
const MAD_SCALE = 1.4826;
/** A category that is not known. */
export const OTHER = 'other';

/** What a size was compared with. */
export type BaselineKind = 'market' | 'category' | 'all' | 'none';

/** Of Polymarket, whose trades have a wallet. */
export interface WalletFeatures {
  /** Trades of the wallet before the UTC day. */
  readonly walletTrades: number;
  /** Their mean, USD; NaN without any. */
  readonly walletMeanUsd: number;
  /** Hours since the wallet was first seen, 0 for a new one; NaN where it may have been there before the beginning. */
  readonly firstSeenHours: number;
  /** Size against the wallet's own earlier trades, in deviations; NaN below two. */
  readonly ownZ: number;
  /** Share of this trade in the market's volume of 24 hours, itself included. */
  readonly marketShare: number;
}

/** NaN is unknown. */
export interface TradeFeatures {
  readonly contracts: number;
  /** USD per contract of the side taken. */
  readonly price: number;
  /** Mean contracts of the market's trades before. */
  readonly meanContracts: number;
  /** (contracts − mean) / (deviation + 1). */
  readonly sizeZ: number;
  /** (contracts − median) / (1.4826 MAD + 1). */
  readonly robustZ: number;
  /** To the scheduled close; 0 after it. */
  readonly hoursToClose: number;
  readonly openInterest: number;
  /** Contracts traded in the market in the 24 hours before. */
  readonly volume24h: number;
  readonly category: string;
  readonly baseline: BaselineKind;
  /** Null where the venue tells no wallet. */
  readonly wallet: WalletFeatures | null;
}

const NO_BASELINE = { mean: Number.NaN, deviation: Number.NaN, median: Number.NaN, mad: Number.NaN };
const orNaN = (value: number | null): number => value ?? Number.NaN;

export class TradeFold {
  private readonly markets: IdleMap<MarketState>;
  private readonly wallets: IdleMap<WalletState>;
  private readonly categories = new Map<string, SeededWindow>();
  private readonly all = new SeededWindow(N_CATEGORY_TRADES);

  /** @param knownSinceMs since when wallets are known, seeds included; default the first trade */
  constructor(
    private knownSinceMs: number | null = null,
    limits: FoldLimits = FOLD_LIMITS,
  ) {
    this.markets = new IdleMap(limits.nMarkets);
    this.wallets = new IdleMap(limits.nWallets);
  }

  /** The features of a trade as of just before it; then it enters what later trades are measured against. */
  next(trade: Trade, facts: MarketFacts): TradeFeatures {
    const { tsMs, contracts, price } = trade;
    this.knownSinceMs ??= tsMs;
    const market = this.markets.get(trade.marketId) ?? this.markets.add(trade.marketId, new MarketState());
    const category = facts.category ?? OTHER;
    const ofCategory = this.categoryWindow(category);
    const { kind, baseline } = this.chooseBaseline(market, ofCategory, tsMs);
    const volume24h = market.volume24h.at(tsMs);
    const features: TradeFeatures = {
      contracts,
      price,
      meanContracts: baseline.mean,
      sizeZ: (contracts - baseline.mean) / (baseline.deviation + 1),
      robustZ: (contracts - baseline.median) / (MAD_SCALE * baseline.mad + 1),
      hoursToClose: facts.closeMs === null ? Number.NaN : Math.max(0, facts.closeMs - tsMs) / HOUR_MS,
      openInterest: orNaN(facts.openInterest),
      volume24h,
      category,
      baseline: kind,
      wallet: trade.wallet === null ? null : this.nextOfWallet(trade.wallet, trade, volume24h),
    };
    market.add(tsMs, contracts);
    if (ofCategory !== this.all) ofCategory.add(tsMs, contracts);
    this.all.add(tsMs, contracts);
    return features;
  }

  /** The baseline of a market's trades, to be kept for a later run; null where it has none yet. */
  baselineOf(marketId: string): Baseline | null {
    const market = this.markets.get(marketId);
    const baseline = market?.contracts.baseline(market.lastMs) ?? null;
    return baseline === null ? null : { ...baseline, volume24h: market?.volume24h.state() };
  }

  /** The same of a category as of a moment. */
  baselineOfCategory(category: string, tsMs: number): Baseline | null {
    return this.categories.get(category)?.baseline(tsMs) ?? null;
  }

  /** Gives a market the baseline of an earlier run, until it has as many trades of its own, and what was traded in it since. */
  seedMarket(marketId: string, baseline: Baseline): void {
    const market = this.markets.get(marketId) ?? this.markets.add(marketId, new MarketState());
    market.contracts.sow(baseline);
    if (baseline.volume24h !== undefined) market.volume24h.restore(baseline.volume24h);
    market.lastMs = Math.max(market.lastMs, baseline.asOfMs);
  }

  /** The same for a category. */
  seedCategory(category: string, baseline: Baseline): void {
    this.categoryWindow(category).sow(baseline);
  }

  /** Gives a wallet that has not traded yet its past. */
  seedWallet(wallet: string, past: WalletPast): void {
    if (this.wallets.get(wallet) === undefined) this.wallets.add(wallet, new WalletState(past));
  }

  private categoryWindow(category: string): SeededWindow {
    const known = this.categories.get(category);
    if (known !== undefined) return known;
    if (this.categories.size >= N_CATEGORIES_MAX) return this.all;
    const window = new SeededWindow(N_CATEGORY_TRADES);
    this.categories.set(category, window);
    return window;
  }

  private chooseBaseline(
    { contracts }: MarketState,
    ofCategory: SeededWindow,
    tsMs: number,
  ): { kind: BaselineKind; baseline: Omit<Baseline, 'n' | 'windowMs' | 'asOfMs'> } {
    const ofMarket = contracts.baseline(tsMs);
    if (ofMarket !== null) return { kind: 'market', baseline: ofMarket };
    const some = ofCategory.baseline(tsMs);
    if (some !== null) return { kind: 'category', baseline: some };
    const all = this.all.baseline(tsMs);
    return all === null ? { kind: 'none', baseline: NO_BASELINE } : { kind: 'all', baseline: all };
  }

  private nextOfWallet(name: string, { tsMs, contracts, price }: Trade, volume24h: number): WalletFeatures {
    const wallet = this.wallets.get(name) ?? this.wallets.add(name, WalletState.fresh(tsMs));
    const usd = contracts * price;
    const { nTrades, meanUsd } = wallet.profile(tsMs);
    const sinceBeginMs = wallet.firstMs - (this.knownSinceMs ?? tsMs);
    const isCensored = sinceBeginMs >= 0 && sinceBeginMs < CENSORED_MS;
    const features = {
      walletTrades: nTrades,
      walletMeanUsd: meanUsd,
      firstSeenHours: isCensored ? Number.NaN : (tsMs - wallet.firstMs) / HOUR_MS,
      ownZ: wallet.zOfBet(usd),
      marketShare: contracts / (volume24h + contracts),
    };
    wallet.add(tsMs, usd);
    return features;
  }
}
