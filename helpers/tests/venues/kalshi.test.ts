import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatImport } from '../../import/import_report.ts';
import type { ImportSummary } from '../../import/import_summary.ts';
import { pl } from '../../polars/polars.ts';
import { makeSandbox, type Sandbox } from '../import/sandbox.ts';
import { moments, orderFilled, orderFilledFile, parquetOf, withoutIds } from './samples.ts';

let box: Sandbox;
beforeEach(() => {
  box = makeSandbox();
});
afterEach(() => box.remove());

const TICKER = 'KXHIGHNY-26AUG13-B84.5';
/** A row of `GET /markets/trades` in 2026. */
const REST = {
  trade_id: 'd91bc706-ee49-470d-82d8-11418bda6fed',
  ticker: TICKER,
  count_fp: '136.00',
  yes_price_dollars: '0.3600',
  no_price_dollars: '0.6400',
  taker_side: 'no',
  taker_outcome_side: 'no',
  taker_book_side: 'ask',
  created_time: '2026-08-13T02:59:57.96221Z',
  is_block_trade: false,
};
/** The same trade as REST told it before 2026-03-12, and as the archive keeps it. */
const INTEGER = {
  trade_id: REST.trade_id,
  ticker: TICKER,
  count: 136,
  yes_price: 36,
  no_price: 64,
  taker_side: 'no',
  created_time: REST.created_time,
};
const FILL = {
  ts_ms: Date.UTC(2026, 7, 13, 2, 59, 57, 962),
  venue: 'kalshi',
  market_id: TICKER,
  event_id: null,
  outcome_index: 1,
  wallet: null,
  role: 'taker',
  side: 'BUY',
  price: 0.64,
  shares: 136,
  amount_usd: 87.04,
  fee_usd: null,
  tx: REST.trade_id,
};

