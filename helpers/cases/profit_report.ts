/** A wallet's profit over time, as SVG. */
import { usdText } from '../features/wallets/reasons_report.ts';
import { frameScales, px, straightPath } from './plot.ts';
import { TIMELINE_FRAME } from './timeline.ts';
import { axesSvg, plotSvg } from './timeline_report.ts';
import type { ProfitPoint } from './wallet_history.ts';

/** Labels closer than this lie upon each other, px. */
const LABEL_GAP = 14;
const THOUSANDS = ['', 'k', 'M', 'B'];

/** `$1.2k`: money in little room. */
export function shortUsd(usd: number): string {
  const step = usd === 0 ? 0 : Math.min(THOUSANDS.length - 1, Math.max(0, Math.floor(Math.log10(Math.abs(usd)) / 3)));
  const size = Math.abs(usd) / 1000 ** step;
  return `${usd < 0 ? '−' : ''}$${size.toLocaleString('en-US', { maximumSignificantDigits: 2 })}${THOUSANDS[step]}`;
}

export function profitSvg(profit: readonly ProfitPoint[]): string {
  if (profit.length === 0) return '';
  const values = profit.flatMap(({ realisedUsd, totalUsd }) => [realisedUsd, totalUsd]);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const [fromMs, toMs] = [profit[0].ms, profit[profit.length - 1].ms];
  const { x, y } = frameScales(TIMELINE_FRAME, [fromMs, toMs], [low, high]);
  const line = (pick: (point: ProfitPoint) => number): string =>
    straightPath(profit.map((point) => ({ x: x(point.ms), y: y(pick(point)) })));
  const ends = [low, high].filter((value) => value !== 0 && Math.abs(y(value) - y(0)) >= LABEL_GAP);
  const levels = [0, ...ends].map((value) => ({ y: y(value), label: shortUsd(value) }));
  const last = profit[profit.length - 1];
  return plotSvg(
    `Profit over time, ${usdText(last.totalUsd)} at the end`,
    [
      axesSvg(levels, fromMs, toMs),
      `<path class="r" d="${line(({ realisedUsd }) => realisedUsd)}"/>`,
      `<path class="t" d="${line(({ totalUsd }) => totalUsd)}"/>`,
      `<circle class="t" cx="${px(x(last.ms))}" cy="${px(y(last.totalUsd))}" r="3"/>`,
    ].join(''),
  );
}
