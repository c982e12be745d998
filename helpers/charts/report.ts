/** Publishes a section with its pictures and renews the report, whichever steps run at the same time. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isoTime, nowMs } from '../run/clock.ts';
import { formatBytes } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { hashFile, makeFolder, readJsonAs, writeFileAtomic, writeJsonAtomic } from '../run/files.ts';
import type { Run } from '../run/script.ts';
import type { DrawnChart } from './page/html.ts';
import { scriptJson } from './page/text.ts';
import { type ChartBlock, chartsOf, pictureName, type ReportSection, sectionSchema } from './section.ts';

/** The page of case files, which helpers/cases lays beside the report. */
export const CASES_FILE = 'wallets.html';
const REPORT_TITLE = 'Spyhop: who trades in this market, and what is worth following?';
/** Ending of a chart's specification as the page holds it: compiling those of all sections for each took a second. */
const COMPILED = '.vega.json';
/** Times that the page is made anew when other steps publish meanwhile. */
const MAX_RENEWALS = 10;

/** Vega takes a quarter of a second to load: only where something is drawn, not in every script that may draw. */
const loadRender = () => import('./render.ts');

/** What publishing needs of a run. */
export type ReportRun = Pick<Run, 'dataDir' | 'log'>;

export interface PublishedReport {
  readonly reportPath: string;
  readonly nBytes: number;
  /** Picture files of the section, SVG and PNG. */
  readonly pictures: readonly string[];
}

/** Where the page of case files of a data folder is. */
export function casesPath(dataDir: string): string {
  return join(foldersOf(dataDir).reports, CASES_FILE);
}

function foldersOf(dataDir: string): { reports: string; sections: string; pictures: string } {
  const reports = join(dataDir, 'reports');
  return { reports, sections: join(reports, 'sections'), pictures: join(reports, 'pictures') };
}

/** The line that tells a person where the report is. */
export function formatReportPlace(report: PublishedReport): string {
  return `Report: ${report.reportPath} (${formatBytes(report.nBytes)}, opens offline)`;
}

/** Where the report of a data folder is. */
export function reportPath(dataDir: string): string {
  return join(foldersOf(dataDir).reports, 'report.html');
}

function sectionFile(section: ReportSection): string {
  return `${String(section.order).padStart(4, '0')}-${section.id}.json`;
}

function filesIn(folder: string, pattern: RegExp): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => pattern.test(file))
        .sort()
    : [];
}

/** The published section of an id; null when there is none that can be read. */
export function publishedSection(dataDir: string, id: string): ReportSection | null {
  const { sections } = foldersOf(dataDir);
  const [file] = filesIn(sections, new RegExp(`^\\d+-${id}\\.json$`));
  return file === undefined ? null : readSection(join(sections, file));
}

/** A section, or null where the file is damaged or of another version: its step draws it again from what it stored. */
function readSection(path: string): ReportSection | null {
  try {
    return readJsonAs(path, sectionSchema, 'a section of a report', '');
  } catch (error) {
    if (error instanceof InputError && error.tag === 'corrupt-file') return null;
    throw error;
  }
}

/** All published sections that can be read, in reading order, and the names of the files that cannot. */
export function readSections(dataDir: string): { sections: ReportSection[]; unreadable: string[] } {
  const folder = foldersOf(dataDir).sections;
  const files = filesIn(folder, /\.json$/).map((name) => ({ name, section: readSection(join(folder, name)) }));
  return {
    sections: files.flatMap(({ section }) => section ?? []),
    unreadable: files.filter(({ section }) => section === null).map(({ name }) => name),
  };
}

function warnOfUnreadable(run: ReportRun): void {
  const { unreadable } = readSections(run.dataDir);
  if (unreadable.length === 0) return;
  const { sections } = foldersOf(run.dataDir);
  run.log.warn(
    `left out of the report, damaged or of another version: ${unreadable.join(', ')} in ${sections}; each comes back when its script runs again`,
  );
}

