/** The case files in a real browser. */
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCasesPage } from '../../cases/case_files_report.ts';
import { casesPath } from '../../charts/report.ts';
import { writeFileAtomic } from '../../run/files.ts';
import { FLAGGED, HOSTILE_QUESTION, walletName, writeCaseData } from '../cases/case_data.ts';
import { removeFolders } from '../features/tables.ts';
import {
  type Browser,
  hasChromium,
  launchChromium,
  openPage,
  overlappingWords,
  type Page,
  sidewaysPx,
} from './chromium.ts';

const N_CASES = 8;

describe.skipIf(!hasChromium)('the case files in Chromium', () => {
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    const dataDir = await writeCaseData();
    writeFileAtomic(casesPath(dataDir), await makeCasesPage(dataDir, N_CASES, 'test'));
    url = pathToFileURL(casesPath(dataDir)).href;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    removeFolders();
  });

  /** Addresses of the files in sight, and of those that are open. */
  function inSight(page: Page): Promise<{ shown: string[]; open: string[]; told: string }> {
    return page.evaluate(`(() => {
      const files = [...document.querySelectorAll('article.case')].filter((file) => file.offsetHeight > 0);
      return {
        shown: files.map(({ id }) => id),
        open: files.filter((file) => file.querySelector('details').open).map(({ id }) => id),
        told: document.getElementById('found').textContent,
      };
    })()`);
  }

  it.each([
    [420, 'light'],
    [1400, 'dark'],
  ] as const)(
    'shows every file at %i px in %s mode: nothing is asked for or complained of, nothing reaches beyond the screen, no word lies upon another',
    async (width, scheme) => {
      const { page, context, complaints, requests } = await openPage(browser, url, width, scheme);
      await page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true; })`);
      expect(await sidewaysPx(page)).toBeLessThanOrEqual(0);
      const widths = await page.evaluate<number[]>(
        `[...document.querySelectorAll('svg.plot')].map((plot) => Math.ceil(plot.getBoundingClientRect().right))`,
      );
      expect(widths.length).toBeGreaterThan(2 * N_CASES);
      expect(Math.max(...widths)).toBeLessThanOrEqual(width);
      expect(await overlappingWords(page, 'article.case')).toEqual([]);
      expect(await page.evaluate('window.wasHacked')).toBeUndefined();
      expect([complaints, requests()]).toEqual([[], []]);
      await context.close();
    },
  );

  it('finds a wallet by a part of its address, opens it when it is the only one, and says when there is none', async () => {
    const { page, context } = await openPage(browser, url, 1400);
    expect(await inSight(page)).toMatchObject({ open: [], told: `${N_CASES} files` });
    await page.fill('#search', ` ${walletName(1).toUpperCase().replace('0X', '0x')} `);
    expect(await inSight(page)).toEqual({
      shown: [walletName(1)],
      open: [walletName(1)],
      told: `1 of ${N_CASES} files`,
    });
    await page.fill('#search', 'ccc');
    expect((await inSight(page)).shown).toHaveLength(N_CASES);
    await page.fill('#search', '0xdead');
    const { shown, told } = await inSight(page);
    expect([shown, told.startsWith('no file here')]).toEqual([[], true]);
    await context.close();
  });

  it('opens the file that a link asks for', async () => {
    const { page, context } = await openPage(browser, `${url}#${FLAGGED}`, 420);
    expect((await inSight(page)).open).toEqual([FLAGGED]);
    await context.close();
  });

  it('copies the whole address', async () => {
    const { page, context } = await openPage(browser, url, 1400);
    await page.click(`[id="${FLAGGED}"] .copy`);
    await page.waitForFunction(`document.querySelector('.copy').textContent === 'copied'`);
    await page.click('#search');
    await page.keyboard.press('Control+V');
    expect(await page.evaluate(`document.getElementById('search').value`)).toBe(FLAGGED);
    await context.close();
  });

  it('keeps a hostile question as text, and its direction of writing to itself', async () => {
    const { page, context } = await openPage(browser, `${url}#${FLAGGED}`, 1400);
    const question = await page.evaluate<string>(`document.querySelector('td bdi').textContent`);
    expect(question).toBe(HOSTILE_QUESTION);
    expect(await page.evaluate(`getComputedStyle(document.querySelector('td bdi')).unicodeBidi`)).toBe('isolate');
    await context.close();
  });
});
