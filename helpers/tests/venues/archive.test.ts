/** The Parquet sets of prediction-market-analysis, written here as its indexers write them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pl } from '../../polars/polars.ts';
import { makeSandbox, refusalOf, type Sandbox } from '../import/sandbox.ts';
import {
  CONDITION,
  EXCHANGE,
  gammaMarket,
  moments,
  OTHER,
  orderFilled,
  orderFilledFile,
  parquetOf,
  TOKEN_78,
  TOKEN_A,
  TOKEN_B,
  TX,
  WALLET,
  withoutIds,
} from './samples.ts';

let box: Sandbox;
beforeEach(() => {
  box = makeSandbox();
});
afterEach(() => box.remove());

const BLOCK = 33_700_000;
const NOW = Date.UTC(2026, 0, 1);
/** Addresses as the indexer writes them: with capitals as a checksum. */
const SHOUTED = '0xAbCdEf0123456789aBcDeF0123456789AbCdEf01';

/** A row of `polymarket/trades`; hashes come without `0x` from newer versions of its library. */
function trade(given: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    block_number: BLOCK,
    transaction_hash: TX.slice(2),
    log_index: 12,
    order_hash: 'ef'.repeat(32),
    maker: SHOUTED,
    taker: OTHER,
    maker_asset_id: '0',
    taker_asset_id: TOKEN_A,
    maker_amount: 5_800_000,
    taker_amount: 10_000_000,
    fee: 0,
    timestamp: null,
    _fetched_at: NOW,
    _contract: 'CTF Exchange',
    ...given,
  };
}

const tradesFile = (...rows: Record<string, unknown>[]): Uint8Array =>
  parquetOf(rows.map(trade), { ...moments('_fetched_at'), timestamp: pl.Int64 });

const blocksFile = (blocks: Readonly<Record<number, string>>): Uint8Array =>
  parquetOf(Object.entries(blocks).map(([block, timestamp]) => ({ block_number: Number(block), timestamp })));

const FILL = {
  ts_ms: Date.UTC(2023, 10, 14, 22, 13, 21),
  venue: 'polymarket',
  market_id: CONDITION,
  event_id: null,
  outcome_index: 0,
  wallet: SHOUTED.toLowerCase(),
  role: 'maker',
  side: 'BUY',
  price: 0.58,
  shares: 10,
  amount_usd: 5.8,
  fee_usd: 0,
  tx: TX,
  block_number: BLOCK,
  log_index: 12,
};
const EXACT = { [BLOCK]: '2023-11-14T22:13:21Z' };

/** A row of `polymarket/markets`. */
const MARKET = {
  id: '253591',
  condition_id: CONDITION,
  question: 'Will it rain in Paris?',
  slug: 'rain-paris',
  outcomes: '["Yes", "No"]',
  outcome_prices: '["1", "0"]',
  clob_token_ids: JSON.stringify([TOKEN_A, TOKEN_B]),
  volume: 1234.5,
  liquidity: 0.5,
  active: true,
  closed: true,
  end_date: Date.UTC(2024, 10, 6, 12),
  created_at: Date.UTC(2024, 9, 1),
  market_maker_address: '',
  _fetched_at: NOW,
};
const MARKET_MOMENTS = moments('end_date', 'created_at', '_fetched_at');

