/** The board as one page: what comes in, how far it comes, what is wrong. It loads nothing and runs nothing but its own copy button. */
import { documentHtml, ownFile } from '../charts/page/document.ts';
import { escapeHtml, textHtml } from '../charts/page/text.ts';
import { formatDuration, isoTime } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { type Health, healthOf, STAGES, type StatusBoard } from './board.ts';

/** The browser asks again so often, s. */
const REFRESH_S = 10;
const CHARTS_PAGE = new URL('../charts/page/', import.meta.url).href;

function tableHtml(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  if (rows.length === 0) return '';
  const cell = (value: string | number): string =>
    typeof value === 'number' ? `<td class="number">${formatCount(value)}</td>` : `<td>${textHtml(value, null)}</td>`;
  const head = header.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<h2>${escapeHtml(caption)}</h2>\n<div class="scroller" role="region" aria-label="${escapeHtml(caption)}" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

function healthHtml(board: StatusBoard, { isHealthy, problems, lastSuccessSeconds }: Health): string {
  const since = lastSuccessSeconds === null ? 'not yet' : `${formatDuration(lastSuccessSeconds * 1000)} ago`;
  const lead = isHealthy ? 'It works.' : 'Something is wrong.';
  const sentences = [lead, ...problems].map((text) => `<p>${textHtml(text, null)}</p>`);
  const up = `Up since ${isoTime(board.startedMs)}; last success ${since}.`;
  return `<div class="verdict ${isHealthy ? 'good' : 'bad'}">${sentences.join('\n')}</div>\n<p>${escapeHtml(up)}</p>`;
}

/** The page as text. */
export function statusPage(board: StatusBoard): string {
  const now = board.nowMs();
  const ago = (ms: number | null): string => (ms === null ? 'never' : `${formatDuration(now - ms)} ago`);
  const pairs = (counts: StatusBoard['decisions']): (string | number)[][] =>
    [...counts.values].map(([key, n]) => [...key.split('\t'), n]);
  const funnel = STAGES.map((stage) => [stage, board.stages.values.get(stage) ?? 0]);
  const alerts = board.alerts.map(({ rule, title, score, eventMs, decidedMs }) => [
    `${isoTime(eventMs).slice(0, 19).replace('T', ' ')} UTC`,
    rule,
    title,
    score === null ? '–' : score.toPrecision(3),
    formatDuration(Math.max(0, decidedMs - eventMs)),
  ]);
  const feeds = [...board.feeds].map(([name, { lastMs, nEvents, nGaps, nReconnects }]) => [
    name,
    ago(lastMs),
    nEvents,
    nGaps,
    nReconnects,
  ]);
  const queues = [...board.queues].map(([name, { depth, oldestMs, nDead }]) => [
    name,
    depth,
    oldestMs === null ? '–' : ago(oldestMs),
    nDead,
  ]);
  const body = [
    `<header><h1>${escapeHtml(board.service.replaceAll('_', ' '))}</h1><p>As of ${isoTime(now)}; this page renews itself every ${REFRESH_S} s.</p></header>`,
    '<main>',
    healthHtml(board, healthOf(board)),
    ...[...board.tables].map(([caption, { header, rows }]) => tableHtml(caption, header, rows)),
    board.tables.size > 0 ? '' : tableHtml('How far they have come', ['stage', 'since the start'], funnel),
    tableHtml('Held back by limits', ['limit', 'alerts'], pairs(board.heldBack)),
    tableHtml('Last alerts', ['time of the trade', 'rule', 'what', 'score', 'decided after'], alerts),
    tableHtml('Feeds', ['feed', 'last event', 'events', 'missing', 'connected again'], feeds),
    tableHtml('Queues', ['queue', 'waiting', 'oldest', 'put aside'], queues),
    tableHtml('Decisions', ['rule', 'verdict', 'number'], pairs(board.decisions)),
    tableHtml('Deliveries', ['sink', 'outcome', 'number'], pairs(board.deliveries)),
    tableHtml(
      'What became of the alerts',
      [''],
      board.scorecard.map((line) => [line]),
    ),
    '</main>',
  ];
  return documentHtml({
    title: `Spyhop: ${board.service}`,
    styles: [ownFile(CHARTS_PAGE, 'report.css')],
    body: body.filter((part) => part !== '').join('\n'),
    scripts: [ownFile(CHARTS_PAGE, 'copy.js')],
    refreshSeconds: REFRESH_S,
  });
}
