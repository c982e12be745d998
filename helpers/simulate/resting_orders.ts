/**
 * Orders of ordinary wallets that wait to be met: per market two short queues, one per exposure. Prices are not kept,
 * because a waiting order is taken to follow the quote; the oldest order makes room for a new one.
 */

const QUEUE_LENGTH = 8;

/** Exposure to outcome 0: buying it or selling outcome 1 is long, the other two are short. */
export const LONG = 0;
export const SHORT = 1;

export interface RestingOrder {
  wallet: number;
  isSell: boolean;
  usd: number;
}

/** Waiting orders of `nMarkets` markets, at most QUEUE_LENGTH for each exposure; amounts in USD. */
export class RestingOrders {
  private readonly wallets: Int32Array;
  private readonly isSell: Uint8Array;
  private readonly usd: Float32Array;
  private readonly nOrders: Uint8Array;
  private readonly taken: RestingOrder = { wallet: -1, isSell: false, usd: 0 };

  constructor(nMarkets: number) {
    this.wallets = new Int32Array(nMarkets * 2 * QUEUE_LENGTH);
    this.isSell = new Uint8Array(nMarkets * 2 * QUEUE_LENGTH);
    this.usd = new Float32Array(nMarkets * 2 * QUEUE_LENGTH);
    this.nOrders = new Uint8Array(nMarkets * 2);
  }

  push(market: number, exposure: number, wallet: number, isSell: boolean, usd: number): void {
    const queue = market * 2 + exposure;
    if (this.nOrders[queue] === QUEUE_LENGTH) this.removeAt(queue, 0);
    const i = queue * QUEUE_LENGTH + this.nOrders[queue]++;
    this.wallets[i] = wallet;
    this.isSell[i] = isSell ? 1 : 0;
    this.usd[i] = usd;
  }

  /**
   * Takes the oldest waiting order that is not `exceptWallet`'s and whose size is like the one wanted (half to three times
   * `usdSell` for a sale, `usdBuy` for a purchase; NaN means any size), or null. The returned object is reused by the next call.
   */
  take(market: number, exposure: number, exceptWallet: number, usdSell: number, usdBuy: number): RestingOrder | null {
    const queue = market * 2 + exposure;
    for (let k = 0; k < this.nOrders[queue]; k++) {
      const i = queue * QUEUE_LENGTH + k;
      const usd = this.isSell[i] === 1 ? usdSell : usdBuy;
      if (this.wallets[i] === exceptWallet || this.usd[i] < 0.5 * usd || this.usd[i] > 3 * usd) continue;
      this.taken.wallet = this.wallets[i];
      this.taken.isSell = this.isSell[i] === 1;
      this.taken.usd = this.usd[i];
      this.removeAt(queue, k);
      return this.taken;
    }
    return null;
  }

  /** Takes the oldest waiting order of any size, or null. */
  takeOldest(market: number, exposure: number): RestingOrder | null {
    return this.take(market, exposure, -1, Number.NaN, Number.NaN);
  }

  private removeAt(queue: number, k: number): void {
    const start = queue * QUEUE_LENGTH;
    const end = start + this.nOrders[queue];
    this.wallets.copyWithin(start + k, start + k + 1, end);
    this.isSell.copyWithin(start + k, start + k + 1, end);
    this.usd.copyWithin(start + k, start + k + 1, end);
    this.nOrders[queue]--;
  }
}
