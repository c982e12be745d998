import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renewCaseFiles } from '../../cases/case_files_report.ts';
import { headline } from '../../cases/findings_report.ts';
import { marketUrl, profileUrl } from '../../cases/venue_links.ts';
import { casesPath } from '../../charts/report.ts';
import { namedCode } from '../../run/code.ts';
import { WALLET_RED_FLAGS } from '../../tables/schemas.ts';
import { newFolder, removeFolders } from '../features/tables.ts';
import { FLAGGED, HOSTILE_QUESTION, walletName, writeCaseData, writeRows } from './case_data.ts';

afterAll(removeFolders);

/** A run that notes what it says. */
function runIn(dataDir: string, said: string[] = [], code = 'test') {
  const say = (line: string): void => void said.push(line);
  const log = { note: say, result: say, warn: say, progress: () => ({ update: () => {}, done: () => {} }) };
  return { dataDir, log, code: namedCode(code), force: false };
}

describe('the page of case files', () => {
  let dataDir: string;
  let html: string;
  beforeAll(async () => {
    dataDir = await writeCaseData();
    await renewCaseFiles(runIn(dataDir), 6);
    html = readFileSync(casesPath(dataDir), 'utf8');
  });

  /** The file of one wallet. */
  function fileOf(wallet: string): string {
    return new RegExp(`<article class="case" id="${wallet}">[\\s\\S]*?</article>`).exec(html)![0];
  }

  it('has a file on the flagged wallet first, and as many as were asked for', () => {
    const ids = [...html.matchAll(/<article class="case" id="([^"]+)">/g)].map(([, id]) => id);
    expect(ids).toHaveLength(6);
    expect(ids[0]).toBe(FLAGGED);
    expect(fileOf(FLAGGED)).toContain('Flagged by red flags (rank 1 of 12)');
    expect(fileOf(walletName(1))).toMatch(/Not flagged, rank 2 of 12 by /);
  });

  it('shows the whole address, with a button that copies it and a link to the venue', () => {
    const file = fileOf(FLAGGED);
    expect(file).toContain(`<bdi>${FLAGGED}</bdi>`);
    expect(file).toContain(`data-copy="${FLAGGED}"`);
    expect(file).toContain(`href="https://polymarket.com/profile/${FLAGGED}"`);
  });

  it('tells each reason of a flag in words, and no name of a column', () => {
    const [, why] = /Why it is here<\/h3>([\s\S]*?)<\/section>/.exec(fileOf(FLAGGED))!;
    const reasons = [...why.matchAll(/<li>([^<]*)<\/li>/g)].map(([, text]) => text);
    expect(reasons).toEqual(['100 % of its money went through one market.', 'It gained $730 in that market.']);
    expect(html).not.toMatch(/maker_share_pct|active_days|tenure_days/);
  });

  it('draws the bets of each of the largest markets, and profit over time', () => {
    const file = fileOf(FLAGGED);
    expect(file.match(/<svg class="plot"/g)).toHaveLength(3);
    expect(file.match(/<path class="[bs][01]" d="[^"]+"><title>/g)).toHaveLength(3);
    expect(file).toMatch(/bought Yes for \$200 at 20\.0 ¢/);
    expect(file).toContain('gained $730');
  });

  it('lists markets with outcome and profit, and knows nothing of later than the profiles', () => {
    const file = fileOf(FLAGGED);
    expect(file).toMatch(/<bdi>Yes<\/bdi> won<\/td><td class="number">2<\/td><td class="number">\$200<\/td>/);
    expect(file).toContain('https://polymarket.com/market/will-it-stay');
    expect(html).not.toContain('Not yet?');
    expect(fileOf(walletName(1))).toContain('<td>no winner, <bdi>Yes</bdi> paid $0.50</td>');
  });

  it('leaves a hostile question text, keeps its direction of writing to itself, and makes no address of a hostile name', () => {
    expect(html).not.toContain(HOSTILE_QUESTION);
    expect(html).not.toContain('evil');
    expect(html).toContain('<bdi>&lt;script&gt;window.wasHacked = 1&lt;/script&gt;&lt;img src=x');
    expect(html.match(/<script>/g)).toHaveLength(2);
  });

  it('names nothing outside itself but links, and lets no form and no base in', () => {
    expect(html).not.toMatch(/<(script|link|img|iframe|use)[^>]+(src|href)=["']?(?!data:)[^"'>]/);
    for (const rule of ["default-src 'none'", "form-action 'none'", "base-uri 'none'"]) expect(html).toContain(rule);
    const links = [...html.matchAll(/<a ([^>]*)>/g)].map(([, attributes]) => attributes);
    for (const link of links.filter((own) => own.includes('https:')))
      expect(link).toContain('rel="noopener noreferrer"');
  });

  it('is left alone while nothing has changed, and made anew when a table, the number or the code has', async () => {
    const said: string[] = [];
    await renewCaseFiles(runIn(dataDir, said), 6);
    await renewCaseFiles(runIn(dataDir, said, 'other code'), 6);
    await renewCaseFiles(runIn(dataDir, said, 'other code'), 2);
    writeRows(dataDir, WALLET_RED_FLAGS, [{ wallet: FLAGGED, is_insider_flagged: false }]);
    await renewCaseFiles(runIn(dataDir, said, 'other code'), 2);
    const numbers = said.map((line) => /\((\d+) wallets/.exec(line)?.[1] ?? line.split(':')[0]);
    expect(numbers).toEqual(['Case files up to date', '6', '2', '2']);
  });

  it('is removed when none is asked for, and a folder without scores gets none', async () => {
    const said: string[] = [];
    await renewCaseFiles(runIn(dataDir, said), 0);
    expect(existsSync(casesPath(dataDir))).toBe(false);
    await renewCaseFiles(runIn(newFolder(), said), 5);
    expect(said).toEqual(['No case files: none were asked for.', 'No case files: there are no wallet profiles.']);
  });
});

it('makes addresses only of what can stand in one', () => {
  const market = {
    id: 'm',
    venue: 'polymarket',
    question: null,
    outcomes: ['a', 'b'] as const,
    payout0: Number.NaN,
    resolvedMs: Number.NaN,
  };
  expect(profileUrl(FLAGGED)).toBe(`https://polymarket.com/profile/${FLAGGED}`);
  for (const wallet of ['', 'abc', `${FLAGGED}0`, `${FLAGGED}/../x`]) expect(profileUrl(wallet)).toBeNull();
  expect(marketUrl({ ...market, slug: 'will-it-2' })).toBe('https://polymarket.com/market/will-it-2');
  for (const slug of [null, '', '../x', 'a b', 'a"b', 'javascript:1'])
    expect(marketUrl({ ...market, slug })).toBeNull();
  expect(marketUrl({ ...market, venue: 'kalshi', slug: 'ok' })).toBeNull();
});

it('says in one sentence who flags a wallet, or how high it ranks', () => {
  const finding = {
    detector: 'Whale signs',
    isFlagged: true,
    rank: 3,
    nRanked: 2000,
    score: 1,
    pValue: 0.1,
    figures: [],
    figuresAre: '',
  };
  expect(headline([finding, { ...finding, detector: 'Isolation forest', rank: 9 }])).toBe(
    'Flagged by whale signs and isolation forest (rank 3 of 2,000).',
  );
  const figure = { column: 'wins', value: 7, quantile: { below: 0.995, above: 0 } };
  expect(headline([{ ...finding, isFlagged: false, figures: [figure] }])).toBe(
    'Not flagged, rank 3 of 2,000 by whale signs: it made money in 7 markets, more than 99.5 % of wallets.',
  );
});
