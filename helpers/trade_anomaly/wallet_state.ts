/** What the fold keeps of a wallet: its earlier trades as sums, and how they stood when the day began. */
import { DAY_MS } from '../run/clock.ts';

/** The past of a wallet before the fold begins, from stored trades. */
export interface WalletPast {
  /** Its first trade, ms since 1970 UTC. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly nTrades: number;
  readonly sumUsd: number;
  readonly sumOfSquaresUsd: number;
}

const NOBODY: Omit<WalletPast, 'firstMs' | 'lastMs'> = { nTrades: 0, sumUsd: 0, sumOfSquaresUsd: 0 };

export class WalletState {
  readonly firstMs: number;
  lastMs: number;
  private nTrades: number;
  private sumUsd: number;
  private sumOfSquaresUsd: number;
  private day: number;
  private nBeforeDay: number;
  private sumBeforeDay: number;

  constructor({ firstMs, lastMs, nTrades, sumUsd, sumOfSquaresUsd }: WalletPast) {
    this.firstMs = firstMs;
    this.lastMs = lastMs;
    this.nTrades = nTrades;
    this.sumUsd = sumUsd;
    this.sumOfSquaresUsd = sumOfSquaresUsd;
    this.day = Number.NEGATIVE_INFINITY;
    this.nBeforeDay = nTrades;
    this.sumBeforeDay = sumUsd;
  }

  /** A wallet that was never seen before. */
  static fresh(tsMs: number): WalletState {
    return new WalletState({ firstMs: tsMs, lastMs: tsMs, ...NOBODY });
  }

  /** Trades, and their mean in USD (NaN without any), before the UTC day of the moment. */
  profile(tsMs: number): { nTrades: number; meanUsd: number } {
    this.beginDay(tsMs);
    return {
      nTrades: this.nBeforeDay,
      meanUsd: this.nBeforeDay > 0 ? this.sumBeforeDay / this.nBeforeDay : Number.NaN,
    };
  }

  /** How unusual a bet is for this wallet: (usd − mean) / (deviation + 1) over all its earlier trades; NaN below two. */
  zOfBet(usd: number): number {
    const n = this.nTrades;
    if (n < 2) return Number.NaN;
    const mean = this.sumUsd / n;
    const variance = Math.max(0, (this.sumOfSquaresUsd - n * mean * mean) / (n - 1));
    return (usd - mean) / (Math.sqrt(variance) + 1);
  }

  add(tsMs: number, usd: number): void {
    this.beginDay(tsMs);
    this.nTrades++;
    this.sumUsd += usd;
    this.sumOfSquaresUsd += usd * usd;
    this.lastMs = Math.max(this.lastMs, tsMs);
  }

  private beginDay(tsMs: number): void {
    const day = Math.floor(tsMs / DAY_MS);
    if (day <= this.day) return;
    this.day = day;
    this.nBeforeDay = this.nTrades;
    this.sumBeforeDay = this.sumUsd;
  }
}
