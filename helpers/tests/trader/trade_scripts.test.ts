import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPart } from '../../demo/stream_processes.ts';
import { startDiscordDouble } from '../../doubles/discord/discord_double.ts';
import { isoDay, nowMs } from '../../run/clock.ts';
import { EXCHANGES } from '../../trade/execution/gates.ts';
import { type MarketPlace, startMarketPlace } from './market_place.ts';

const LONG_MS = 120_000;
const WIDE = ['position', 'category', 'total', 'day'].flatMap((name) => [`--max-${name}`, '50']);
let place: MarketPlace;
beforeAll(async () => {
  place = await startMarketPlace([
    { ticker: 'KXGOOD', p: 0.7, bid: 48, ask: 50 },
    { ticker: 'KXFAIR', p: 0.5, bid: 48, ask: 52 },
    { ticker: 'KXUNKNOWN', p: null, bid: 48, ask: 52 },
  ]);
});
afterAll(async () => {
  await place.close();
});

async function run(step: string, words: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const part = startPart(step, [...place.words, ...words], { ...place.env, ...env });
  await part.ended;
  return part.text();
}
const trade = (words: readonly string[], env: Record<string, string> = {}) => run('trade', words, env);

describe('26 in one round', () => {
  it(
    'buys on paper what is worth more than it costs, and says why not the rest; nothing leaves the machine',
    async () => {
      const text = await trade(['--once']);
      expect(text).toContain('paper: trading is ACTIVE');
      expect(text).toMatch(/KXGOOD +YES +1 /);
      expect(text).toContain('1 no forecast');
      expect(text).toContain('1 too small after fees');
      expect(place.double.sent.size).toBe(0);
      expect(place.exchange.orders.size).toBe(0);
    },
    LONG_MS,
  );

  it(
    'holds that when it starts again, and buys it no second time',
    async () => {
      const text = await trade(['--once']);
      expect(text).toMatch(/KXGOOD +YES +1 /);
      expect(text).toContain('a position is held already');
    },
    LONG_MS,
  );

  it(
    'sends the same order to the exchange with --mode demo, and its ledger is the exchange’s',
    async () => {
      const text = await trade(['--once', '--mode', 'demo']);
      expect(text).toContain('demo: trading is ACTIVE');
      const [order] = place.exchange.orders.values();
      expect([place.exchange.orders.size, order.market.ticker, order.side, order.filled]).toEqual([
        1,
        'KXGOOD',
        'bid',
        100,
      ]);
      expect(text).toContain(`cash $${(place.exchange.member.totalCash / 1e6).toFixed(2)}`);
    },
    LONG_MS,
  );

  it(
    'stops by a command, pulls the exchange’s switch, and goes on by another',
    async () => {
      expect(await trade(['--mode', 'demo', '--halt', 'lunch'])).toContain('the command waits');
      const halted = await trade(['--mode', 'demo', '--once']);
      expect(halted).toMatch(/HALTED by command since .*: lunch/);
      expect(halted).not.toContain('order group since');
      const isTriggered = () =>
        place.exchange.matching.groups
          .rows()
          .some(({ id }) => place.exchange.matching.groups.get(String(id)).isTriggered);
      expect(isTriggered()).toBe(true);
      expect(await trade(['--mode', 'demo', '--resume', 'lunch'])).toContain('there is no such stop');
      await trade(['--mode', 'demo', '--resume', 'command']);
      expect(await trade(['--mode', 'demo', '--once'])).toContain('demo: trading is ACTIVE');
      expect(isTriggered()).toBe(false);
    },
    LONG_MS,
  );
});

describe('an exchange whose lists lag by three seconds', () => {
  it(
    'gets one order, and none while the fill of the first is not listed yet',
    async () => {
      const slow = await startMarketPlace([{ ticker: 'KXGOOD', p: 0.7, bid: 48, ask: 50 }], { lagMs: 3000 });
      try {
        const words = [...slow.words, '--mode', 'demo', '--every', '1s', ...WIDE];
        const part = startPart('trade', words, slow.env);
        while (slow.double.sent.size === 0) await new Promise((done) => setTimeout(done, 50));
        await new Promise((done) => setTimeout(done, 8000));
        await part.stop();
        expect(slow.double.sent.size).toBe(1);
        expect(part.text()).toContain('1 positions');
      } finally {
        await slow.close();
      }
    },
    LONG_MS,
  );
});

describe('money that is moved by hand', () => {
  it(
    'stops trading when it is found twice, and is booked where exactly that is said',
    async () => {
      const { exchange } = place;
      exchange.member.deposit(0, 10_000_000, exchange.nowMs);
      await trade(['--mode', 'demo', '--once']);
      expect(await trade(['--mode', 'demo', '--once'])).toMatch(/HALTED by reconciliation since .*: cash of shard 0/);
      const wrong = await trade(['--mode', 'demo', '--once', '--deposit', '9']);
      expect(wrong).toContain('--deposit $9.00 is not what the cash differs by (cash of shard 0:');
      await trade(['--mode', 'demo', '--resume', 'reconciliation']);
      const right = await trade(['--mode', 'demo', '--once', '--deposit', '10']);
      expect(right).toContain('demo: trading is ACTIVE');
      expect(right).toContain(`cash $${(exchange.member.totalCash / 1e6).toFixed(2)}`);
    },
    2 * LONG_MS,
  );
});

