/** Case files as one HTML page; every word of data stays text, and nothing is asked for outside the page. */
import { documentHtml, ownFile } from '../charts/page/document.ts';
import { COMMON_LIMITS, SIMULATED_LIMIT } from '../charts/page/limits.ts';
import { copyButton, escapeHtml } from '../charts/page/text.ts';
import { usdText } from '../features/wallets/reasons_report.ts';
import { isoDay } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { detectorRows, headline, reasonsHtml } from './findings_report.ts';
import type { MarketFacts } from './market_facts.ts';
import { marketsHtml, questionHtml } from './markets_report.ts';
import { profitSvg } from './profit_report.ts';
import { timelineSvg } from './timeline_report.ts';
import { profileUrl } from './venue_links.ts';
import type { WalletHistory } from './wallet_history.ts';
import type { Explanation, Finding } from './wallet_reasons.ts';

export const FINGERPRINT_META = 'spyhop-fingerprint';
const TITLE = 'Spyhop case files: wallets worth a look';
/** Sentences of the report's limits that a reader of a single wallet needs. */
const N_LIMITS = 4;

interface WalletCase {
  readonly wallet: string;
  /** Flags first, then by rank. */
  readonly findings: readonly (Finding & Explanation)[];
  readonly history: WalletHistory;
}

export interface CasesPage {
  readonly cases: readonly WalletCase[];
  readonly facts: ReadonlyMap<string, MarketFacts>;
  /** Nothing at or after this time is in the page. */
  readonly asOfMs: number;
  /** Of all profiles. */
  readonly nWallets: number;
  readonly isSimulated: boolean;
  readonly fingerprint: string;
  /** How the wallets were chosen, in words. */
  readonly selection?: string;
}

function profitOf({ history: { profit } }: WalletCase): number {
  return profit.at(-1)?.totalUsd ?? 0;
}

function timelinesHtml({ history: { timelines, markets } }: WalletCase, facts: CasesPage['facts']): string {
  const usdMax = Math.max(...timelines.flatMap(({ bets }) => bets.map(({ usd }) => usd)));
  const figures = timelines.map((timeline) => {
    const market = facts.get(timeline.marketId)!;
    const result = markets.find(({ marketId }) => marketId === timeline.marketId)!;
    return `<figure>${timelineSvg(timeline, market, usdMax)}<figcaption>${questionHtml(market)}, profit ${usdText(result.profitUsd)}</figcaption></figure>`;
  });
  return `<div class="plots">${figures.join('\n')}</div>`;
}

function headHtml(one: WalletCase, i: number): string {
  const { wallet, findings } = one;
  const url = profileUrl(wallet);
  const link =
    url === null
      ? ''
      : ` <a href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer">Polymarket profile</a>`;
  const profit = profitOf(one);
  const isFlagged = findings.some((finding) => finding.isFlagged);
  const profitHtml = `<p class="profit ${profit < 0 ? 'loss' : 'gain'}">${profit < 0 ? 'lost' : 'gained'} ${usdText(Math.abs(profit))}</p>`;
  return `<header><p class="place">${i + 1}</p><h2><bdi>${escapeHtml(wallet)}</bdi></h2> ${copyButton(wallet, 'the whole address')}${link}${profitHtml}
<p class="why ${isFlagged ? 'flagged' : ''}">${escapeHtml(headline(findings))}</p></header>`;
}

function caseHtml(one: WalletCase, i: number, facts: CasesPage['facts']): string {
  const { wallet, findings, history } = one;
  return `<article class="case" id="${escapeHtml(wallet)}">
${headHtml(one, i)}
<details><summary>Reasons, bets and profit</summary>
<div class="columns"><section><h3>Why it is here</h3>
${reasonsHtml(findings)}
</section><section><h3>Profit over time</h3>
<figure>${profitSvg(history.profit)}<figcaption><span class="key total"></span> realised and marked at last prices, <span class="key realised"></span> realised by sales and resolutions; before fees</figcaption></figure>
</section></div>
<h3>Bets in its largest markets</h3>
<p class="legend"><svg viewBox="0 0 14 14" aria-hidden="true"><path class="b0" d="M7 1l6 11h-12z"/></svg> buys <svg viewBox="0 0 14 14" aria-hidden="true"><path class="s0" d="M7 13l6 -11h-12z"/></svg> sells; filled: in the first outcome, hollow: in the second; larger: more money. The line is the price of the first outcome.</p>
${timelinesHtml(one, facts)}
<h3>Its markets</h3>
${marketsHtml(history.markets, facts)}
<h3>All detectors</h3>
${detectorRows(findings)}
</details>
</article>`;
}

/** The whole page as text. */
export function casesPage({ cases, facts, asOfMs, nWallets, isSimulated, fingerprint, selection }: CasesPage): string {
  const nFlagged = cases.filter(({ findings }) => findings.some((finding) => finding.isFlagged)).length;
  const limits = [...(isSimulated ? [SIMULATED_LIMIT] : []), ...COMMON_LIMITS.slice(0, N_LIMITS)];
  const made = isSimulated
    ? ' The wallets are simulated: their addresses are made up, and links to the venue lead nowhere.'
    : '';
  const body = `<header class="top"><h1>Wallets worth a look</h1>
<p>${formatCount(cases.length)} of ${formatCount(nWallets)} wallets: ${selection ?? `${formatCount(nFlagged)} flagged, then those that rank highest`}. Bets and results known before ${isoDay(asOfMs)} (UTC).${made}</p>
<p class="verdict"><b>A flag is a reason to look, not a verdict.</b></p>
<p><a href="report.html">To the report</a></p>
<p class="search"><label for="search">Find an address</label> <input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="0x…"> <output id="found" for="search"></output></p></header>
<main>
${cases.map((one, i) => caseHtml(one, i, facts)).join('\n')}
<section><h2>What this does not show</h2>
<ul>${limits.map((limit) => `<li>${escapeHtml(limit)}</li>`).join('')}</ul></section>
</main>
<footer>Spyhop. One file, complete: it loads nothing and sends nothing.</footer>`;
  return documentHtml({
    title: TITLE,
    styles: [ownFile(import.meta.url, '../charts/page/report.css'), ownFile(import.meta.url, 'cases.css')],
    body,
    scripts: [ownFile(import.meta.url, '../charts/page/copy.js'), ownFile(import.meta.url, 'cases.js')],
    meta: { [FINGERPRINT_META]: fingerprint },
  });
}