describe('Kalshi trades', () => {
  test.each([
    ['REST rows in their envelope', 't.json', JSON.stringify({ trades: [REST], cursor: '' })],
    ['REST rows as JSON Lines', 't.jsonl', JSON.stringify(REST)],
    ['old integer rows', 't.json', JSON.stringify({ trades: [INTEGER], cursor: 'CgwI' })],
    ['integer rows as CSV', 't.csv', `${Object.keys(INTEGER).join(',')}\n${Object.values(INTEGER).join(',')}\n`],
    [
      "the archive's Parquet",
      't.parquet',
      parquetOf(
        { ...INTEGER, created_time: FILL.ts_ms, _fetched_at: FILL.ts_ms },
        moments('created_time', '_fetched_at'),
      ),
    ],
  ])('%s: one row a trade, bought by the taker, whom nobody names', async (_, name, content) => {
    box.write(name, content);
    const { rejects } = await box.load();
    expect({ rejects, rows: withoutIds(box.trades()) }).toEqual({ rejects: {}, rows: [FILL] });
  });

  test('a trade that comes from the old and from the new feed is one fill', async () => {
    box.write('new.json', JSON.stringify({ trades: [REST] }));
    box.write('old.json', JSON.stringify({ trades: [INTEGER] }));
    expect((await box.load()).nDropped).toBe(1);
    expect(box.trades()).toHaveLength(1);
  });

  test.each([
    ['fractional contracts', { count_fp: '0.25' }, { shares: 0.25, amount_usd: 0.16 }],
    [
      'parts of a cent',
      { yes_price_dollars: '0.012345', no_price_dollars: '0.987655' },
      { price: 0.987655, amount_usd: 134.32108 },
    ],
    [
      'few digits',
      { yes_price_dollars: '0.4', no_price_dollars: '.6', count_fp: '1' },
      { price: 0.6, shares: 1, amount_usd: 0.6 },
    ],
    ['whole seconds', { created_time: '2026-08-13T02:59:57Z' }, { ts_ms: FILL.ts_ms - 962 }],
    ['nanoseconds', { created_time: '2026-08-13T02:59:57.962219999Z' }, { ts_ms: FILL.ts_ms }],
  ])('%s are read exactly', async (_, given, expected) => {
    box.write('t.json', JSON.stringify([{ ...REST, ...given }]));
    await box.load();
    expect(box.trades()[0]).toMatchObject(expected);
  });

  test('every cent from 1 to 99 comes out exact on both sides', async () => {
    const rows = Array.from({ length: 99 }, (_, i) => ({
      ...INTEGER,
      trade_id: `t${i}`,
      count: 100,
      yes_price: i + 1,
      no_price: 99 - i,
      taker_side: i % 2 === 0 ? 'yes' : 'no',
    }));
    box.write('t.json', JSON.stringify(rows));
    await box.load();
    const cents = box.trades().map((row) => row.amount_usd);
    expect(cents.sort((a, b) => Number(a) - Number(b))).toEqual(
      rows.map((_, i) => (i % 2 === 0 ? i + 1 : 99 - i)).sort((a, b) => a - b),
    );
  });

  test.each([
    ['the outcome side wins over the deprecated one', { taker_side: 'yes' }, 1],
    ['without it the deprecated one counts', { taker_outcome_side: undefined, taker_book_side: undefined }, 1],
    ['an empty side is no side', { taker_outcome_side: '', taker_side: 'yes' }, 0],
    [
      'a taker on the bid buys yes',
      { taker_outcome_side: undefined, taker_side: undefined, taker_book_side: 'bid' },
      0,
    ],
    ['a taker on the ask buys no', { taker_outcome_side: null, taker_side: null, taker_book_side: 'ask' }, 1],
  ])('%s', async (_, given, outcome) => {
    box.write('t.json', JSON.stringify([{ ...REST, ...given }]));
    await box.load();
    expect(box.trades()[0].outcome_index).toBe(outcome);
  });

  test('cents that a program has cut short are put right by the other price, and counted', async () => {
    // int(.29 · 100) is 28 and int(.58 · 100) is 57 in doubles, while .71 and .42 come out whole.
    const cut = [
      { ...INTEGER, trade_id: 'a', count: 10, yes_price: 28, no_price: 71, taker_side: 'no' },
      { ...INTEGER, trade_id: 'b', count: 10, yes_price: 57, no_price: 42, taker_side: 'yes' },
      { ...INTEGER, trade_id: 'c', count: 10, yes_price: 71, no_price: 28, taker_side: 'no' },
      { ...INTEGER, trade_id: 'd', count: 10, yes_price: 50, no_price: 49, taker_side: 'no' },
      { ...INTEGER, trade_id: 'e', count: 10, yes_price: 50, no_price: 40, taker_side: 'no' },
    ];
    box.write('t.json', JSON.stringify(cut));
    const { nMended, rejects } = await box.load();
    expect({ nMended, rejects }).toEqual({ nMended: 3, rejects: { 'yes and no prices do not add up': 2 } });
    const fills = box.trades().map(({ tx, price, amount_usd }) => [tx, price, amount_usd]);
    expect(fills.sort()).toEqual([
      ['a', 0.71, 7.1],
      ['b', 0.58, 5.8],
      ['c', 0.29, 2.9],
    ]);
  });

  test('rows that tell no side, no price or no size are rejects', async () => {
    box.write(
      't.json',
      JSON.stringify([
        REST,
        { ...REST, taker_outcome_side: 'maybe' },
        { ...REST, yes_price_dollars: '' },
        { ...REST, yes_price_dollars: '1.2', no_price_dollars: '-0.2', taker_outcome_side: 'yes' },
        { ...REST, count_fp: '0.00' },
        { ...REST, count_fp: null },
      ]),
    );
    expect((await box.load()).rejects).toEqual({
      'bad side': 1,
      'unreadable amount': 1,
      'price outside 0..1': 1,
      'zero or negative size': 1,
      'no count_fp': 1,
    });
  });
});

/** A finalized market as REST tells it. */
const MARKET = {
  ticker: TICKER,
  event_ticker: 'KXHIGHNY-26AUG13',
  market_type: 'binary',
  title: 'Will the high temp in NYC be 84-85° on Aug 13, 2026?',
  yes_sub_title: '84° to 85°',
  no_sub_title: '84° to 85°',
  status: 'finalized',
  result: 'no',
  volume_fp: '5120.00',
  created_time: '2026-08-12T14:00:00Z',
  open_time: '2026-08-12T14:00:00.5Z',
  close_time: '2026-08-14T04:59:00Z',
  can_close_early: false,
  latest_expiration_time: '2026-08-21T04:59:00Z',
  settlement_ts: '2026-08-14T12:30:00Z',
};
const BOOK = {
  market_id: TICKER,
  venue: 'kalshi',
  event_id: MARKET.event_ticker,
  question: MARKET.title,
  outcome_0: 'Yes',
  outcome_1: 'No',
  outcome_order: 'venue',
  created_ms: Date.UTC(2026, 7, 12, 14),
  open_ms: Date.UTC(2026, 7, 12, 14, 0, 0, 500),
  close_ms: Date.UTC(2026, 7, 14, 4, 59),
  resolved_ms: Date.UTC(2026, 7, 14, 12, 30),
  winner_index: 1,
  is_void: false,
  resolution_source: 'venue',
  source: 'kalshi',
};