describe('27', () => {
  it(
    'tells a day from ledger and intent log, and sends it to Discord',
    async () => {
      const discord = await startDiscordDouble({ webhooks: new Map([['1000000000000000009', 'token']]) });
      try {
        const env = { DISCORD_WEBHOOK_URL: discord.webhookUrl('1000000000000000009') };
        const text = await run('trading_digest', ['--date', isoDay(nowMs()), '--send'], env);
        expect(text).toContain('Equity $49.98 with positions at cost, -$0.02 on the day, and +$50.00 brought in.');
        expect(text).toContain('1 fills of 1 contracts');
        expect(text).toContain('Orders: 1 done.');
        expect(text).toMatch(/seen +20/);
        const titles = discord.messages.map(({ body }) => body.embeds?.[0]?.title ?? '');
        expect(titles.filter((title) => title.includes('paper trading on'))).toHaveLength(1);
      } finally {
        await discord.close();
      }
      expect(await run('trading_digest', ['--mode', 'live'])).toContain('nothing was traded with --mode live');
      expect(await run('trading_digest', ['--date', '2026-02-30'])).toContain('--date 2026-02-30 is no day');
    },
    LONG_MS,
  );
});

const BOTH = ['--mode', 'live', '--i-understand', 'account-1'];
const ON = { LIVE_TRADING: 'true' };
const HERE = { KALSHI_TRADING_URL: '' };

/** What somebody could type by mistake; nothing of it may send an order. */
const WAYS: [string, string[], Record<string, string>, RegExp][] = [
  ['neither switch', ['--mode', 'live'], HERE, /the first is off/],
  ['the first switch alone', ['--mode', 'live'], { ...HERE, ...ON }, /the second is off/],
  ['the second switch alone', BOTH, HERE, /the first is off/],
  ['another account', ['--mode', 'live', '--i-understand', 'account-2'], { ...HERE, ...ON }, /names another account/],
  ['a double for the live exchange', BOTH, ON, /--mode live does not send orders to http:\/\/127/],
  [
    'the demo exchange for the live one',
    BOTH,
    { ...ON, KALSHI_TRADING_URL: EXCHANGES.demo },
    /does not send orders to/,
  ],
  [
    'the live exchange for the demo one',
    ['--mode', 'demo'],
    { KALSHI_TRADING_URL: EXCHANGES.live },
    /does not send orders to/,
  ],
  [
    'another host by an option',
    [...BOTH, '--trading-url', 'https://kalshi.example/trade-api/v2'],
    ON,
    /does not send orders/,
  ],
  [
    'recorded prices, live',
    [...BOTH, '--replay', 'frames'],
    { ...HERE, ...ON },
    /trades on paper alone|does not trade on recorded/,
  ],
  [
    'recorded prices, demo',
    ['--mode', 'demo', '--replay', 'frames'],
    HERE,
    /trades on paper alone|does not trade on recorded/,
  ],
  ['the id without --mode live', ['--i-understand', 'account-1'], ON, /--i-understand/],
];

describe('orders that nobody wanted', () => {
  it.each(WAYS)(
    'are not sent with %s',
    async (_, words, env, why) => {
      const before = place.double.sent.size;
      const text = await trade(
        ['--once', ...words].filter((word) => !(word === '--once' && words.includes('--replay'))),
        env,
      );
      expect(text).toMatch(why);
      expect(place.double.sent.size).toBe(before);
    },
    LONG_MS,
  );

  it(
    'are not sent while the feed says nothing, nor on forecasts that are too old',
    async () => {
      const before = place.double.sent.size;
      const silent = await trade(['--once', '--mode', 'demo'], { KALSHI_FEED_URL: 'ws://127.0.0.1:1/trade-api/ws/v2' });
      expect(silent).toContain('demo: trading is HALTED');
      expect(silent).toContain('the feed has said nothing yet');
      const old = await trade(['--once', '--mode', 'demo', '--forecast-age', '0.001']);
      expect(old).toContain('its forecast is older than');
      expect(place.double.sent.size).toBe(before);
    },
    LONG_MS,
  );

  it(
    'are not sent with the state of another account',
    async () => {
      const text = await trade(['--once', '--mode', 'demo'], { KALSHI_KEY_ID: 'account-2' });
      expect(text).toContain('is about another account');
    },
    LONG_MS,
  );

  it(
    'are not sent while the file HALT is there',
    async () => {
      writeFileSync(join(place.dataDir, 'live/trader/demo/HALT'), '');
      expect(await trade(['--once', '--mode', 'demo'])).toMatch(/HALTED by file/);
    },
    LONG_MS,
  );
});
