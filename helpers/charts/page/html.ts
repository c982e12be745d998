/** Sections to one HTML page; every word of data is escaped, and nothing in the page asks for anything outside it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isoDay } from '../../run/clock.ts';
import {
  type Block,
  type ChartBlock,
  pictureName,
  type ReportSection,
  type TableBlock,
  type VerdictBlock,
} from '../section.ts';
import { leadOf } from '../verdicts.ts';
import { documentHtml, ownFile } from './document.ts';
import { COMMON_LIMITS, SIMULATED_LIMIT } from './limits.ts';
import { escapeHtml, textHtml } from './text.ts';

/** A chart in the page: SVG text, or a PNG where that is much smaller, until its compiled specification is drawn alive. */
export interface DrawnChart {
  readonly svg: string;
  readonly png: Uint8Array | null;
  /** Specification of Vega, as JSON that may stand in a script element. */
  readonly vegaJson: string;
}

/** SVGs beyond this size (thousands of points) are replaced by their PNG. */
const MAX_SVG_CHARACTERS = 120_000;

function vegaRuntime(): string {
  const path = join(dirname(createRequire(import.meta.url).resolve('vega')), 'vega.min.js');
  return readFileSync(path, 'utf8')
    .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
    .replace(/<\/script/gi, '<\\/script');
}

/** What the page is made of. */
export interface Page {
  readonly title: string;
  /** When the page was made, as people read it. */
  readonly madeAt: string;
  /** In reading order. */
  readonly sections: readonly ReportSection[];
  readonly drawn: (section: ReportSection, chart: ChartBlock) => DrawnChart;
  /** The page of case files beside the report, or null. */
  readonly casesHref: string | null;
}

/** A number with its unit, as text; or a dash, or nothing. */
const NUMBER_TEXT = /^([-+−]?[$]?\d[\d.,]*\s?(%|s|h|x)?|–|)$/;
/** An interval in brackets, which is not to be broken over two lines. */
const BRACKETS = /[([][^()[\]]{1,32}[)\]]/g;

