/** How early early detection is, in a line. */
import { formatCount } from '../run/console.ts';
import type { EarlyTaskFacts } from './early_task.ts';

export function formatWhollySeen({ nWallets, nWhollySeen }: EarlyTaskFacts): string {
  const share = ((100 * nWhollySeen) / Math.max(1, nWallets)).toFixed(0);
  return `${formatCount(nWhollySeen)} of ${formatCount(nWallets)} wallets (${share} %) have no more fills than early detection sees: for them it is not early. It is tested over all wallets, and over those that traded on.`;
}
