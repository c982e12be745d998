/** Where the simulated fills go. */

/** Stands for USDC where an asset number is expected; tokens are market * 2 + outcome. */
export const USDC = -1;

/**
 * Takes rows of `orderFilled` one by one. Wallets are numbers below nWallets; nWallets is the CTF exchange and
 * nWallets + 1 the NegRisk exchange. Amounts are 6-decimal integers.
 */
export interface FillSink {
  /** The rows up to the next call share one transaction. */
  beginMatch(timeS: number): void;
  fill(
    maker: number,
    makerAsset: number,
    makerAmount: number,
    taker: number,
    takerAsset: number,
    takerAmount: number,
  ): void;
}
