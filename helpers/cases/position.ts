/** What a wallet holds of a market and what it made there, by average cost. */
import type { Bet } from './wallet_history.ts';

/** Shares below this are rounding: fills count in millionths. */
const NO_SHARES = 5e-7;

/** Both outcomes of one market; a wallet that sells what it did not buy holds less than nothing. */
export class Position {
  /** By outcome. */
  readonly shares: [number, number] = [0, 0];
  /** What the shares held cost, by outcome; negative where they were sold first. */
  private readonly costUsd: [number, number] = [0, 0];
  realisedUsd = 0;
  boughtUsd = 0;
  soldUsd = 0;
  nFills = 0;
  lastMs = Number.NEGATIVE_INFINITY;

  trade({ ms, outcome, isBuy, shares, usd }: Bet): void {
    this.nFills++;
    this.lastMs = Math.max(this.lastMs, ms);
    if (isBuy) this.boughtUsd += usd;
    else this.soldUsd += usd;
    if (shares < NO_SHARES) {
      this.realisedUsd += isBuy ? -usd : usd;
      return;
    }
    const [held, cost] = [this.shares[outcome], this.costUsd[outcome]];
    const change = isBuy ? shares : -shares;
    const paid = isBuy ? usd : -usd;
    if (held * change >= 0) {
      this.hold(outcome, held + change, cost + paid);
      return;
    }
    // The trade closes what is held, and what is left of it opens the other side.
    const closedShare = Math.min(1, Math.abs(held / change));
    const keptShare = Math.max(0, 1 - Math.abs(change / held));
    this.realisedUsd += -paid * closedShare - cost * (1 - keptShare);
    this.hold(outcome, held + change, cost * keptShare + paid * (1 - closedShare));
  }

  private hold(outcome: 0 | 1, shares: number, costUsd: number): void {
    const isNothing = Math.abs(shares) < NO_SHARES;
    if (isNothing) this.realisedUsd -= costUsd;
    this.shares[outcome] = isNothing ? 0 : shares;
    this.costUsd[outcome] = isNothing ? 0 : costUsd;
  }

  get isOpen(): boolean {
    return this.shares[0] !== 0 || this.shares[1] !== 0;
  }

  /** The market has ended. @param payout0 USD that a share of outcome 0 is paid; one of outcome 1 is paid the rest */
  settle(payout0: number): void {
    for (const outcome of [0, 1] as const) {
      const paid = outcome === 0 ? payout0 : 1 - payout0;
      this.realisedUsd += this.shares[outcome] * paid - this.costUsd[outcome];
      this.shares[outcome] = 0;
      this.costUsd[outcome] = 0;
    }
  }

  /** Profit on what is held, were it sold. @param price0 price of outcome 0, NaN where there is none: then it is worth nothing */
  markedUsd(price0: number): number {
    const [worth0, worth1] = Number.isNaN(price0) ? [0, 0] : [price0, 1 - price0];
    return this.shares[0] * worth0 + this.shares[1] * worth1 - this.costUsd[0] - this.costUsd[1];
  }
}
