/** Where the month of `npm run demo:trade` takes place: an exchange with its traders, models, Discord, and our two traders, by one simulated clock. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openAlertService } from '../alerts/alert_service.ts';
import { createDiscordSink } from '../alerts/sinks/discord_sink.ts';
import { createJsonLinesSink } from '../alerts/sinks/json_lines_sink.ts';
import { type DiscordDouble, startDiscordDouble } from '../doubles/discord/discord_double.ts';
import { KalshiExchange } from '../doubles/kalshi_exchange/exchange.ts';
import { startExchangeFeed } from '../doubles/kalshi_exchange/feed.ts';
import { startExchangeDouble } from '../doubles/kalshi_exchange/server.ts';
import { OtherTraders } from '../doubles/kalshi_exchange/traders.ts';
import { type LlmDouble, startLlmDouble } from '../doubles/llm.ts';
import type { Model } from '../forecast/llm/providers.ts';
import { type HttpPorts, realPorts } from '../http/ports.ts';
import { createRandom } from '../kernels/random.ts';
import { DAY_MS, MINUTE_MS, nowMs } from '../run/clock.ts';
import type { Log } from '../run/console.ts';
import { StatusBoard } from '../status/board.ts';
import { permitTrading } from '../trade/execution/gates.ts';
import { RISK_LIMITS } from '../trade/risk/limits.ts';
import { SIZING_RULES } from '../trade/sizing/size_bet.ts';
import { MarketFeed } from '../trader/market_feed.ts';
import { Messenger } from '../trader/messenger.ts';
import { type OpenTrader, openTrader } from '../trader/open_trader.ts';
import { type TraderSettings, traderFolder } from '../trader/trader_options.ts';
import { kalshiKey } from '../venues/kalshi/api/signing.ts';
import { forecastDay } from './trade_forecasts.ts';
import { answerOf, tradeMonth } from './trade_month.ts';

const WEBHOOK = '1000000000000000003';
export const USD = 1_000_000;
const BANKROLL = 200 * USD;
const STEP_MS = 30 * MINUTE_MS;
/** How long frames may take to arrive, ms. */
const PATIENCE_MS = 30_000;

export const DEMO_MODES = ['paper', 'demo'] as const;

/** Ten times the limits of 26, or more, as the bankroll is larger. */
function settingsOf(mode: (typeof DEMO_MODES)[number], kalshiUrl: string, feedUrl: string): TraderSettings {
  const sizing = { ...SIZING_RULES, marketWeight: 0 };
  return {
    mode,
    understood: undefined,
    rules: { sizing, bankrollMicros: BANKROLL, isReinvested: true, reconcileMs: MINUTE_MS },
    limits: {
      ...RISK_LIMITS,
      perPositionMicros: 10 * USD,
      perCategoryMicros: 40 * USD,
      totalMicros: 80 * USD,
      perDayMicros: 40 * USD,
    },
    forecastAgeMs: DAY_MS,
    everyMs: MINUTE_MS,
    isOnce: false,
    replay: undefined,
    depositMicros: null,
    command: { halt: undefined, resume: undefined },
    feedUrl,
    kalshiUrl,
    tradingUrl: kalshiUrl,
  };
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const endMs = nowMs() + PATIENCE_MS; !isTrue(); await new Promise(setImmediate))
    if (nowMs() > endMs) throw new Error('the demo waited in vain for frames of the exchange');
}

export interface TradePlace {
  readonly nMarkets: number;
  readonly exchange: KalshiExchange;
  readonly llm: LlmDouble;
  readonly discord: DiscordDouble;
  /** On paper, and with orders to the exchange. */
  readonly open: readonly OpenTrader[];
  nowMs(): number;
  /** Lets the exchange's time pass until then; markets that close are paid out. */
  advanceTo(ms: number): void;
  /** Scans, asks the models, and follows the markets of the list. @returns markets with a forecast */
  forecast(): Promise<number>;
  /** A round of each trader. */
  round(): Promise<void>;
  close(): Promise<void>;
}

