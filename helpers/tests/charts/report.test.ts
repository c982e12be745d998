import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CASES_FILE, casesPath, publishedSection, publishSection, reportPath } from '../../charts/report.ts';
import type { Block, ReportSection } from '../../charts/section.ts';
import { binValues, histogramPicture } from '../../charts/specs/histogram.ts';
import { createLog } from '../../run/console.ts';
import { gallerySection, HOSTILE } from './gallery.ts';

const log = createLog({ quiet: true });
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'spyhop-report-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

function page(): string {
  return readFileSync(reportPath(dataDir), 'utf8');
}

function section(id: string, order: number, blocks: Block[] = []): ReportSection {
  return { id, order, title: `Title of ${id}`, blocks };
}

const chart: Block = {
  kind: 'chart',
  stem: 'sizes',
  caption: 'Sizes.',
  spec: histogramPicture(binValues([1, 2, 3], 'linear'), { xTitle: 'x', yTitle: 'y' }).spec,
};

it('holds all sections in order, each with its link, and ends with what it does not show', async () => {
  await publishSection({ dataDir, log }, section('second', 20));
  await publishSection({ dataDir, log }, section('first', 3));
  const headings = [...page().matchAll(/<h2 id="([^"]+)"/g)].map(([, id]) => id);
  expect(headings).toEqual(['first', 'second', 'limits-of-this-report']);
  for (const id of headings) expect(page()).toContain(`href="#${id}"`);
});

it('replaces a section of the same id, its pictures and its place', async () => {
  await publishSection({ dataDir, log }, section('a', 5, [chart]));
  expect(readdirSync(join(dataDir, 'reports/pictures'))).toEqual(['a-sizes.png', 'a-sizes.svg', 'a-sizes.vega.json']);
  await publishSection({ dataDir, log }, section('a', 7));
  expect(readdirSync(join(dataDir, 'reports/pictures'))).toEqual([]);
  expect(readdirSync(join(dataDir, 'reports/sections'))).toEqual(['0007-a.json']);
});

it('escapes every word of data', async () => {
  await publishSection({ dataDir, log }, gallerySection());
  const html = page();
  expect(html).not.toContain(HOSTILE);
  expect(html.match(/<\/script>/g)).toHaveLength(html.match(/<script[ >]/g)!.length);
  expect(html).not.toMatch(/<img src=x/);
  expect(html).toContain('&lt;img src=x onerror=&quot;');
});

it('shows the first sentence of a verdict and folds what follows it, and what it rests on', async () => {
  await publishSection(
    { dataDir, log },
    section('a', 1, [{ kind: 'verdict', text: 'First. Second.', details: 'Third.\nLast.' }]),
  );
  expect(page()).toContain('<div class="verdict neutral"><p>First.</p>\n<details>');
  expect(page()).toMatch(/<details>.*\n<p>Second\.<\/p>\n<p>Third\.<\/p>\n<p>Last\.<\/p>\n<\/details><\/div>/);
  await publishSection({ dataDir, log }, section('a', 1, [{ kind: 'verdict', text: 'Alone.' }]));
  expect(page()).toContain('<div class="verdict neutral"><p>Alone.</p></div>');
});

it('opens with its summary, before the table of contents and any chapter', async () => {
  await publishSection({ dataDir, log }, section('early', 0, [chart]));
  const lines = [{ label: 'Data', text: 'Some fills.' }];
  await publishSection({ dataDir, log }, section('summary', 9, [{ kind: 'summary', lines }]));
  const places = ['Some fills.', '<nav', 'id="early"'].map((part) => page().indexOf(part));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places[0]).toBeGreaterThan(0);
});

it('leads to the case files only where they are', async () => {
  const wallet = `0x${'1'.repeat(40)}`;
  const blocks: Block[] = [{ kind: 'table', caption: 'c', header: ['wallet'], rows: [[wallet]] }];
  await publishSection({ dataDir, log }, section('a', 1, blocks));
  expect(page()).not.toContain(CASES_FILE);
  writeFileSync(casesPath(dataDir), '');
  await publishSection({ dataDir, log }, section('a', 1, blocks));
  expect(page()).toContain(`href="${CASES_FILE}#${wallet}"`);
});

it('refuses a link to anything but a page beside the report', async () => {
  for (const href of ['https://example.org/a.html', '../a.html', 'a.js', '//x.html'])
    await expect(
      publishSection({ dataDir, log }, section('a', 1, [{ kind: 'link', href, text: 't' }])),
    ).rejects.toThrow(/HTML file beside the report/);
});

it('names nothing outside itself that a browser would load', async () => {
  await publishSection({ dataDir, log }, section('a', 5, [chart]));
  expect(page()).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)=["']?(?!data:)[^"'>]/);
  for (const rule of ["default-src 'none'", "form-action 'none'", "base-uri 'none'"]) expect(page()).toContain(rule);
});

it('shows numbers with separators and what is missing as a dash', async () => {
  const table: Block = {
    kind: 'table',
    caption: 'c',
    header: ['n'],
    rows: [[1234567], [0.123456], [Number.NaN], [null]],
  };
  await publishSection({ dataDir, log }, section('a', 1, [table]));
  const cells = [...page().matchAll(/<td class="number">([^<]*)</g)].map(([, cell]) => cell);
  expect(cells).toEqual(['1,234,567', '0.1235', '–', '–']);
});

it('replaces a section that has a new name in the old place', async () => {
  await publishSection({ dataDir, log }, section('former_name', 5));
  await publishSection({ dataDir, log }, section('new_name', 5));
  expect(readdirSync(join(dataDir, 'reports/sections'))).toEqual(['0005-new_name.json']);
});

it('keeps all sections when several are published at once', async () => {
  const ids = ['a', 'b', 'c', 'd'];
  await Promise.all(ids.map((id, i) => publishSection({ dataDir, log }, section(id, i, [chart]))));
  for (const id of ids) expect(page()).toContain(`Title of ${id}`);
});

it.each([
  ['of another version', '{"id": "a", "order": 1, "title": "A", "model": "a field of long ago", "blocks": []}'],
  ['damaged', '{"id": "a"'],
])('leaves a section that is %s out, names its file, and takes it again when its step draws it', async (_, old) => {
  const warned: string[] = [];
  const run = { dataDir, log: { ...log, warn: (line: string) => void warned.push(line) } };
  await publishSection(run, section('a', 1));
  writeFileSync(join(dataDir, 'reports/sections/0001-a.json'), old);
  await publishSection(run, section('b', 2));
  expect(warned).toEqual([expect.stringContaining('0001-a.json')]);
  expect(page()).not.toContain('Title of a');
  expect(publishedSection(dataDir, 'a')).toBeNull();
  await publishSection(run, section('a', 1));
  expect(warned).toHaveLength(1);
  expect(page()).toContain('Title of a');
});
