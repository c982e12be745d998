/** An exchange on this machine with quiet books, the watch list and the forecasts about it: what 26 needs, in a folder of its own. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitForecasts } from '../../demo/trade_forecasts.ts';
import { KalshiExchange } from '../../doubles/kalshi_exchange/exchange.ts';
import { startExchangeFeed } from '../../doubles/kalshi_exchange/feed.ts';
import { type ExchangeServerOptions, startExchangeDouble } from '../../doubles/kalshi_exchange/server.ts';
import { DAY_MS, nowMs } from '../../run/clock.ts';
import { watchListPath } from '../../scan/watch_list.ts';
import { frameOf } from '../../tables/frame_of.ts';
import { FORECASTS } from '../../tables/schemas.ts';
import { market } from '../doubles/kalshi_exchange/small_exchange.ts';

export interface Told {
  readonly ticker: string;
  /** Probability of YES; null for no forecast. */
  readonly p: number | null;
  /** Cents of YES; null for an empty side. */
  readonly bid: number | null;
  readonly ask: number | null;
  readonly event?: string;
  readonly category?: string;
  readonly closesMs?: number;
  readonly asOfMs?: number;
}

/** Writes what 23 would have found. */
export function writeWatchList(dataDir: string, markets: readonly Told[]): void {
  mkdirSync(join(dataDir, 'live', 'scan'), { recursive: true });
  const watched = markets.map(({ ticker, bid, ask, event = `${ticker}-EVENT`, category = 'Economics', closesMs }) => ({
    ticker,
    event,
    series: 'KXSERIES',
    category,
    feeType: 'quadratic',
    feeMultiplier: 1,
    title: `Will ${ticker} happen?`,
    closesMs: closesMs ?? nowMs() + 5 * DAY_MS,
    bid: (bid ?? 0) / 100,
    ask: (ask ?? 100) / 100,
    volume: 1000,
    volume24h: 100,
    openInterest: 10,
    rules: '',
  }));
  const list = {
    version: 1,
    scannedMs: nowMs(),
    nMarkets: 10,
    stopped: { 'too little trading': 10 - watched.length },
    watched,
  };
  writeFileSync(watchListPath(dataDir), JSON.stringify(list));
}

/** Writes what 24 would have forecast. */
export function writeForecasts(dataDir: string, markets: readonly Told[]): void {
  const rows = markets.filter(({ p }) => p !== null);
  const frame = frameOf(FORECASTS, rows, {
    as_of_ms: ({ asOfMs }) => asOfMs ?? nowMs() - 60_000,
    venue: () => 'kalshi',
    market_id: ({ ticker }) => ticker,
    market_price: ({ bid, ask }) => ((bid ?? 0) + (ask ?? 100)) / 200,
    n_forecasters: () => 1,
    forecasters: () => 'llm',
    p_pool: ({ p }) => p,
    p_low: () => 0,
    p_high: () => 1,
    p: ({ p }) => p,
    edge_yes: () => 0,
    edge_no: () => 0,
    why: () => 'a test',
  });
  commitForecasts(dataDir, frame, String(nowMs()), nowMs());
}

/** Starts it. @param markets with their books; each side offers `size` contracts */
export async function startMarketPlace(
  markets: readonly Told[],
  { size = 50, ...more }: { readonly size?: number } & Partial<ExchangeServerOptions> = {},
) {
  const root = mkdtempSync(join(tmpdir(), 'spyhop-trader-'));
  const dataDir = join(root, 'data');
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const closeMs = nowMs() + 5 * DAY_MS;
  const exchange = new KalshiExchange({
    markets: markets.map(({ ticker }) => market(ticker, { closeMs })),
    cash: { 0: 50_000_000 },
    startMs: nowMs(),
  });
  for (const { ticker, bid, ask } of markets)
    for (const [side, cents] of [
      ['bid', bid],
      ['ask', ask],
    ] as const)
      if (cents !== null)
        exchange.other({ ticker, side, price: cents * 10_000, count: size * 100, expiresMs: closeMs });
  const double = await startExchangeDouble(exchange, {
    publicKey,
    lagMs: 100,
    tick: () => exchange.advanceTo(nowMs()),
    ...more,
  });
  const feed = await startExchangeFeed(exchange, { publicKey });
  const pem = join(root, 'key.pem');
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeWatchList(dataDir, markets);
  writeForecasts(dataDir, markets);
  const timer = setInterval(() => exchange.advanceTo(nowMs()), 50);
  return {
    root,
    dataDir,
    exchange,
    double,
    feed,
    pem,
    env: {
      KALSHI_KEY_ID: 'account-1',
      KALSHI_PRIVATE_KEY_PATH: pem,
      KALSHI_FEED_URL: feed.url,
      KALSHI_URL: double.baseUrl,
      KALSHI_TRADING_URL: double.baseUrl,
      DATABASE_URL: '',
      LIVE_TRADING: '',
      DISCORD_WEBHOOK_URL: '',
      TELEGRAM_BOT_TOKEN: '',
    },
    words: ['--data-dir', dataDir, '--models-dir', join(root, 'models')],
    close: async () => {
      clearInterval(timer);
      await feed.close();
      await double.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
export type MarketPlace = Awaited<ReturnType<typeof startMarketPlace>>;
