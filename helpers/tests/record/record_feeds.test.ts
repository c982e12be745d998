import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startKalshiSocketDouble, startMarketSocketDouble } from '../../doubles/sockets.ts';
import { findStep } from '../../pipeline.ts';
import { answer, serve } from '../http/faulty_server.ts';
import { readRecord } from './records.ts';

const SCRIPT = resolve(import.meta.dirname, '../../..', findStep('record_feeds').script);
const CONDITION = `0x${'ab'.repeat(32)}`;
const TOKENS = ['7'.repeat(77), '8'.repeat(77)];
const MARKET = {
  condition_id: CONDITION,
  closed: false,
  tokens: TOKENS.map((token_id, i) => ({ token_id, outcome: ['Yes', 'No'][i], winner: false })),
};
const BOOK = {
  market: CONDITION,
  asset_id: TOKENS[0],
  timestamp: '1767225600000',
  hash: '0x',
  bids: [{ price: '.41', size: '10' }],
  asks: [{ price: '0.43', size: '5' }],
};
const trade = (n: number) => ({
  trade_id: `t${n}`,
  market_ticker: 'A',
  count_fp: '1.00',
  yes_price_dollars: '0.360',
  ts_ms: 1_669_149_841_000,
});
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const closers: (() => unknown)[] = [];
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spyhop-record-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(root, { recursive: true, force: true });
});
const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 10 });
const folderOf = (venue: string) => join(root, 'data/live/frames', venue);
/** Kinds and texts of a venue's record; nothing while there is none. */
const recorded = (venue: string) => (existsSync(folderOf(venue)) ? readRecord(folderOf(venue)) : []);
const framesOf = (venue: string) => recorded(venue).flatMap(({ kind, text }) => (kind === 'frame' ? [text] : []));

/** Starts the script; `end` resolves with its exit code and all that it printed. */
function record(words: readonly string[], env: Record<string, string> = {}) {
  const where = ['--data-dir', join(root, 'data'), '--models-dir', join(root, 'models')];
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), SCRIPT, ...where, ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, KALSHI_KEY_ID: '', KALSHI_PRIVATE_KEY_PATH: '', ...env },
  });
  closers.push(() => child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += String(piece)));
  const end = new Promise<{ code: number | null; text: string }>((done) =>
    child.on('close', (code) => done({ code, text })),
  );
  return { child, end };
}

async function startKalshi() {
  const double = await startKalshiSocketDouble(publicKey);
  closers.push(() => double.close());
  const pem = join(root, 'key.pem');
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return { double, env: { KALSHI_KEY_ID: 'id-1', KALSHI_PRIVATE_KEY_PATH: pem, KALSHI_FEED_URL: double.url } };
}

test("Kalshi's frames are recorded as they were sent, also across a cut and a gap; SIGTERM flushes and ends with 75", async () => {
  const { double, env } = await startKalshi();
  const { child, end } = record(['--venue', 'kalshi', '--markets', 'A', 'B'], env);
  const all = () => until(() => expect(framesOf('kalshi')).toEqual(double.sent));
  await until(() => expect(double.heard).toHaveLength(2));
  for (let n = 0; n < 50; n++) double.send('trade', 'trade', trade(n));
  await all();
  double.drop();
  await until(() => expect(double.heard).toHaveLength(4));
  for (let n = 50; n < 100; n++) double.send('trade', 'trade', trade(n), n === 70 ? 3 : 0);
  await all();
  child.kill('SIGTERM');
  const { code, text } = await end;
  expect(code).toBe(75);
  // Twice two acknowledgements and two books, and 100 trades.
  expect(text).toContain('Recorded: 108 frames, gaps: 1, connections lost: 1.');
  const notes = recorded('kalshi').filter(({ kind }) => kind !== 'frame');
  expect(notes.map(({ kind }) => kind)).toEqual(['file', 'down', 'missed', 'missed', 'missed']);
  expect(JSON.parse(notes[0].text)).toEqual({ venue: 'kalshi', markets: ['A', 'B'] });
  expect(JSON.parse(notes[4].text).what).toBe('trade');
  expect(framesOf('kalshi')).toEqual(double.sent);
  expect(recorded('kalshi').map(({ n }) => n)).toEqual(recorded('kalshi').map((_, i) => i));
});

test("Polymarket's record holds the books at the begin, loses nothing before kill -9, and the next run goes on beside it", async () => {
  const double = await startMarketSocketDouble();
  const clob = await serve(
    answer(200, JSON.stringify(MARKET)),
    answer(200, JSON.stringify([BOOK])),
    answer(200, JSON.stringify(MARKET)),
    answer(200, JSON.stringify([BOOK])),
  );
  closers.push(
    () => double.close(),
    () => clob.close(),
  );
  const env = { POLYMARKET_FEED_URL: double.url, POLYMARKET_CLOB_URL: clob.baseUrl };
  const words = ['--markets', CONDITION];
  const first = record(words, env);
  await until(() => expect(recorded('polymarket').some(({ kind }) => kind === 'book')).toBe(true));
  for (let n = 0; n < 2000; n++)
    double.send(JSON.stringify({ event_type: 'last_trade_price', asset_id: TOKENS[0], price: '.42', n }));
  await until(() => expect(framesOf('polymarket').length).toBeGreaterThan(100));
  first.child.kill('SIGKILL');
  await first.end;
  const left = framesOf('polymarket');
  expect(left).toEqual(double.sent.slice(0, left.length));
  expect(JSON.parse(double.heard[0]).assets_ids).toEqual(TOKENS);
  const book = recorded('polymarket').find(({ kind }) => kind === 'book');
  expect(JSON.parse(String(book?.text))).toEqual({
    token: TOKENS[0],
    condition: CONDITION,
    atMs: 1_767_225_600_000,
    bids: [{ price: 0.41, shares: 10 }],
    asks: [{ price: 0.43, shares: 5 }],
  });

  const second = await record([...words, '--hours', '0.0008'], env).end;
  expect(second.text).toContain('Recorded: 1 frames, gaps: 0, connections lost: 0; in ');
  expect(second.code).toBe(0);
  const names = readdirSync(folderOf('polymarket'));
  expect(names).toHaveLength(2);
  expect(names.every((name) => name.endsWith('.jsonl.gz'))).toBe(true);
  expect(framesOf('polymarket').slice(0, left.length)).toEqual(left);
});

test('a full folder ends the record with one line', async () => {
  const { env } = await startKalshi();
  const { code, text } = await record(['--venue', 'kalshi', '--markets', 'A', '--max-gib', '1e-7'], env).end;
  expect(code).toBe(2);
  expect(text).toContain('has reached --max-gib\nhint:  move old files away');
});

test('without its key Kalshi is not recorded, and one line says what is missing', async () => {
  const { code, text } = await record(['--venue', 'kalshi', '--markets', 'A'], { KALSHI_KEY_ID: 'a' }).end;
  expect(code).toBe(2);
  expect(text).toContain("error: Kalshi's feed needs a key, and KALSHI_PRIVATE_KEY_PATH is not set");
});
