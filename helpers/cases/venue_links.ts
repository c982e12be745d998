/** Pages of a venue about a wallet or a market; null where it has none that an address can be made of. */
import type { MarketFacts } from './market_facts.ts';

const POLYMARKET = 'https://polymarket.com';
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const SLUG = /^[A-Za-z0-9][A-Za-z0-9_-]{0,199}$/;

/** Wallets are known of Polymarket alone. */
export function profileUrl(wallet: string): string | null {
  return ADDRESS.test(wallet) ? `${POLYMARKET}/profile/${wallet}` : null;
}

export function marketUrl({ venue, slug }: Pick<MarketFacts, 'venue' | 'slug'>): string | null {
  return venue === 'polymarket' && slug !== null && SLUG.test(slug) ? `${POLYMARKET}/market/${slug}` : null;
}
