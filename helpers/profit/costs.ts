/** What an order costs and how it ends, in words. */
import { HOUR_MS } from '../run/clock.ts';
import type { BacktestSettings } from './backtest_options.ts';

export function formatCosts({ rules, stakeUsd, horizonMs }: BacktestSettings): string {
  const isSold = Number.isFinite(rules.horizonMs);
  const exit = isSold ? `sold ${horizonMs / HOUR_MS} h after the fill` : 'held to resolution';
  const halfSpreadCents = Number((100 * rules.halfSpread).toFixed(6));
  return `Orders of $${stakeUsd} are filled by the next trade after the delay and ${exit}, with the venue's taker fee and ${halfSpreadCents} cents of half spread each way; a market without a winner pays what it was settled at (Polymarket: .5 a share).`;
}
