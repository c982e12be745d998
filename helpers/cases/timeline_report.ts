/** A wallet's bets on the price of a market, as SVG. */
import { escapeHtml } from '../charts/page/text.ts';
import { usdText } from '../features/wallets/reasons_report.ts';
import { isoDay, isoTime } from '../run/clock.ts';
import type { MarketFacts } from './market_facts.ts';
import { endingText } from './markets_report.ts';
import { frameScales, px, stepPath } from './plot.ts';
import { layOutTimeline, type Mark, TIMELINE_FRAME } from './timeline.ts';
import type { Timeline } from './wallet_history.ts';

const SINE_60 = Math.sqrt(3) / 2;

/** A triangle around a point: upright for what is bought, on its head for what is sold. */
function trianglePath({ x, y, radius, bet: { isBuy } }: Mark): string {
  const up = isBuy ? 1 : -1;
  const tip = `M${px(x)} ${px(y - up * radius)}`;
  const foot = `l${px(SINE_60 * radius)} ${px(up * 1.5 * radius)}`;
  return `${tip}${foot}h${px(-2 * SINE_60 * radius)}z`;
}

/** `2026-01-08 12:31` in UTC. */
function minuteText(ms: number): string {
  return isoTime(ms).slice(0, 16).replace('T', ' ');
}

function markSvg(mark: Mark, outcomes: readonly [string, string]): string {
  const { ms, isBuy, outcome, usd, shares, nFills } = mark.bet;
  const verb = isBuy ? 'bought' : 'sold';
  const many = nFills === 1 ? '' : ` in ${nFills.toLocaleString('en-US')} bets`;
  const cents = ((100 * usd) / shares).toFixed(1);
  const words = `${minuteText(ms)}: ${verb} ${outcomes[outcome]} for ${usdText(usd)}${many} at ${cents} ¢`;
  const kind = `${isBuy ? 'b' : 's'}${outcome}`;
  return `<path class="${kind}" d="${trianglePath(mark)}"><title>${escapeHtml(words)}</title></path>`;
}

/** Lines and labels at 0, 50 and 100 cents, and the first and last day. */
export function axesSvg(levels: readonly { y: number; label: string }[], fromMs: number, toMs: number): string {
  const { width, height, left, right } = TIMELINE_FRAME;
  const grid = levels.map(
    ({ y, label }) =>
      `<path class="g" d="M${left} ${px(y)}H${width - right}"/><text x="${left - 6}" y="${px(y + 4)}" text-anchor="end">${escapeHtml(label)}</text>`,
  );
  const [first, last] = [isoDay(fromMs), isoDay(toMs)];
  const days = [
    `<text x="${left}" y="${height - 6}">${first}</text>`,
    ...(first === last ? [] : [`<text x="${width - right}" y="${height - 6}" text-anchor="end">${last}</text>`]),
  ];
  return [...grid, ...days].join('');
}

/** An SVG element that is as wide as its place. @param label what it shows, for those who do not see it */
export function plotSvg(label: string, content: string): string {
  const { width, height } = TIMELINE_FRAME;
  return `<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">${content}</svg>`;
}

/** @param usdMax money of the largest mark of the wallet */
export function timelineSvg(timeline: Timeline, market: MarketFacts, usdMax: number): string {
  const { outcomes, payout0, resolvedMs } = market;
  const resolved = Number.isNaN(payout0) ? null : { payout0, ms: resolvedMs };
  const { line, marks, end, fromMs, toMs } = layOutTimeline(timeline, resolved, usdMax);
  const { y } = frameScales(TIMELINE_FRAME, [fromMs, toMs], [0, 1]);
  const levels = [0, 0.5, 1].map((price) => ({ y: y(price), label: `${100 * price} ¢` }));
  const parts = [axesSvg(levels, fromMs, toMs), `<path class="p" d="${stepPath(line)}"/>`];
  if (end !== null) {
    const last = line.at(-1) ?? end;
    const words = `${minuteText(resolvedMs)}: resolved, ${endingText(market, (outcome) => outcome)}`;
    parts.push(`<path class="e" d="M${px(last.x)} ${px(last.y)}H${px(end.x)}V${px(end.y)}"/>`);
    parts.push(
      `<circle class="e" cx="${px(end.x)}" cy="${px(end.y)}" r="4"><title>${escapeHtml(words)}</title></circle>`,
    );
  }
  parts.push(...marks.map((mark) => markSvg(mark, outcomes)));
  return plotSvg(`Price of ${outcomes[0]} and ${marks.length} groups of bets`, parts.join(''));
}
