/** The markets of a wallet as an HTML table. */
import { escapeHtml } from '../charts/page/text.ts';
import { winnerOf } from '../features/settlement.ts';
import { usdText } from '../features/wallets/reasons_report.ts';
import { isoDay } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import type { MarketFacts } from './market_facts.ts';
import { marketUrl } from './venue_links.ts';
import type { MarketResult } from './wallet_history.ts';

const N_MARKETS_MAX = 40;

/** Words from data, which keep their own direction of writing. */
const bdi = (words: string): string => `<bdi>${escapeHtml(words)}</bdi>`;

/** The question of a market, with a link to its page where there is one. The words keep their own direction of writing. */
export function questionHtml(market: MarketFacts): string {
  const words = bdi(market.question ?? market.id);
  const url = marketUrl(market);
  return url === null ? words : `<a href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer">${words}</a>`;
}

/** `Yes won`, `no winner, Yes paid $0.50`, or `open`. @param format writes the name of an outcome */
export function endingText({ payout0, outcomes }: MarketFacts, format: (outcome: string) => string): string {
  if (Number.isNaN(payout0)) return 'open';
  const winner = winnerOf(payout0);
  return winner === -1
    ? `no winner, ${format(outcomes[0])} paid ${usdText(payout0)}`
    : `${format(outcomes[winner])} won`;
}

/** @param results the market with most money first */
export function marketsHtml(results: readonly MarketResult[], facts: ReadonlyMap<string, MarketFacts>): string {
  const rows = results.slice(0, N_MARKETS_MAX).map(({ marketId, nFills, boughtUsd, soldUsd, profitUsd, lastMs }) => {
    const market = facts.get(marketId)!;
    const numbers = [formatCount(nFills), usdText(boughtUsd), usdText(soldUsd), usdText(profitUsd), isoDay(lastMs)];
    return `<tr><td>${questionHtml(market)}</td><td>${endingText(market, bdi)}</td>${numbers.map((text) => `<td class="number">${text}</td>`).join('')}</tr>`;
  });
  const rest = results.slice(N_MARKETS_MAX);
  const restUsd = rest.reduce((sum, { profitUsd }) => sum + profitUsd, 0);
  const more =
    rest.length === 0
      ? ''
      : `<p>And ${formatCount(rest.length)} smaller markets with a profit of ${usdText(restUsd)} in all.</p>`;
  const names = ['bets', 'bought', 'sold', 'profit', 'last bet'].map(
    (name) => `<th scope="col" class="number">${name}</th>`,
  );
  return `<div class="scroller" role="region" aria-label="Markets" tabindex="0"><table><thead><tr><th scope="col">market</th><th scope="col">outcome</th>${names.join('')}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>${more}`;
}
