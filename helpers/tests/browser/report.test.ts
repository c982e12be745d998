/** The report in a real browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishSection, reportPath } from '../../charts/report.ts';
import { chartsOf } from '../../charts/section.ts';
import { createLog } from '../../run/console.ts';
import { ADDRESS, gallerySection } from '../charts/gallery.ts';
import { type Browser, hasChromium, launchChromium, openPage, overlappingWords, sidewaysPx } from './chromium.ts';

describe.skipIf(!hasChromium)('the report in Chromium', () => {
  const nCharts = chartsOf(gallerySection().blocks).length;
  let dataDir: string;
  let browser: Browser;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'spyhop-browser-'));
    await publishSection({ dataDir, log: createLog({ quiet: true }) }, gallerySection());
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(dataDir, { recursive: true });
  });

  /** Opens the report with everything unfolded and brings every chart to life. */
  async function open(width: number, colorScheme: 'light' | 'dark') {
    const opened = await openPage(browser, pathToFileURL(reportPath(dataDir)).href, width, colorScheme);
    await opened.page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true; })`);
    await opened.page.waitForFunction(`(() => {
      const waiting = document.querySelector('.chart:not([data-live])');
      waiting?.scrollIntoView({ behavior: 'instant' });
      return waiting === null;
    })()`);
    return opened;
  }

  it.each([
    [360, 'light'],
    [420, 'dark'],
    [1000, 'light'],
    [1400, 'light'],
  ] as const)(
    'draws every chart at %i px in %s mode, says nothing, asks for nothing, does not scroll sideways, and no word lies upon another',
    async (width, scheme) => {
      const { page, complaints, requests, context } = await open(width, scheme);
      const live = await page.evaluate<number>(
        `document.querySelectorAll('.chart[data-live=yes] svg .mark-group').length`,
      );
      const marks = await page.evaluate<number[]>(
        `[...document.querySelectorAll('.chart')].map((c) => c.querySelectorAll('.role-mark path, .role-mark text, .role-mark line').length)`,
      );
      expect(complaints).toEqual([]);
      expect(requests()).toEqual([]);
      expect(live).toBeGreaterThanOrEqual(nCharts);
      expect(marks).toHaveLength(nCharts);
      expect(Math.min(...marks)).toBeGreaterThan(2);
      expect(await sidewaysPx(page)).toBeLessThanOrEqual(0);
      expect(await overlappingWords(page, '.chart')).toEqual([]);
      await context.close();
    },
  );

  it('shows a table of nine columns whole where the screen is 1,000 px wide', async () => {
    const { page, context } = await open(1000, 'light');
    const hidden = `[...document.querySelectorAll('.scroller')].map((s) => s.scrollWidth - s.clientWidth)`;
    expect(await page.evaluate(hidden)).toEqual([0]);
    await context.close();
  });

  it('copies the whole address of a cell that shows its beginning', async () => {
    const { page, context } = await open(1400, 'light');
    expect(await page.evaluate(`document.querySelector('td .address').innerText`)).toBe('0xabababab… copy');
    await page.click('td .copy');
    await page.waitForFunction(`document.querySelector('td .copy').textContent === 'copied'`);
    await page.evaluate(
      `(() => { const field = document.createElement('input'); field.id = 'paste'; document.body.append(field); field.focus(); })()`,
    );
    await page.keyboard.press('Control+V');
    expect(await page.evaluate(`document.getElementById('paste').value`)).toBe(ADDRESS);
    await context.close();
  });

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
