/** What fills so far say of wallets (their past) and of markets (contracts outstanding). */
import { type FillColumns, FLAGS, NOBODY, tokenOf } from '../features/wallets/fill_columns.ts';
import type { WalletPast } from './wallet_state.ts';

const MICRO = 1e6;

function grown(column: Float64Array, n: number): Float64Array {
  if (column.length >= n) return column;
  const next = new Float64Array(2 * n);
  next.set(column);
  return next;
}

/** USD that the side taken cost: selling one outcome is buying the other. */
function costOf({ flags, shares, price }: FillColumns, i: number): number {
  return (shares[i] / MICRO) * ((flags[i] & FLAGS.buy) !== 0 ? price[i] : 1 - price[i]);
}

export class EarlierFills {
  private first: Float64Array = new Float64Array(0);
  private last: Float64Array = new Float64Array(0);
  private n: Float64Array = new Float64Array(0);
  private usd: Float64Array = new Float64Array(0);
  private squares: Float64Array = new Float64Array(0);
  /** Shares bought minus sold of each outcome, over makers and takers. */
  private readonly net: Float64Array;
  private hasMakers = false;
  /** Changes of the millisecond that is going on: they are no past of its trades. */
  private pending: { readonly token: number; readonly shares: number }[] = [];
  private nowMs = Number.NEGATIVE_INFINITY;

  /** @param nTokens two a market */
  constructor(nTokens: number) {
    this.net = new Float64Array(nTokens);
  }

  /** Takes in a slice of fills before the span. */
  add(fills: FillColumns): void {
    for (let i = 0; i < fills.ms.length; i++) {
      this.moveTo(fills.ms[i]);
      this.addLater(fills, i);
      const walletCode = fills.walletCode[i];
      if (walletCode !== NOBODY && (fills.flags[i] & FLAGS.maker) === 0)
        this.addToPast(walletCode, fills.ms[i], costOf(fills, i));
    }
  }

  /** Trades of a wallet before the span, as taker or in a role that nobody knows; null without any. */
  pastOf(walletCode: number): WalletPast | null {
    if (walletCode >= this.n.length || this.n[walletCode] === 0) return null;
    return {
      firstMs: this.first[walletCode],
      lastMs: this.last[walletCode],
      nTrades: this.n[walletCode],
      sumUsd: this.usd[walletCode],
      sumOfSquaresUsd: this.squares[walletCode],
    };
  }

  /**
   * Contracts outstanding: what wallets have bought and not sold of both outcomes, halved, as each pair of shares is one contract. Null
   * where only takers are told; less than the truth where the tape begins late or shares were split off by hand.
   */
  openInterest(market: number): number | null {
    if (!this.hasMakers) return null;
    const token = tokenOf(market, 0);
    return Math.max(0, (this.net[token] + this.net[token + 1]) / 2);
  }

  /** Ends the millisecond before. */
  moveTo(tsMs: number): void {
    if (tsMs <= this.nowMs) return;
    this.nowMs = tsMs;
    for (const { token, shares } of this.pending) this.net[token] += shares;
    this.pending = [];
  }

  /** Counts a fill as outstanding from the next millisecond on. */
  addLater(fills: FillColumns, i: number): void {
    const flags = fills.flags[i];
    if ((flags & FLAGS.maker) !== 0) this.hasMakers = true;
    const shares = fills.shares[i] / MICRO;
    this.pending.push({
      token: tokenOf(fills.market[i], fills.outcome[i]),
      shares: (flags & FLAGS.buy) !== 0 ? shares : -shares,
    });
  }

  private addToPast(walletCode: number, tsMs: number, usd: number): void {
    if (walletCode >= this.n.length) {
      for (const name of ['first', 'last', 'n', 'usd', 'squares'] as const)
        this[name] = grown(this[name], walletCode + 1);
    }
    if (this.n[walletCode] === 0) this.first[walletCode] = tsMs;
    this.last[walletCode] = tsMs;
    this.n[walletCode]++;
    this.usd[walletCode] += usd;
    this.squares[walletCode] += usd * usd;
  }
}
