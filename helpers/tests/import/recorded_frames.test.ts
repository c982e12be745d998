import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { FrameLog } from '../../record/frame_log.ts';
import { HOUR_MS, isoTime } from '../../run/clock.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';

const START_MS = Date.UTC(2026, 10, 21, 23, 30);
const boxes: Sandbox[] = [];
let recorded: Sandbox;
const box = (): Sandbox => {
  const made = makeSandbox();
  boxes.push(made);
  return made;
};
beforeEach(() => {
  recorded = box();
});
afterEach(() => {
  for (const one of boxes.splice(0)) one.remove();
});

/** Writes frames as 21 does, a minute apart; the last file stays open, as after a kill. */
async function record(venue: string, frames: readonly unknown[]): Promise<void> {
  let nowMs = START_MS;
  const folder = join(recorded.root, 'raw', venue);
  const log = await FrameLog.open({ folder, header: JSON.stringify({ venue }), bytesMax: 1e9, nowMs: () => nowMs });
  for (const frame of frames) {
    log.write('frame', JSON.stringify(frame));
    nowMs += 60_000;
  }
  log.write('missed', JSON.stringify({ what: 'trade', why: 'frame 7 of subscription 1 is missing' }));
  log.write('down', 'the connection was lost');
  log.write('book', JSON.stringify({ market: 'A', timestamp: 5 }));
  log.close();
  await (await FrameLog.open({ folder, header: '', bytesMax: 1e9, nowMs: () => nowMs + HOUR_MS })).finish();
}

const withoutCount = (rows: ReturnType<Sandbox['trades']>) =>
  rows.map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)));

test("a recording of Kalshi's feed and the list of the same trades make the same table, alone and together", async () => {
  const random = createRandom(4);
  const trades = Array.from({ length: 80 }, (_, i) => ({
    id: `trade-${i}`,
    ticker: `KXSIM-${random.integer(3)}`,
    count: (1 + 500 * random.uniform()).toFixed(2),
    yes: (0.01 + random.integer(98) / 100).toFixed(4),
    side: random.integer(2) === 0 ? 'yes' : 'no',
    ms: START_MS + i * 60_000 + random.integer(1000),
  }));
  await record('kalshi', [
    { id: 1, type: 'subscribed', msg: { channel: 'trade', sid: 1 } },
    ...trades.flatMap(({ id, ticker, count, yes, side, ms }, i) => [
      {
        type: 'orderbook_delta',
        sid: 2,
        seq: i + 1,
        msg: { market_ticker: ticker, price_dollars: yes, delta_fp: '5', side },
      },
      {
        type: 'trade',
        sid: 1,
        seq: i + 1,
        msg: {
          trade_id: id,
          market_ticker: ticker,
          yes_price_dollars: yes,
          no_price_dollars: (1 - Number(yes)).toFixed(4),
          count_fp: count,
          taker_side: side,
          taker_outcome_side: side,
          ts: Math.floor(ms / 1000),
          ts_ms: ms,
        },
      },
    ]),
  ]);
  const listed = box();
  const rows = trades.map(({ id, ticker, count, yes, side, ms }) => ({
    trade_id: id,
    ticker,
    count_fp: count,
    yes_price_dollars: yes,
    no_price_dollars: (1 - Number(yes)).toFixed(4),
    taker_outcome_side: side,
    created_time: isoTime(ms),
  }));
  const list = rows.map((row) => JSON.stringify(row)).join('\n');
  listed.write('trades.jsonl', list);
  const [fromFrames, fromList] = [await recorded.load(), await listed.load()];
  expect([fromFrames.rejects, fromList.rejects]).toEqual([{}, {}]);
  expect(recorded.trades()).toHaveLength(80);
  expect(withoutCount(recorded.trades())).toEqual(withoutCount(listed.trades()));
  recorded.write('trades.jsonl', list);
  await recorded.load();
  expect(withoutCount(recorded.trades())).toEqual(withoutCount(listed.trades()));
});

test("a recording of Polymarket's channel gives each match as the taker saw it, without a wallet", async () => {
  const market = `0x${'ab'.repeat(32)}`;
  const tokens = ['7'.repeat(77), '8'.repeat(77)];
  const gamma = {
    id: '1',
    conditionId: market,
    question: 'Rain?',
    slug: 'rain',
    outcomes: '["Yes", "No"]',
    outcomePrices: '["0.5", "0.5"]',
    clobTokenIds: JSON.stringify(tokens),
    closed: false,
    createdAt: '2026-11-01T00:00:00Z',
    startDate: '2026-11-01T00:00:00Z',
    endDate: '2026-12-01T00:00:00Z',
  };
  recorded.write('markets.jsonl', JSON.stringify(gamma));
  const last = (token: number, price: string, side: string, n: number) => ({
    event_type: 'last_trade_price',
    market,
    asset_id: tokens[token],
    fee_rate_bps: '0',
    price,
    side,
    size: '25.5',
    timestamp: String(START_MS + n),
    transaction_hash: `0x${String(n).padStart(64, '0')}`,
  });
  await record('polymarket', [
    [{ event_type: 'book', market, asset_id: tokens[0], bids: [], asks: [], timestamp: '1', hash: '0x' }],
    [last(0, '.48', 'BUY', 1), last(1, '0.52', 'BUY', 2)],
    last(0, '0.47', 'SELL', 3),
    { event_type: 'price_change', market, price_changes: [] },
  ]);
  expect((await recorded.load()).rejects).toEqual({});
  expect(
    recorded
      .trades()
      .map(({ market_id, outcome_index, side, price, wallet, role, ts_ms }) => [
        market_id,
        Number(outcome_index),
        side,
        price,
        wallet,
        role,
        Number(ts_ms) - START_MS,
      ]),
  ).toEqual([
    [market, 0, 'BUY', 0.48, null, 'taker', 1],
    [market, 1, 'BUY', 0.52, null, 'taker', 2],
    [market, 0, 'SELL', 0.47, null, 'taker', 3],
  ]);
});

test('a recording without a trade is left out beside others, and refused alone', async () => {
  await record('kalshi', [{ type: 'orderbook_delta', sid: 2, seq: 1, msg: { market_ticker: 'A' } }]);
  await expect(recorded.load()).rejects.toThrow(/has no rows/);
});
