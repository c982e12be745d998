/** The report in a real browser; skipped with a line where Chromium or playwright-core is missing. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishSection, reportPath } from '../../charts/report.ts';
import { createLog } from '../../run/console.ts';
import { galleryPictures, gallerySection } from '../charts/gallery.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const PLAYWRIGHT = process.env['PLAYWRIGHT_CORE'] ?? 'playwright-core';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The few parts of playwright-core that this test uses. */
interface Page {
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'request', listener: (request: { url(): string }) => void): void;
  goto(url: string): Promise<unknown>;
  evaluate<T>(code: string): Promise<T>;
  waitForFunction(code: string): Promise<unknown>;
  hover(selector: string): Promise<void>;
}
interface Browser {
  newContext(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>;
  close(): Promise<void>;
}
interface Playwright {
  chromium: { launch(options: object): Promise<Browser> };
}

const playwright = (await import(PLAYWRIGHT).catch(() => null)) as Playwright | null;
const missing = playwright === null ? 'playwright-core' : existsSync(CHROMIUM) ? null : CHROMIUM;
if (missing !== null) process.stderr.write(`browser tests skipped: ${missing} is not installed\n`);

describe.skipIf(missing !== null)('the report in Chromium', () => {
  const nCharts = Object.keys(galleryPictures()).length;
  let dataDir: string;
  let browser: Browser;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'spyhop-browser-'));
    await publishSection({ dataDir, log: createLog({ quiet: true }) }, gallerySection());
    browser = await playwright!.chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(dataDir, { recursive: true });
  });

  /** Opens the report, brings every chart to life, and tells what went wrong and what was asked for. */
  async function open(width: number, colorScheme: 'light' | 'dark') {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    const url = pathToFileURL(reportPath(dataDir)).href;
    await page.goto(url);
    await page.waitForFunction(`(() => {
      const waiting = document.querySelector('.chart:not([data-live])');
      waiting?.scrollIntoView({ behavior: 'instant' });
      return waiting === null;
    })()`);
    return {
      page,
      complaints,
      requests: requests.filter((asked) => asked !== url && !asked.startsWith('data:')),
      context,
    };
  }

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [1200, 'light'],
  ] as const)(
    'draws every chart at %i px in %s mode, says nothing, asks for nothing and does not scroll sideways',
    async (width, scheme) => {
      const { page, complaints, requests, context } = await open(width, scheme);
      const live = await page.evaluate<number>(
        `document.querySelectorAll('.chart[data-live=yes] svg .mark-group').length`,
      );
      const marks = await page.evaluate<number[]>(
        `[...document.querySelectorAll('.chart')].map((c) => c.querySelectorAll('.role-mark path, .role-mark text, .role-mark line').length)`,
      );
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      const widest = await page.evaluate<number>(
        `Math.max(...[...document.querySelectorAll('.chart svg')].map((c) => c.getBoundingClientRect().right))`,
      );
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
      expect(live).toBeGreaterThanOrEqual(nCharts);
      expect(marks).toHaveLength(nCharts);
      expect(Math.min(...marks)).toBeGreaterThan(2);
      expect(wide).toBe(width);
      expect(widest).toBeLessThanOrEqual(width);
      await context.close();
    },
  );

  it('runs none of the words of the data, and shows them in the tooltip as they are', async () => {
    const { page, context } = await open(1200, 'light');
    await page.evaluate(
      `document.getElementById('gallery-scatter').scrollIntoView({ behavior: 'instant', block: 'center' })`,
    );
    await page.hover('#gallery-scatter .mark-symbol path:nth-child(40)');
    await page.waitForFunction(`document.getElementById('tooltip').hidden === false`);
    expect(await page.evaluate(`document.getElementById('tooltip').textContent`)).toContain('<script>window.wasHacked');
    expect(await page.evaluate('window.wasHacked')).toBeUndefined();
    await context.close();
  });

  it('has one first heading and no level left out', async () => {
    const { page, context } = await open(360, 'light');
    const levels = await page.evaluate<number[]>(
      `[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => Number(h.tagName[1]))`,
    );
    expect(levels).toEqual([1, 2, 2]);
    expect(await page.evaluate(`document.querySelectorAll('.chart:not([aria-label])').length`)).toBe(0);
    await context.close();
  });
});
