/**
 * `npm run demo:stream`: 17, 18 and 19 against servers on this machine that stand in for Kalshi and Discord and tell of a simulated day at
 * 1,000 times its speed, with whales planted in it, frames lost and connections cut. The model is that of 13-2, of the three days before, which
 * 00-2 and 00-3 have fetched and imported; what is worth an alert is left at its defaults. Needs no key.
 */
import { generateKeyPairSync } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDiscordDouble } from '../doubles/discord/discord_double.ts';
import { startKalshiDouble } from '../doubles/kalshi.ts';
import { startKalshiSocketDouble } from '../doubles/sockets.ts';
import { DAY_MS, formatDuration, isoTime, nowMs } from '../run/clock.ts';
import { createLog, formatCount } from '../run/console.ts';
import { makeFolder } from '../run/files.ts';
import { parseOptions } from '../run/options.ts';
import { runCommand } from '../run/script.ts';
import { openBookmark } from '../stream/bookmark.ts';
import { latencyOf, sentAlerts } from '../stream/latency.ts';
import { streamFolder } from '../stream/service.ts';
import { runScript } from './demo_market.ts';
import { type StreamDay, streamDay } from './stream_day.ts';
import { formatFound, foundOf } from './stream_outcome.ts';
import { startPart } from './stream_processes.ts';

const WEBHOOK = '1000000000000000002';
const STEP_MS = 10;
/** Shares of the day at which the connection is cut, and at which frames are lost. */
const CUTS = [0.3, 0.6];
const GAPS = [0.2, 0.5, 0.8];
const N_LOST_FRAMES = 5;
const PATIENCE_MS = 60_000;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function until(isTrue: () => boolean, what: string): Promise<void> {
  for (const endMs = performance.now() + PATIENCE_MS; !isTrue(); await pause(50))
    if (performance.now() > endMs) throw new Error(`the demo waited in vain for ${what}`);
}

interface Telling {
  readonly day: StreamDay;
  readonly socket: Awaited<ReturnType<typeof startKalshiSocketDouble>>;
  readonly setVenueMs: (ms: number) => void;
  readonly speed: number;
}

/** Lets the day happen. */
async function tell({ day, socket, setVenueMs, speed }: Telling): Promise<void> {
  const startedMs = performance.now();
  const [cuts, gaps] = [[...CUTS], [...GAPS]];
  let [nToLose, nLost] = [0, 0];
  for (let next = 0, venueMs = day.startMs; venueMs < day.startMs + DAY_MS; await pause(STEP_MS)) {
    venueMs = day.startMs + speed * (performance.now() - startedMs);
    setVenueMs(venueMs);
    const share = (venueMs - day.startMs) / DAY_MS;
    if (share > (cuts[0] ?? 2)) {
      cuts.shift();
      socket.drop();
    }
    if (share > (gaps[0] ?? 2)) {
      gaps.shift();
      nToLose = N_LOST_FRAMES;
    }
    for (; next < day.trades.length && day.trades[next].atMs <= venueMs; next++) {
      const { row, atMs } = day.trades[next];
      if (nToLose > 0) {
        nToLose--;
        nLost++;
        continue;
      }
      socket.send('trade', 'trade', { ...row, market_ticker: row.ticker, ts_ms: atMs }, nLost);
      nLost = 0;
    }
  }
}

/** The model of single trades, of the days that are over, by the steps that anybody would run. */
async function learn(folder: string, { pastMs }: StreamDay, kalshiUrl: string, isQuiet: boolean): Promise<void> {
  const data = join(folder, 'training');
  rmSync(data, { recursive: true, force: true });
  const common = ['--data-dir', data, '--models-dir', join(folder, 'models')];
  const [since, until] = [isoTime(pastMs.from), isoTime(pastMs.until)];
  const run = (step: string, ...words: string[]): Promise<void> =>
    runScript(step, [...common, ...words], { KALSHI_URL: kalshiUrl }, isQuiet);
  await run('fetch_history', '--venue', 'kalshi', '--since', since, '--until', until);
  await run('import_trades', '--input', join(data, '00_fetched', 'raw'));
  await run('trade_anomaly_model', '--venue', 'kalshi', '--as-of', until);
}