describe("the archive's polymarket/trades", () => {
  test('rows get the time of their block, addresses and hashes their usual form', async () => {
    box.write('markets.jsonl', JSON.stringify(gammaMarket()));
    box.write('blocks.parquet', blocksFile(EXACT));
    box.write('trades.parquet', tradesFile({}));
    const { rejects, trades } = await box.load();
    expect({ rejects, rows: withoutIds(box.trades()) }).toEqual({ rejects: {}, rows: [FILL] });
    expect(trades.metrics.fills_with_estimated_times).toBe(0);
  });

  test('times of its own need no blocks', async () => {
    box.write('trades.parquet', tradesFile({ timestamp: FILL.ts_ms / 1000 }));
    await box.load();
    expect(box.trades()[0].ts_ms).toBe(FILL.ts_ms);
  });

  test('asset ids that are numbers as Parquet keeps them, or text, name the same token', async () => {
    box.write('blocks.parquet', blocksFile(EXACT));
    box.write('a.parquet', tradesFile({ maker_asset_id: 0 }));
    box.write('b.parquet', tradesFile({ taker_asset_id: TOKEN_78 }));
    await box.load();
    expect(box.markets().map((row) => row.market_id)).toEqual([`token:${TOKEN_78}`, `token:${TOKEN_A}`]);
  });

  test('the same fill from poly_data counts once', async () => {
    box.write('blocks.parquet', blocksFile(EXACT));
    box.write('trades.parquet', tradesFile({ maker: WALLET }));
    box.write('orderFilled.csv', orderFilledFile([orderFilled({ ts: FILL.ts_ms / 1000 })]));
    expect((await box.load()).nDropped).toBe(1);
  });

  test('a fee is cash of a seller, and of a buyer shares at the price paid', async () => {
    box.write('blocks.parquet', blocksFile(EXACT));
    const sale = { maker_asset_id: TOKEN_A, taker_asset_id: '0', maker_amount: 10_000_000, taker_amount: 5_800_000 };
    box.write('t.parquet', tradesFile({ fee: 100_000 }, { ...sale, fee: 100_000, taker: EXCHANGE }));
    await box.load();
    expect(box.trades().map((row) => [row.side, row.role, row.fee_usd])).toEqual([
      ['BUY', 'maker', 0.058],
      ['SELL', 'taker', 0.1],
    ]);
  });

  test('of sampled blocks, the time between two is on the line through both', async () => {
    box.write('blocks.parquet', blocksFile({ 33696000: '2023-11-14T12:00:00Z', 33706800: '2023-11-14T18:00:00Z' }));
    box.write(
      't.parquet',
      tradesFile({ block_number: 33_696_000 }, { block_number: 33_698_700 }, { block_number: 33_706_800 }),
    );
    const { trades } = await box.load();
    expect(box.trades().map((row) => row.ts_ms)).toEqual(
      ['12:00', '13:30', '18:00'].map((time) => Date.parse(`2023-11-14T${time}:00Z`)),
    );
    expect(trades.metrics.fills_with_estimated_times).toBe(1);
  });

  test('blocks before the first, after the last and in gaps of more than a day have no time: counted rejects', async () => {
    box.write(
      'blocks.parquet',
      blocksFile({ 1000: '2023-11-14T12:00:00Z', 44201: '2023-11-15T12:00:00Z', 44202: '2023-11-15T12:00:02Z' }),
    );
    const blocks = [999, 1000, 1001, 44_200, 44_201, 44_202, 44_203];
    box.write('t.parquet', tradesFile(...blocks.map((block_number) => ({ block_number }))));
    const { rejects, nRowsRead } = await box.load();
    expect({ rejects, nRowsRead, nKept: box.trades().length }).toEqual({
      rejects: { 'block of unknown time': 4 },
      nRowsRead: 7,
      nKept: 3,
    });
  });

  test('a file of which no block is known is refused with the reason', async () => {
    box.write('blocks.parquet', blocksFile({ 1: '2020-05-30T00:00:00Z' }));
    box.write('t.parquet', tradesFile({}, {}));
    expect(await refusalOf(box.load(), box)).toMatch(
      /^bad-value: no row of trades can be used \(of 2\): 2 block of unknown time, the first "/,
    );
  });

  test('blocks whose times cannot be read, or that come twice, do no harm', async () => {
    const rows = [
      { block_number: BLOCK - 1, timestamp: 'soon' },
      { block_number: BLOCK, timestamp: '2023-11-14T22:13:21Z' },
      { block_number: BLOCK, timestamp: '2025-01-01T00:00:00Z' },
    ];
    box.write('blocks.parquet', parquetOf(rows));
    box.write('t.parquet', tradesFile({}));
    await box.load();
    expect(box.trades().map((row) => row.ts_ms)).toEqual([FILL.ts_ms]);
  });

  test('is refused in one line also when only a later block of the file lacks its times, and nothing is left', async () => {
    const header =
      'block_number,transaction_hash,log_index,maker,taker,maker_asset_id,taker_asset_id,maker_amount,taker_amount,timestamp';
    const line = (i: number): string =>
      [BLOCK + i, TX, i, WALLET, OTHER, '0', TOKEN_A, 500_000, 1_000_000, i < 9000 ? 1_700_000_000 + i : ''].join(',');
    // Three pieces of a MiB, each a block.
    box.write('t.csv', `${[header, ...Array.from({ length: 10_000 }, (_, i) => line(i))].join('\n')}\n`);
    expect(await refusalOf(box.load(undefined, { blockBytes: 1 << 10 }), box)).toBe(
      'missing-input: ~/raw/t.csv tells block numbers and no times',
    );
  });

  test('without blocks the import is refused in one line that names them', async () => {
    box.write('t.parquet', tradesFile({}));
    expect(await refusalOf(box.load(), box)).toBe('missing-input: ~/raw/t.parquet tells block numbers and no times');
  });

  test('blocks imported before serve new trades when they are named again', async () => {
    box.write('blocks.parquet', blocksFile(EXACT));
    box.write('a.parquet', tradesFile({}));
    await box.load();
    box.write('b.parquet', tradesFile({ log_index: 13, maker_amount: 5_900_000 }));
    await box.load();
    expect(box.trades()).toHaveLength(2);
  });
});

