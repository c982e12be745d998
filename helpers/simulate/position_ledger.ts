/** Bought and sold shares and money by (wallet, market, outcome), in arrays that double when they are full. */

export interface LedgerEntry {
  readonly wallet: number;
  readonly market: number;
  readonly outcome: number;
  readonly bought: number;
  readonly sold: number;
  readonly paidUsd: number;
  readonly receivedUsd: number;
}

const N_FIELDS = 4;

/** Sums of positions of any number of wallets in `nMarkets` markets; shares and USD. */
export class PositionLedger {
  private readonly slots = new Map<number, number>();
  private values = new Float64Array(N_FIELDS * 1024);

  constructor(private readonly nMarkets: number) {}

  add(wallet: number, market: number, outcome: number, isBuy: boolean, shares: number, usd: number): void {
    const key = (wallet * this.nMarkets + market) * 2 + outcome;
    let slot = this.slots.get(key);
    if (slot === undefined) {
      slot = this.slots.size;
      this.slots.set(key, slot);
      if ((slot + 1) * N_FIELDS > this.values.length) {
        const larger = new Float64Array(this.values.length * 2);
        larger.set(this.values);
        this.values = larger;
      }
    }
    const at = slot * N_FIELDS + (isBuy ? 0 : 1);
    this.values[at] += shares;
    this.values[at + 2] += usd;
  }

  /** All entries in the order they were first touched. */
  *entries(): Generator<LedgerEntry> {
    for (const [key, slot] of this.slots) {
      const pair = Math.floor(key / 2);
      const [bought, sold, paidUsd, receivedUsd] = this.values.subarray(slot * N_FIELDS, (slot + 1) * N_FIELDS);
      yield {
        wallet: Math.floor(pair / this.nMarkets),
        market: pair % this.nMarkets,
        outcome: key % 2,
        bought,
        sold,
        paidUsd,
        receivedUsd,
      };
    }
  }
}