function formatCell(page: Page, cell: string | number | null): string {
  if (typeof cell === 'string')
    return textHtml(cell, page.casesHref).replace(BRACKETS, (interval) => `<span class="whole">${interval}</span>`);
  if (cell === null || !Number.isFinite(cell)) return '–';
  return Number.isInteger(cell) || Math.abs(cell) >= 1000
    ? Math.round(cell).toLocaleString('en-US')
    : cell.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

function tableHtml(page: Page, { header, rows, caption }: TableBlock): string {
  const isNumber = header.map(
    (_, c) => rows.length > 0 && rows.every(({ [c]: cell }) => typeof cell !== 'string' || NUMBER_TEXT.test(cell)),
  );
  const mark = (c: number): string => (isNumber[c] ? ' class="number"' : '');
  const head = header.map((name, c) => `<th scope="col"${mark(c)}>${escapeHtml(name)}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell, c) => `<td${mark(c)}>${formatCell(page, cell)}</td>`).join('')}</tr>`)
    .join('\n');
  const label = escapeHtml(caption);
  return `<div class="scroller" role="region" aria-label="${label}" tabindex="0"><table><caption><span>${label}</span></caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

function chartHtml(name: string, chart: ChartBlock, { svg, png, vegaJson }: DrawnChart): string {
  const alt = escapeHtml(chart.caption);
  const picture =
    png !== null && svg.length > MAX_SVG_CHARACTERS
      ? `<img alt="" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">`
      : svg;
  const width = chart.widthPx === undefined ? '' : ` style="max-width:${chart.widthPx}px"`;
  const canvas = chart.minWidthPx === undefined ? '' : ` style="min-width:${chart.minWidthPx}px"`;
  return [
    `<figure><div class="chart" id="${name}" role="img" aria-label="${alt}"${width}><div class="canvas"${canvas}>${picture}</div></div>`,
    `<figcaption>${alt}</figcaption>`,
    `<script type="application/json" id="${name}-spec">${vegaJson}</script></figure>`,
  ].join('\n');
}

/** The first sentence in sight; what follows it, and what it rests on, folded away. */
function verdictHtml(page: Page, section: ReportSection, { text, details, tone = 'neutral' }: VerdictBlock): string {
  const paragraph = (words: string): string => `<p>${textHtml(words, page.casesHref)}</p>`;
  const { lead, rest } = leadOf(text);
  const folded = rest.map(paragraph);
  if (typeof details === 'string') folded.push(...details.split('\n').map(paragraph));
  else folded.push(...(details ?? []).map((block) => blockHtml(page, section, block)));
  const more =
    folded.length === 0 ? '' : `\n<details><summary>What this rests on</summary>\n${folded.join('\n')}\n</details>`;
  return `<div class="verdict ${tone}">${paragraph(lead)}${more}</div>`;
}

function blockHtml(page: Page, section: ReportSection, block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${textHtml(block.text, page.casesHref)}</p>`;
    case 'verdict':
      return verdictHtml(page, section, block);
    case 'table':
      return tableHtml(page, block);
    case 'chart':
      return chartHtml(pictureName(section, block), block, page.drawn(section, block));
    case 'link':
      return `<p><a class="link" href="${escapeHtml(block.href)}">${escapeHtml(block.text)}</a></p>`;
    case 'summary': {
      const lines = block.lines.map(
        ({ label, text }) => `<div><dt>${escapeHtml(label)}</dt><dd>${textHtml(text, page.casesHref)}</dd></div>`,
      );
      return `<dl class="summary">\n${lines.join('\n')}\n</dl>`;
    }
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

/** Whether a block belongs to the head of the report, whichever section it is of. */
function isOpening({ kind }: Block): boolean {
  return kind === 'summary' || kind === 'link';
}

function openingHtml(page: Page): string {
  const blocks = page.sections.flatMap((section) =>
    section.blocks.filter(isOpening).map((block) => blockHtml(page, section, block)),
  );
  if (blocks.length === 0) return '';
  return `<section aria-labelledby="in-short"><h2 id="in-short">In short</h2>\n${blocks.join('\n')}\n</section>`;
}

function sectionHtml(page: Page, section: ReportSection): string {
  const chapter = section.blocks.filter((block) => !isOpening(block));
  const blocks = chapter.map((block) => blockHtml(page, section, block)).join('\n');
  return `<section aria-labelledby="${section.id}"><h2 id="${section.id}">${escapeHtml(section.title)}</h2>\n${blocks}\n</section>`;
}

/** The whole page as text. What sums up the report stands above its table of contents. */
export function pageHtml(page: Page): string {
  const links = page.sections.map((section) => `<li><a href="#${section.id}">${escapeHtml(section.title)}</a></li>`);
  const sections = page.sections.map((section) => sectionHtml(page, section));
  const limits = limitsOf(page.sections).map((limit) => `<li>${escapeHtml(limit)}</li>`);
  const body = `${headHtml(page)}
<main>
${openingHtml(page)}
<nav aria-label="Contents"><ol>
${links.join('\n')}
<li><a href="#limits-of-this-report">What this does not show</a></li>
</ol></nav>
${sections.join('\n')}
<section aria-labelledby="limits-of-this-report"><h2 id="limits-of-this-report">What this does not show</h2>
<ul>
${limits.join('\n')}
</ul></section>
</main>
<footer>Spyhop. One file, complete: it loads nothing and sends nothing.</footer>
<div id="tooltip" role="status" hidden></div>`;
  const own = (name: string): string => ownFile(import.meta.url, name);
  return documentHtml({
    title: page.title,
    styles: [own('report.css')],
    body,
    scripts: [vegaRuntime(), own('report_page.js'), own('copy.js')],
    usesEval: true,
  });
}