describe("the archive's polymarket/markets", () => {
  test('tells result and times of its own; when the result became known stays open', async () => {
    box.write('m.parquet', parquetOf(MARKET, MARKET_MOMENTS));
    await box.load();
    expect(box.markets()).toEqual([
      expect.objectContaining({
        market_id: CONDITION,
        gamma_id: '253591',
        outcome_0: 'Yes',
        outcome_1: 'No',
        token_0: TOKEN_A,
        token_1: TOKEN_B,
        created_ms: MARKET.created_at,
        close_ms: MARKET.end_date,
        resolved_ms: null,
        winner_index: 0,
        is_void: false,
        market_maker: null,
        lifetime_volume_usd: 1234.5,
        source: 'archive',
      }),
    ]);
  });

  test.each([
    ['lists that Python has written', { outcomes: "['Yes', 'No']", outcome_prices: "['1', '0']" }, ['Yes', 0]],
    ['prices on their way', { outcome_prices: '["0.9995", "0.0005"]' }, ['Yes', null]],
    ['an open market', { closed: false }, ['Yes', null]],
    ['no prices', { outcome_prices: 'None' }, ['Yes', null]],
    ['no names', { outcomes: '' }, [null, 0]],
  ])('%s', async (_, given, expected) => {
    box.write('m.parquet', parquetOf({ ...MARKET, ...given }, MARKET_MOMENTS));
    await box.load();
    const [row] = box.markets();
    expect([row.outcome_0, row.winner_index]).toEqual(expected);
  });

  test('three outcomes are a reject', async () => {
    box.write('m.parquet', parquetOf({ ...MARKET, outcomes: '["A", "B", "C"]' }, MARKET_MOMENTS));
    expect((await box.load()).rejects).toEqual({ 'not a market of two outcomes': 1 });
  });
});

const POOL = '0x1234567890AbcdEF1234567890aBcdef12345678';

/** A row of `polymarket/legacy_trades`: whole numbers as text, and a time only where somebody has added it. */
function legacy(given: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    block_number: BLOCK,
    transaction_hash: TX,
    log_index: 3,
    fpmm_address: POOL,
    trader: SHOUTED,
    amount: '10000000',
    fee_amount: '200000',
    outcome_index: 1,
    outcome_tokens: '14000000',
    is_buy: true,
    timestamp: 1_650_000_000,
    _fetched_at: NOW,
    ...given,
  };
}
const legacyFile = (...rows: Record<string, unknown>[]): Uint8Array =>
  parquetOf(rows.map(legacy), { ...moments('_fetched_at'), timestamp: pl.Int64 });
