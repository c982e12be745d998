import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Double, ok, startDouble } from '../../doubles/server.ts';
import { realPorts } from '../../http/ports.ts';
import { DAY_MS, isoTime, nowMs } from '../../run/clock.ts';
import { scanMarkets } from '../../scan/scan_markets.ts';
import type { ScanSettings } from '../../scan/scan_options.ts';
import { presentScan } from '../../scan/scan_report.ts';
import { WHY_NOT } from '../../scan/watch_list.ts';
import { rejection } from '../refusal.ts';

const DAYS = { closesAfterMs: DAY_MS, closesBeforeMs: 30 * DAY_MS };
const SERIES = [
  { ticker: 'KXHIGHNY', title: 'High', category: 'Climate and Weather', fee_type: 'quadratic', fee_multiplier: 1 },
  { ticker: 'KXCPI', title: 'CPI', category: 'Economics', fee_type: 'quadratic_with_maker_fees', fee_multiplier: 0.5 },
];
const EVENTS = [
  { event_ticker: 'KXHIGHNY-26DEC10', series_ticker: 'KXHIGHNY', title: 'Highest temperature' },
  { event_ticker: 'KXCPI-26DEC', series_ticker: 'KXCPI', title: 'CPI in December' },
];

function row(ticker: string, change: Record<string, unknown> = {}) {
  const closesMs = nowMs() + 5 * DAY_MS;
  return {
    ticker,
    event_ticker: 'KXHIGHNY-26DEC10',
    title: 'Will it be warm?',
    yes_sub_title: '84° to 85°',
    status: 'active',
    result: '',
    open_time: isoTime(nowMs() - DAY_MS),
    close_time: isoTime(closesMs),
    latest_expiration_time: isoTime(closesMs + DAY_MS),
    can_close_early: true,
    yes_bid_dollars: '0.4000',
    yes_ask_dollars: '0.4500',
    volume_fp: '120.50',
    volume_24h_fp: '20.00',
    open_interest_fp: '90.00',
    rules_primary: 'If the high is 84 or 85, then Yes.',
    ...change,
  };
}

const MARKETS = [
  row('GOOD'),
  row('BUSY', { event_ticker: 'KXCPI-26DEC', volume_24h_fp: '99.00', yes_bid_dollars: '0.3', yes_ask_dollars: '0.4' }),
  row('PAUSED', { status: 'inactive' }),
  row('BARE', { yes_bid_dollars: undefined }),
  row('STRANGE', { event_ticker: 'KXNONE-1' }),
  row('SOON', { close_time: isoTime(nowMs() + DAY_MS / 2) }),
  row('LATE', { close_time: isoTime(nowMs() + 40 * DAY_MS) }),
  row('UNBID', { yes_bid_dollars: '0.0000' }),
  row('UNOFFERED', { yes_ask_dollars: '1.0000' }),
  row('QUIET', { volume_fp: '49.99' }),
  row('WIDE', { yes_ask_dollars: '0.5001' }),
];

let double: Double;
let folder = '';
/** Cursors of pages that were asked for; a page whose cursor is `failing` cannot be had. */
let asked: (string | null)[];
let failing: string | null | undefined;

/** A Kalshi whose pages hold two markets. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-scan-'));
  asked = [];
  failing = undefined;
  double = await startDouble(({ path, query }) => {
    if (path === '/series') return ok({ series: SERIES });
    if (path === '/events') return ok({ events: EVENTS, cursor: '' });
    if (path === '/markets/trades') {
      const trade = { trade_id: 't', ticker: query.get('ticker'), count_fp: '3.00', yes_price_dollars: '0.41' };
      return ok({ trades: [{ ...trade, no_price_dollars: '0.59', created_time: isoTime(nowMs()) }], cursor: '' });
    }
    if (path !== '/markets') return null;
    const cursor = query.get('cursor');
    asked.push(cursor);
    if (cursor === failing) return { status: 403, body: { error: 'no' } };
    const at = Number(cursor ?? 0);
    return ok({ markets: MARKETS.slice(at, at + 2), cursor: at + 2 < MARKETS.length ? String(at + 2) : '' });
  });
});
afterEach(async () => {
  await double.close();
  rmSync(folder, { recursive: true, force: true });
});

function scan(change: Partial<ScanSettings> = {}) {
  const log = { note: () => undefined, warn: () => undefined };
  const rules = { ...DAYS, volumeMin: 50, spreadMax: 0.1, categories: [], nContext: 1 };
  return scanMarkets({ dataDir: folder, log }, { ...rules, baseUrl: double.baseUrl, ...change }, realPorts(1));
}

describe('a scan of the open markets', () => {
  it('watches what may be traded, the busiest first, and counts the others by what stopped them', async () => {
    const facts = await scan();
    expect(facts.watched.map(({ ticker }) => ticker)).toEqual(['BUSY', 'GOOD']);
    expect(facts.watched[0]).toMatchObject({ series: 'KXCPI', category: 'Economics', feeMultiplier: 0.5, bid: 0.3 });
    expect(facts.stopped).toEqual({
      [WHY_NOT.status]: 1,
      [WHY_NOT.row]: 1,
      [WHY_NOT.series]: 1,
      [WHY_NOT.early]: 1,
      [WHY_NOT.late]: 1,
      [WHY_NOT.oneSided]: 2,
      [WHY_NOT.volume]: 1,
      [WHY_NOT.spread]: 1,
    });
    expect(facts.context).toEqual({ BUSY: { trades: [{ atMs: expect.any(Number), yesPrice: 0.41, contracts: 3 }] } });
    const kept = JSON.parse(readFileSync(join(facts.folder, 'watch_list.json'), 'utf8'));
    expect(kept.watched).toEqual(facts.watched);
  });

  it('keeps to the categories that were asked for', async () => {
    const facts = await scan({ categories: ['Economics'] });
    expect(facts.watched.map(({ ticker }) => ticker)).toEqual(['BUSY']);
    expect(facts.stopped[WHY_NOT.category]).toBe(5);
  });

  it('goes on where it was stopped, with the same result', async () => {
    const whole = await scan();
    asked = [];
    failing = '6';
    expect(await rejection(() => scan())).toMatch(/^no-answer: .*403/);
    failing = undefined;
    const resumed = await scan();
    expect(asked).toEqual([null, '2', '4', '6', '6', '8', '10']);
    expect(resumed.isResumed).toBe(true);
    for (const name of ['nMarkets', 'nPages', 'stopped', 'watched'] as const)
      expect(resumed[name]).toEqual(whole[name]);
    asked = [];
    await scan();
    expect(asked[0]).toBe(null);
  });

  it('begins anew when something else is asked for', async () => {
    failing = '6';
    await rejection(() => scan());
    failing = undefined;
    asked = [];
    expect((await scan({ volumeMin: 1 })).isResumed).toBe(false);
    expect(asked[0]).toBe(null);
  });

  it('says how many are watched and why the others are not', async () => {
    const [first, why] = presentScan(await scan()).lines;
    expect(first).toMatch(/11 open markets on 6 pages, 2 are watched\./);
    expect(why).toMatch(/^Not watched: 2 nobody bids or nobody offers, 1 /);
  });
});