/** Draws the pictures of a section and returns their paths; what the section drew before and draws no more is removed. */
async function writePictures(run: ReportRun, section: ReportSection): Promise<string[]> {
  const { pictures } = foldersOf(run.dataDir);
  const { canRenderPng, compileSpec, renderPng, renderSvg } = await loadRender();
  const hasPng = canRenderPng();
  const written: string[] = [];
  for (const chart of chartsOf(section.blocks)) {
    const name = pictureName(section, chart);
    const svg = await renderSvg(chart.spec, name, chart.widthPx);
    writeFileAtomic(join(pictures, `${name}.svg`), svg);
    writeFileAtomic(join(pictures, `${name}${COMPILED}`), scriptJson(compileSpec(chart.spec)));
    written.push(join(pictures, `${name}.svg`));
    if (!hasPng) continue;
    writeFileAtomic(join(pictures, `${name}.png`), renderPng(svg));
    written.push(join(pictures, `${name}.png`));
  }
  if (!hasPng && written.length > 0)
    run.log.warn(
      'no PNG pictures: this machine has no DejaVu Sans font (npm ci installs one); the SVG pictures are there',
    );
  for (const file of filesIn(pictures, new RegExp(`^${section.id}-.*\\.(svg|png|vega\\.json)$`)))
    if (!written.includes(join(pictures, file.replace(COMPILED, '.svg'))))
      rmSync(join(pictures, file), { force: true });
  return written;
}

/** The published charts, made again where a file is gone. */
async function drawnCharts(dataDir: string, sections: readonly ReportSection[]): Promise<Map<string, DrawnChart>> {
  const { pictures } = foldersOf(dataDir);
  const drawn = new Map<string, DrawnChart>();
  for (const section of sections)
    for (const chart of chartsOf(section.blocks)) {
      const { spec, widthPx } = chart;
      const name = pictureName(section, chart);
      const published = (ending: string): Buffer | null => {
        const path = join(pictures, `${name}${ending}`);
        return existsSync(path) ? readFileSync(path) : null;
      };
      const svg = published('.svg')?.toString() ?? (await (await loadRender()).renderSvg(spec, name, widthPx));
      const vegaJson = published(COMPILED)?.toString() ?? scriptJson((await loadRender()).compileSpec(spec));
      drawn.set(name, { svg, png: published('.png'), vegaJson });
    }
  return drawn;
}

/** Names and contents of all section files; equal only when no step published in between. */
function stateOf(dataDir: string): string {
  const { sections } = foldersOf(dataDir);
  return filesIn(sections, /\.json$/)
    .map((file) => `${file} ${hashFile(join(sections, file))}`)
    .join('\n');
}

/**
 * Makes `reports/report.html` from all published sections.
 * @returns its size in bytes
 */
async function renewReport(dataDir: string): Promise<number> {
  const { pageHtml } = await import('./page/html.ts');
  for (let i = 0; ; i++) {
    const before = stateOf(dataDir);
    const { sections } = readSections(dataDir);
    const charts = await drawnCharts(dataDir, sections);
    const drawn = (section: ReportSection, chart: ChartBlock): DrawnChart => charts.get(pictureName(section, chart))!;
    const madeAt = `${isoTime(nowMs()).slice(0, 16).replace('T', ' ')} UTC`;
    const casesHref = existsSync(casesPath(dataDir)) ? CASES_FILE : null;
    const html = pageHtml({ title: REPORT_TITLE, madeAt, sections, drawn, casesHref });
    writeFileAtomic(reportPath(dataDir), html);
    if (stateOf(dataDir) === before || i === MAX_RENEWALS) return Buffer.byteLength(html);
  }
}

/**
 * Publishes a section: its pictures, then its JSON, then the report with all sections there are.
 * A section of the same id is replaced, also when its order has changed, and so is one in the same place, whose id has.
 */
export async function publishSection(run: ReportRun, section: ReportSection): Promise<PublishedReport> {
  const checked = sectionSchema.parse(section);
  const { sections } = foldersOf(run.dataDir);
  makeFolder(sections);
  const pictures = await writePictures(run, checked);
  const file = sectionFile(checked);
  writeJsonAtomic(join(sections, file), checked);
  for (const other of filesIn(sections, new RegExp(`^(\\d+-${checked.id}|${file.slice(0, 4)}-\\w+)\\.json$`)))
    if (other !== file) rmSync(join(sections, other), { force: true });
  const nBytes = await renewReport(run.dataDir);
  warnOfUnreadable(run);
  return { reportPath: reportPath(run.dataDir), nBytes, pictures };
}