const LEGACY_FILL = {
  ...FILL,
  log_index: 3,
  ts_ms: 1_650_000_000_000,
  outcome_index: 1,
  role: 'taker',
  price: 0.7,
  shares: 14,
  amount_usd: 9.8,
  fee_usd: 0.2,
};
const LEGACY_MARKET = { ...MARKET, market_maker_address: POOL, clob_token_ids: '[]' };

describe("the archive's polymarket/legacy_trades", () => {
  test('a buy pays the fee out of what he gives, and the market is that of the market maker', async () => {
    box.write('m.parquet', parquetOf(LEGACY_MARKET, MARKET_MOMENTS));
    box.write('legacy.parquet', legacyFile({}));
    const { rejects } = await box.load();
    expect({ rejects, rows: withoutIds(box.trades()) }).toEqual({ rejects: {}, rows: [LEGACY_FILL] });
  });

  test('a sale is paid after the fee: 6.86 USD got and .14 kept make 7 for 10 shares', async () => {
    box.write(
      'legacy.parquet',
      legacyFile({ is_buy: false, amount: '6860000', fee_amount: '140000', outcome_tokens: '10000000' }),
    );
    await box.load();
    expect(box.trades()[0]).toMatchObject({ side: 'SELL', price: 0.7, shares: 10, amount_usd: 7, fee_usd: 0.14 });
  });

  test('tokens with 18 decimals are told by their size, to the last millionth', async () => {
    box.write(
      'legacy.parquet',
      legacyFile(
        { outcome_tokens: '14000000000000000000' },
        { outcome_tokens: '140000000123456789012345', amount: '98000000200', fee_amount: '0' },
      ),
    );
    await box.load();
    expect(box.trades().map((row) => [row.shares, row.amount_usd])).toEqual([
      [14, 9.8],
      [140_000.000123, 98_000.0002],
    ]);
  });

  test('pools whose coin is no dollar, and rows without amount, outcome or direction, are rejects', async () => {
    box.write(
      'legacy.parquet',
      legacyFile(
        {},
        { amount: '5000000000000000000', fee_amount: '0', outcome_tokens: '9000000000000000000' },
        { amount: '123456789012345678901234567890', outcome_tokens: '223456789012345678901234567890' },
        { outcome_index: 2 },
        { outcome_tokens: '0' },
        { amount: '100000', fee_amount: '200000' },
        { amount: '15000000' },
      ),
    );
    expect((await box.load()).rejects).toEqual({
      'unreadable amount': 2,
      'bad outcome': 1,
      'zero or negative size': 2,
      'price outside 0..1': 1,
    });
    expect(box.trades()).toHaveLength(1);
  });

  test('fills of a market that nobody describes wait under the address, and move when it is told, in any later run', async () => {
    box.write('legacy.parquet', legacyFile({}));
    await box.load();
    expect(box.trades()[0].market_id).toBe(`fpmm:${POOL.toLowerCase()}`);
    box.write('m.json', JSON.stringify([gammaMarket({ marketMakerAddress: POOL })]));
    await box.load();
    box.write('more.parquet', legacyFile({ log_index: 4, amount: '10200000' }));
    await box.load();
    expect(box.trades().map((row) => row.market_id)).toEqual([CONDITION, CONDITION]);
    expect(box.markets()).toEqual([
      expect.objectContaining({ market_id: CONDITION, market_maker: POOL.toLowerCase() }),
    ]);
  });

  test('are never taken for a list of block times', async () => {
    box.write('legacy.parquet', legacyFile({ timestamp: null }));
    expect(await refusalOf(box.load(), box)).toMatch(
      /^missing-input: .*legacy\.parquet tells block numbers and no times$/,
    );
  });
});