await runCommand(async () => {
  const startedMs = nowMs();
  const usage = 'npm run demo:stream -- [options]\n\nA simulated Kalshi day, trade by trade, with planted whales.';
  const options = await parseOptions(
    process.argv.slice(2),
    usage,
    {
      speed: { type: 'number', default: 1000, describe: 'times the speed of the day', range: { from: 1, to: 100_000 } },
      folder: { type: 'string', default: join('data', 'demo_stream'), describe: 'folder of all that the demo makes' },
    },
    ['seed', 'quiet'],
  );
  const { folder, seed, speed, quiet } = options;
  const log = createLog(options);
  const [dataDir, modelsDir] = [join(folder, 'data'), join(folder, 'models')];
  rmSync(dataDir, { recursive: true, force: true });
  log.note(`Simulating five days, seed ${seed}: three to learn from, today, and the one that is watched.`);
  let venueMs = startedMs;
  const day = await streamDay(folder, seed, startedMs, () => venueMs / 1000);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rest = await startKalshiDouble(day.market, { publicKey });
  await learn(folder, day, rest.baseUrl, true);
  venueMs = day.startMs;
  makeFolder(streamFolder(dataDir));
  openBookmark(streamFolder(dataDir), 'kalshi').write(day.startMs);
  const pem = join(streamFolder(dataDir), 'demo.pem');
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const socket = await startKalshiSocketDouble(publicKey);
  const discord = await startDiscordDouble({ webhooks: new Map([[WEBHOOK, 'a-token-of-the-demo']]) });
  const env = {
    BUS_URL: '',
    STATE_URL: '',
    KALSHI_KEY_ID: 'demo',
    KALSHI_PRIVATE_KEY_PATH: pem,
    KALSHI_URL: rest.baseUrl,
    KALSHI_FEED_URL: socket.url,
    DISCORD_WEBHOOK_URL: discord.webhookUrl(WEBHOOK),
  };
  const where = ['--data-dir', dataDir, '--models-dir', modelsDir];
  const show = quiet ? undefined : (text: string): void => void process.stdout.write(text);
  // A sink gets twenty alerts a day and one a market in ten minutes, by a clock that a day at this speed does not keep: the demo counts them all.
  const limits = ['--alerts-per-day', '10000', '--market-pause', '0'];
  const alerter = startPart('stream_alerter', [...where, ...limits], env, show);
  const analyzer = startPart('stream_analyzer', where, env);
  const ingestor = startPart('stream_ingestor', where, env, show);
  try {
    await until(() => socket.heard.some((text) => text.includes('"trade"')), 'the ingestor');
    log.note(`The day begins: ${formatCount(day.trades.length)} trades at ${formatCount(speed)} times their speed.`);
    await tell({ day, socket, setVenueMs: (ms) => (venueMs = ms), speed });
    const isFound = (id: string): boolean => sentAlerts(dataDir).some(({ tradeId }) => tradeId === id);
    await until(() => [...day.planted].every(isFound), 'the planted whales').catch(() => undefined);
    await pause(3000);
  } finally {
    for (const part of [ingestor, analyzer, alerter]) await part.stop();
    await Promise.all([socket.close(), rest.close(), discord.close()]);
  }
  const nAnalyzed = Number(/Analyzed: ([\d,]+) trades/.exec(analyzer.text())?.[1].replaceAll(',', '') ?? 0);
  const alerts = sentAlerts(dataDir);
  const sent = alerts.map(({ tradeId }) => tradeId);
  const found = foundOf(day, new Set(sent));
  log.result(`\n${analyzer.text().trim().split('\n').at(-1) ?? ''}`);
  log.result(`\n${formatFound(found)}\n`);
  log.result(
    `Discord got ${formatCount(discord.messages.length)} messages. Done in ${formatDuration(nowMs() - startedMs)}.`,
  );
  log.result(
    JSON.stringify({
      demo: 'stream',
      trades: day.trades.length,
      alerts: sent.length,
      planted_found: found.nFound,
      planted: found.nPlanted,
      precision: found.precision,
      recall: found.recall,
      lost: day.trades.length - nAnalyzed,
      duplicated: sent.length - new Set(sent).size,
      ...latencyOf(alerts),
    }),
  );
  return 'done';
});
