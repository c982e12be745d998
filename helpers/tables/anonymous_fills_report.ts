/** What fills without a wallet are good for, in a line. */
import { formatCount } from '../run/console.ts';

/** The line about fills without a wallet; none when every fill names one. */
export function formatAnonymousFills(nAnonymous: number, nFills: number): string[] {
  if (nAnonymous === 0) return [];
  const share = `${formatCount(nAnonymous)} of ${formatCount(nFills)} fills have none`;
  return [`Kalshi publishes no wallets: ${share}; they count for markets, not for profiles.`];
}
