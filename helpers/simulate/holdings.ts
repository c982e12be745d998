/**
 * What each wallet remembers holding: a few slots of (market, outcome, shares). A wallet with more open positions than
 * slots forgets one, which is then held to resolution; that is what keeps memory free of the number of trades.
 */

export const SLOTS_PER_WALLET = 6;

/** SLOTS_PER_WALLET slots for each of `nWallets` wallets, all free at first; shares counted to a hundredth. */
export class Holdings {
  private readonly markets: Int32Array;
  private readonly outcomes: Uint8Array;
  /** Hundredths of a share. */
  private readonly shares: Float64Array;

  constructor(nWallets: number) {
    this.markets = new Int32Array(nWallets * SLOTS_PER_WALLET).fill(-1);
    this.outcomes = new Uint8Array(nWallets * SLOTS_PER_WALLET);
    this.shares = new Float64Array(nWallets * SLOTS_PER_WALLET);
  }

  /** The market in slot k of the wallet, -1 when free. */
  market(wallet: number, k: number): number {
    return this.markets[wallet * SLOTS_PER_WALLET + k];
  }

  outcome(wallet: number, k: number): number {
    return this.outcomes[wallet * SLOTS_PER_WALLET + k];
  }

  free(wallet: number, k: number): void {
    this.markets[wallet * SLOTS_PER_WALLET + k] = -1;
    this.shares[wallet * SLOTS_PER_WALLET + k] = 0;
  }

  /** Hundredths of a share of the outcome that the wallet remembers. */
  held(wallet: number, market: number, outcome: number): number {
    const i = this.find(wallet, market, outcome);
    return i < 0 ? 0 : this.shares[i];
  }

  /** Adds a purchase; when every slot is taken, the one numbered `victim` (0..SLOTS_PER_WALLET-1) is forgotten. */
  add(wallet: number, market: number, outcome: number, shares: number, victim: number): void {
    let i = this.find(wallet, market, outcome);
    if (i < 0) {
      i = this.find(wallet, -1, -1);
      if (i < 0) i = wallet * SLOTS_PER_WALLET + victim;
      this.markets[i] = market;
      this.outcomes[i] = outcome;
      this.shares[i] = 0;
    }
    this.shares[i] += shares;
  }

  /** Takes a sale off; an emptied slot becomes free. */
  remove(wallet: number, market: number, outcome: number, shares: number): void {
    const i = this.find(wallet, market, outcome);
    if (i < 0) return;
    this.shares[i] -= shares;
    if (this.shares[i] <= 0) this.free(wallet, i - wallet * SLOTS_PER_WALLET);
  }

  /** Index of the slot with this market and outcome, or of the first free one for market -1; -1 when there is none. */
  private find(wallet: number, market: number, outcome: number): number {
    const start = wallet * SLOTS_PER_WALLET;
    for (let i = start; i < start + SLOTS_PER_WALLET; i++) {
      if (this.markets[i] === market && (market < 0 || this.outcomes[i] === outcome)) return i;
    }
    return -1;
  }
}