describe('what the import says of wallets', () => {
  const said = (summary: ImportSummary) => formatImport(summary, box.dataDir).filter((line) => /wallet/.test(line));

  test('is that Kalshi tells none, when it has read fills and when there is nothing new', async () => {
    box.write('t.json', JSON.stringify([REST, { ...REST, trade_id: 'another' }]));
    const line = 'Kalshi publishes no wallets: 2 of 2 fills have none; they count for markets, not for profiles.';
    expect(said(await box.load())).toEqual([line]);
    expect(said(await box.load())).toEqual([line]);
  });

  test('counts what another venue has told before', async () => {
    box.write('p.csv', orderFilledFile([orderFilled()]));
    expect(said(await box.load())).toEqual([]);
    box.write('t.json', JSON.stringify([REST]));
    expect(said(await box.load())).toEqual([
      'Kalshi publishes no wallets: 1 of 2 fills have none; they count for markets, not for profiles.',
    ]);
  });
});

describe('Kalshi markets', () => {
  test('a REST market tells question, times and result; its volume is in contracts and so is no amount', async () => {
    box.write('m.json', JSON.stringify({ markets: [MARKET], cursor: '' }));
    await box.load();
    expect(box.markets()[0]).toMatchObject({ ...BOOK, lifetime_volume_usd: null });
  });

  test("the archive's Parquet tells the same but the schedule; a result became known when the market closed", async () => {
    const { settlement_ts, volume_fp, can_close_early, latest_expiration_time, ...row } = MARKET;
    const times = { created_time: BOOK.created_ms, open_time: BOOK.open_ms, close_time: BOOK.close_ms };
    const archive = { ...row, ...times, yes_bid: 1, yes_ask: null, last_price: 1, volume: 5120, _fetched_at: 0 };
    box.write('m.parquet', parquetOf(archive, { ...moments(...Object.keys(times), '_fetched_at'), yes_ask: pl.Int64 }));
    await box.load();
    expect(box.markets()[0]).toMatchObject({ ...BOOK, close_ms: null, resolved_ms: BOOK.close_ms });
  });

  test('a market that may close early is due when it expires at the latest, before and after its result is known', async () => {
    const due = Date.UTC(2026, 7, 21, 4, 59);
    const open = { ...MARKET, can_close_early: true, close_time: '2026-08-20T04:59:00Z', status: 'active', result: '' };
    box.write('m.json', JSON.stringify([open]));
    await box.load();
    expect(box.markets()[0]).toMatchObject({ close_ms: due, resolved_ms: null });
    box.write('later.json', JSON.stringify([{ ...MARKET, can_close_early: true }]));
    await box.load();
    expect(box.markets()[0]).toMatchObject({ close_ms: due, resolved_ms: BOOK.resolved_ms });
  });

  test.each([
    ['open', { status: 'active', result: '' }, { winner_index: null, is_void: null, resolved_ms: null }],
    ['closed for trading', { status: 'closed', result: '' }, { winner_index: null, is_void: null, resolved_ms: null }],
    [
      'determined, which may be disputed',
      { status: 'determined' },
      { winner_index: null, is_void: null, resolved_ms: null },
    ],
    ['settled for yes', { status: 'settled', result: 'yes' }, { winner_index: 0, is_void: false }],
    [
      'settled at a value between',
      { result: 'scalar', settlement_value_dollars: '0.7200' },
      { winner_index: null, is_void: true, settlement_value: 0.72 },
    ],
    [
      'settled for no, with the value of that',
      { result: 'no', settlement_value_dollars: '0.0000' },
      { winner_index: 1, is_void: false, settlement_value: null },
    ],
    [
      'settled without a result',
      { result: '', settlement_value_dollars: '' },
      { winner_index: null, is_void: true, settlement_value: null },
    ],
    [
      'settled at more than a dollar',
      { result: 'scalar', settlement_value_dollars: '72' },
      { winner_index: null, is_void: true, settlement_value: null },
    ],
  ])('a market that is %s', async (_, given, expected) => {
    box.write('m.json', JSON.stringify([{ ...MARKET, ...given }]));
    await box.load();
    expect(box.markets()[0]).toMatchObject(expected);
  });

  test('trades are booked under their market, before and after the market list is known', async () => {
    box.write('t.json', JSON.stringify({ trades: [REST] }));
    await box.load();
    expect(box.markets()[0]).toMatchObject({ market_id: TICKER, question: null, source: 'trades' });
    box.write('m.json', JSON.stringify({ markets: [MARKET] }));
    await box.load();
    expect(box.markets()).toEqual([expect.objectContaining(BOOK)]);
    expect(withoutIds(box.trades())).toEqual([{ ...FILL, event_id: MARKET.event_ticker }]);
  });
});
