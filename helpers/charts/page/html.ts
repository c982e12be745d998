/** Sections to one HTML page; every word of data is escaped, and nothing in the page asks for anything outside it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isoDay } from '../../run/clock.ts';
import { compileSpec } from '../render.ts';
import { type Block, type ChartBlock, pictureName, type ReportSection, type TableBlock } from '../section.ts';
import { COMMON_LIMITS, SIMULATED_LIMIT } from './limits.ts';

/** A picture as it stands in the page until its chart is alive: SVG text, or a PNG where that is much smaller. */
export interface StillPicture {
  readonly svg: string;
  readonly png: Uint8Array | null;
}

/** SVGs beyond this size (thousands of points) are replaced by their PNG. */
const MAX_SVG_CHARACTERS = 120_000;

/** Text for HTML content and attributes. */
function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (letter) => names[letter]);
}

/** JSON that may stand in a script element: no tag and no comment can begin in it. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}

function ownFile(name: string): string {
  return readFileSync(join(dirname(fileURLToPath(import.meta.url)), name), 'utf8');
}

function vegaRuntime(): string {
  const path = join(dirname(createRequire(import.meta.url).resolve('vega')), 'vega.min.js');
  return readFileSync(path, 'utf8')
    .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
    .replace(/<\/script/gi, '<\\/script');
}

function formatCell(cell: string | number | null): string {
  if (typeof cell === 'string') return escapeHtml(cell);
  if (cell === null || !Number.isFinite(cell)) return '–';
  return Number.isInteger(cell) || Math.abs(cell) >= 1000
    ? Math.round(cell).toLocaleString('en-US')
    : cell.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

function tableHtml({ header, rows, caption }: TableBlock): string {
  const isNumber = header.map((_, c) => rows.length > 0 && rows.every((row) => typeof row[c] !== 'string'));
  const mark = (c: number): string => (isNumber[c] ? ' class="number"' : '');
  const head = header.map((name, c) => `<th scope="col"${mark(c)}>${escapeHtml(name)}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell, c) => `<td${mark(c)}>${formatCell(cell)}</td>`).join('')}</tr>`)
    .join('\n');
  const label = escapeHtml(caption);
  return `<div class="scroller" role="region" aria-label="${label}" tabindex="0"><table><caption><span>${label}</span></caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

function chartHtml(name: string, chart: ChartBlock, still: StillPicture): string {
  const alt = escapeHtml(chart.caption);
  const picture =
    still.png !== null && still.svg.length > MAX_SVG_CHARACTERS
      ? `<img alt="" src="data:image/png;base64,${Buffer.from(still.png).toString('base64')}">`
      : still.svg;
  const width = chart.widthPx === undefined ? '' : ` style="max-width:${chart.widthPx}px"`;
  return [
    `<figure><div class="chart" id="${name}" role="img" aria-label="${alt}"${width}>${picture}</div>`,
    `<figcaption>${alt}</figcaption>`,
    `<script type="application/json" id="${name}-spec">${scriptJson(compileSpec(chart.spec))}</script></figure>`,
  ].join('\n');
}

/** What the page is made of. */
export interface Page {
  readonly title: string;
  /** When the page was made, as people read it. */
  readonly madeAt: string;
  /** In reading order. */
  readonly sections: readonly ReportSection[];
  readonly still: (section: ReportSection, chart: ChartBlock) => StillPicture;
}

function blockHtml(page: Page, section: ReportSection, block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'verdict':
      return `<p class="verdict ${block.tone ?? 'neutral'}">${escapeHtml(block.text)}</p>`;
    case 'table':
      return tableHtml(block);
    case 'chart':
      return chartHtml(pictureName(section, block), block, page.still(section, block));
    case 'details': {
      const inner = block.blocks.map((part) => blockHtml(page, section, part)).join('\n');
      return `<details><summary>${escapeHtml(block.summary)}</summary>\n${inner}\n</details>`;
    }
  }
}

function headHtml(page: Page): string {
  const known = page.sections.find((section) => section.dataWindow !== undefined)?.dataWindow;
  const data =
    known === undefined
      ? ''
      : `<p>Data: ${escapeHtml(known.source)}, ${isoDay(known.fromMs)} to ${isoDay(known.toMs)} (UTC)</p>`;
  return `<header><h1>${escapeHtml(page.title)}</h1>${data}<p>Made ${escapeHtml(page.madeAt)}</p></header>`;
}

/** The sentences of the last section, each once. */
function limitsOf(sections: readonly ReportSection[]): string[] {
  const isSimulated = sections.some((section) => section.dataWindow?.source.startsWith('simulated') === true);
  const own = sections.flatMap((section) => section.limits ?? []);
  return [...new Set([...(isSimulated ? [SIMULATED_LIMIT] : []), ...COMMON_LIMITS, ...own])];
}

/** The whole page as text. */
export function pageHtml(page: Page): string {
  const runtime = vegaRuntime();
  const script = ownFile('report_page.js');
  const hashes = [runtime, script].map((code) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${hashes.join(' ')} 'unsafe-eval'`;
  const links = page.sections.map((section) => `<li><a href="#${section.id}">${escapeHtml(section.title)}</a></li>`);
  const sections = page.sections.map((section) => {
    const blocks = section.blocks.map((block) => blockHtml(page, section, block)).join('\n');
    return `<section aria-labelledby="${section.id}"><h2 id="${section.id}">${escapeHtml(section.title)}</h2>\n${blocks}\n</section>`;
  });
  const limits = limitsOf(page.sections).map((limit) => `<li>${escapeHtml(limit)}</li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<link rel="icon" href="data:,">
<style>
${ownFile('report.css')}</style>
</head>
<body>
${headHtml(page)}
<nav aria-label="Contents"><ol>
${links.join('\n')}
<li><a href="#limits-of-this-report">What this does not show</a></li>
</ol></nav>
<main>
${sections.join('\n')}
<section aria-labelledby="limits-of-this-report"><h2 id="limits-of-this-report">What this does not show</h2>
<ul>
${limits.join('\n')}
</ul></section>
</main>
<footer>Spyhop. One file, complete: it loads nothing and sends nothing.</footer>
<div id="tooltip" role="status" hidden></div>
<script>${runtime}</script>
<script>${script}</script>
</body>
</html>
`;
}
