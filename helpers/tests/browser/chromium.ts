/** Chromium for the tests that need one; where it or playwright-core is missing they are skipped with a line. */
import { existsSync } from 'node:fs';

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

/** The few parts of playwright-core that these tests use. */
export interface Page {
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'request', listener: (request: { url(): string }) => void): void;
  goto(url: string): Promise<unknown>;
  evaluate<T>(code: string): Promise<T>;
  waitForFunction(code: string): Promise<unknown>;
  hover(selector: string): Promise<void>;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  readonly keyboard: { press(key: string): Promise<void> };
}
interface Context {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}
export interface Browser {
  newContext(options: object): Promise<Context>;
  close(): Promise<void>;
}
interface Playwright {
  chromium: { launch(options: object): Promise<Browser> };
}

const playwright = (await import(PLAYWRIGHT).catch(() => null)) as Playwright | null;
const missing = playwright === null ? 'playwright-core' : existsSync(CHROMIUM) ? null : CHROMIUM;
if (missing !== null) process.stderr.write(`browser tests skipped: ${missing} is not installed\n`);

export const hasChromium = missing === null;

export function launchChromium(): Promise<Browser> {
  return playwright!.chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

export interface Opened {
  readonly page: Page;
  readonly context: Context;
  /** Lines of the console and errors of scripts. */
  readonly complaints: readonly string[];
  /** What the page asked for besides itself. */
  readonly requests: () => string[];
}

/** Opens a page at a width in px, and notes what goes wrong and what is asked for. */
export async function openPage(
  browser: Browser,
  url: string,
  width: number,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(url);
  const requests = (): string[] => asked.filter((one) => one !== url && !one.startsWith('data:'));
  return { page, context, complaints, requests };
}

/** Words of a drawing that lie upon each other, by more than a hair. @param selector of the drawings */
export function overlappingWords(page: Page, selector: string): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('${selector}')].flatMap((drawing) => {
    const words = [...drawing.querySelectorAll('svg text')]
      .map((node) => ({ text: node.textContent.trim(), opacity: getComputedStyle(node).opacity, box: node.getBoundingClientRect() }))
      .filter(({ text, opacity, box }) => text !== '' && opacity !== '0' && box.width > 0);
    return words.flatMap((a, i) => words.slice(i + 1)
      .filter((b) => Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left) > 2
        && Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top) > 4)
      .map((b) => drawing.id + ': ' + a.text + ' / ' + b.text));
  })`);
}

/** How far the page, and anything in it that is not scrolled in a frame of its own, reaches beyond the screen, in px. */
export function sidewaysPx(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const width = document.documentElement.clientWidth;
    const isFramed = (node) => node.closest('.scroller, .chart, svg') !== null;
    const rights = [...document.querySelectorAll('body *')].filter((node) => !isFramed(node)).map((node) => node.getBoundingClientRect().right);
    return Math.max(document.documentElement.scrollWidth - width, ...rights.map((right) => Math.ceil(right - width)));
  })()`);
}