/** Opens it. @param beginMs a midnight UTC */
export async function openTradePlace(
  folder: string,
  seed: number,
  beginMs: number,
  nDays: number,
  log: Pick<Log, 'result' | 'warn'>,
): Promise<TradePlace> {
  let clockMs = beginMs;
  const sleep = async (ms: number): Promise<void> => {
    clockMs += ms;
  };
  const ports: HttpPorts = { ...realPorts(seed), nowMs: () => clockMs, sleep };
  const month = tradeMonth(seed, beginMs, nDays);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = kalshiKey('demo-account', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const exchange = new KalshiExchange({ markets: month.markets, cash: { 0: BANKROLL }, startMs: beginMs });
  const others = new OtherTraders(exchange, {
    random: createRandom(seed).fork(3),
    stepMs: STEP_MS,
    wanderTicks: 0.15,
    startsAt: (ticker) => month.truth.get(ticker)?.makers ?? 0.5,
  });
  const tick = (): void => exchange.advanceTo(clockMs);
  const double = await startExchangeDouble(exchange, { publicKey, nowMs: ports.nowMs, tick });
  const socket = await startExchangeFeed(exchange, { publicKey, nowMs: ports.nowMs });
  const llm = await startLlmDouble(answerOf(month, seed));
  const bucket = { limit: 1000, windowMs: 1000 };
  const discord = await startDiscordDouble({ webhooks: new Map([[WEBHOOK, 'a-token-of-the-demo']]), bucket });
  const model = { baseUrl: llm.baseUrl, key: 'none', usdPerMillionIn: 0.5, usdPerMillionOut: 2, trainedUntilMs: null };
  const models: Model[] = [
    { ...model, api: 'openai', model: 'demo-a', weight: 0.55 },
    { ...model, api: 'anthropic', model: 'demo-b', weight: 0.45 },
  ];
  const open: OpenTrader[] = [];
  const messengers: Messenger[] = [];
  let nHeard = 0;
  const warn = (line: string): void => log.warn(line);
  const view = {
    onFrame: (type: string, msg: Readonly<Record<string, unknown>>) => {
      for (const { exchange: one } of open) one.view.onFrame(type, msg);
    },
    onMissed: () => {
      for (const { exchange: one } of open) one.view.onMissed();
    },
    quote: () => null,
  };
  const feed = new MarketFeed({
    key,
    url: socket.url,
    ports,
    isReal: true,
    state: new StatusBoard('demo', MINUTE_MS, ports.nowMs).feed('kalshi'),
    view: () => view,
    onText: () => nHeard++,
    onOwn: () => undefined,
    onGroup: (why) => open[1]?.trader.groupTriggered(why),
    warn,
  });
  for (const mode of DEMO_MODES) {
    const home = traderFolder(folder, mode);
    const messages = join(home, 'messages');
    const sinks = [
      createJsonLinesSink(join(messages, 'sent'), ports.nowMs),
      createDiscordSink('DISCORD_WEBHOOK_URL', discord.webhookUrl(WEBHOOK), { ports }),
    ];
    const routes = sinks.map(({ name, kind }) => ({ sink: name, kind, categories: 'all' as const }));
    const service = openAlertService({ folder: messages, log, ports, sinks: { sinks, routes } });
    const messenger = new Messenger(service, warn);
    messengers.push(messenger);
    const settings = settingsOf(mode, double.baseUrl, socket.url);
    const request = { mode: 'demo', baseUrl: double.baseUrl, accountId: key.id, source: 'live' } as const;
    const real = mode === 'paper' ? null : { permit: permitTrading({ ...request, understood: undefined }), key };
    const how = { heardMs: () => feed.heardMs, newId: randomUUID, tell: messenger.tell, warn };
    open.push(await openTrader({ dataDir: folder, folder: home, settings, ports, real, ...how }));
  }
  const heard = (): Promise<void> => until(() => nHeard >= socket.sent.length);
  return {
    nMarkets: month.markets.length,
    exchange,
    llm,
    discord,
    open,
    nowMs: ports.nowMs,
    advanceTo: (ms) => {
      clockMs = Math.max(clockMs, ms);
      others.advanceTo(clockMs);
      for (const { ticker, closeMs } of month.markets)
        if (closeMs <= clockMs) exchange.settle(ticker, month.truth.get(ticker)?.payout ?? 0);
    },
    forecast: async () => {
      const n = await forecastDay({ dataDir: folder, kalshiUrl: double.baseUrl, models, ports });
      await heard();
      for (const { markets } of open) markets.refresh();
      const tickers = [...new Set(open.flatMap(({ markets }) => markets.all.map(({ ticker }) => ticker)))];
      feed.follow(tickers);
      // What comes now comes to the new connection.
      nHeard = socket.sent.length;
      await until(() => open.every(({ exchange: one }) => tickers.every((name) => one.view.quote(name) !== null)));
      return n;
    },
    round: async () => {
      await heard();
      for (const { trader, desk } of open) {
        const asOfMs = await desk.sync();
        await desk.cancelStale();
        await trader.round(asOfMs);
        await heard();
      }
      for (const messenger of messengers) await messenger.idle();
    },
    close: async () => {
      feed.close();
      for (const messenger of messengers) await messenger.close();
      for (const one of open) await one.close();
      await Promise.all([double.close(), socket.close(), llm.close(), discord.close()]);
    },
  };
}
