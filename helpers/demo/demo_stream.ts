/**
 * `npm run demo:stream`: 17, 18 and 19 against servers on this machine that stand in for Kalshi and Discord and tell of a simulated day at
 * 1,000 times its speed, with whales planted in it, frames lost and connections cut. Needs no key.
 */
import { generateKeyPairSync } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBaselineStore } from '../baselines/open_store.ts';
import { startDiscordDouble } from '../doubles/discord/discord_double.ts';
import { startKalshiDouble } from '../doubles/kalshi.ts';
import { startKalshiSocketDouble } from '../doubles/sockets.ts';
import { DAY_MS, formatDuration, nowMs } from '../run/clock.ts';
import { createLog, formatCount } from '../run/console.ts';
import { makeFolder } from '../run/files.ts';
import { parseOptions } from '../run/options.ts';
import { runCommand } from '../run/script.ts';
import { openBookmark } from '../stream/bookmark.ts';
import { latencyOf, sentAlerts } from '../stream/latency.ts';
import { stateUrl, streamFolder } from '../stream/service.ts';
import { type StreamDay, streamDay } from './stream_day.ts';
import { trainStreamModel } from './stream_model.ts';
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
  log.note(`Simulating four days, seed ${seed}; the model learns from three of them.`);
  let venueMs = 0;
  const day = await streamDay(folder, seed, startedMs, () => venueMs / 1000);
  venueMs = day.startMs;
  const baselines = trainStreamModel(day.history, modelsDir, 3);
  makeFolder(streamFolder(dataDir));
  const store = await openBaselineStore(stateUrl(dataDir, undefined), log.warn);
  await store.save(baselines);
  await store.close();
  openBookmark(streamFolder(dataDir), 'kalshi').write(day.startMs);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = join(streamFolder(dataDir), 'demo.pem');
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const socket = await startKalshiSocketDouble(publicKey);
  const rest = await startKalshiDouble(day.market, { publicKey });
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
  // Twenty alerts a day are for people; the demo counts them all. A thousandth of this small day's trades is planted: p-values
  // must let more through than in a day of a million trades.
  const limits = ['--alerts-per-day', '10000', '--market-pause', '0'];
  const alerter = startPart('stream_alerter', [...where, ...limits], env, show);
  const analyzer = startPart('stream_analyzer', [...where, '--false-alerts', '50'], env);
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
  const found = [...day.planted].filter((id) => sent.includes(id)).length;
  log.result(`\n${analyzer.text().trim().split('\n').at(-1) ?? ''}`);
  log.result(
    `${found} of ${day.planted.size} planted whales found, ${sent.length - found} other alerts; Discord got ${discord.messages.length} messages. Done in ${formatDuration(nowMs() - startedMs)}.`,
  );
  log.result(
    JSON.stringify({
      demo: 'stream',
      trades: day.trades.length,
      alerts: sent.length,
      planted_found: found,
      planted: day.planted.size,
      lost: day.trades.length - nAnalyzed,
      duplicated: sent.length - new Set(sent).size,
      ...latencyOf(alerts),
    }),
  );
  return 'done';
});
