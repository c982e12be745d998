/** False discoveries of tests that come one by one: LOND (Javanmard & Montanari 2018), Benjamini–Hochberg for a stream. */
import { check } from './checks.ts';

/**
 * A day's tests in order of time. Test t is rejected when p ≤ (rate / nExpected) · (1 + rejections so far), which holds the false
 * discovery rate of independent tests at `rate` for up to `nExpected` tests; those after them are not rejected any more.
 */
export class OnlineFdr {
  private nTests = 0;
  private nRejected = 0;

  /**
   * @param rate in (0, 1)
   * @param nExpected tests of the day at most, decided before it begins
   */
  constructor(
    private readonly rate: number,
    private readonly nExpected: number,
  ) {
    check(rate > 0 && rate < 1, `rate must lie in (0, 1), got ${rate}`);
    check(nExpected >= 1, `nExpected must be at least 1, got ${nExpected}`);
  }

  /** Whether the next test is rejected. */
  next(p: number): boolean {
    this.nTests++;
    if (this.nTests > this.nExpected || p > (this.rate / this.nExpected) * (1 + this.nRejected)) return false;
    this.nRejected++;
    return true;
  }
}
