/** A small sound file of every kind that the import reads, for the fuzz of damaged files. */
import { gzipSync } from 'node:zlib';
import { pl } from '../../polars/polars.ts';

export interface ImportSample {
  readonly name: string;
  readonly bytes: Buffer;
  /** --columns, where the file needs it. */
  readonly columns: string | null;
  /** Whether a line without quotes is a row, so that rows can be counted without the reader. */
  readonly hasLines: boolean;
}

type Row = Readonly<Record<string, unknown>>;

const N_ROWS = 12;
const token = (i: number): string =>
  `7132104567925221259462638553270691275033272857194253228963137931245558399256${i % 4}`;
const hash = (i: number): string => `0x${i.toString(16).padStart(64, 'a')}`;
const wallet = (i: number): string => `0x${(i % 5).toString().repeat(40)}`;
const condition = (i: number): string => `0x${(i % 2 === 0 ? 'ab' : 'cd').repeat(32)}`;
const rows = (row: (i: number) => Row): Row[] => Array.from({ length: N_ROWS }, (_, i) => row(i));

function csv(records: readonly Row[], separator = ','): Buffer {
  const field = (value: unknown): string => {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value ?? '');
    return /[",;\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = records.map((record) => Object.values(record).map(field).join(separator));
  return Buffer.from(`${[Object.keys(records[0]).join(separator), ...lines].join('\n')}\n`);
}

const json = (value: unknown, indent = 0): Buffer => Buffer.from(JSON.stringify(value, null, indent));
const lines = (records: readonly Row[]): Buffer => Buffer.from(records.map((row) => JSON.stringify(row)).join('\n'));

const orderFilled = rows((i) => ({
  timestamp: 1_700_000_000 + i,
  maker: wallet(i),
  makerAssetId: i % 2 === 0 ? '0' : token(i),
  makerAmountFilled: 5_800_000 + i,
  taker: wallet(i + 1),
  takerAssetId: i % 2 === 0 ? token(i) : '0',
  takerAmountFilled: 10_000_000 - i,
  transactionHash: hash(i),
}));
const dataApi = rows((i) => ({
  proxyWallet: wallet(i),
  side: i % 2 === 0 ? 'BUY' : 'SELL',
  asset: token(i),
  conditionId: condition(i),
  size: 10 + i / 2,
  price: 0.5 + i / 100,
  timestamp: 1_700_000_000 + i,
  title: 'Will it rain, or not?',
  outcome: i % 2 === 0 ? 'Yes' : 'No',
  outcomeIndex: i % 2,
  transactionHash: hash(i),
}));
const dataApiV2 = rows((i) => ({
  proxy_wallet: wallet(i),
  side: 'BUY',
  token_id: token(i),
  condition_id: condition(i),
  size: '10.5',
  price: '0.25',
  timestamp: 1_700_000_000 + i,
  outcome_index: i % 2,
}));
const processed = rows((i) => ({
  timestamp: `2023-11-14T22:13:${10 + i}.000000`,
  market_id: 253_591,
  maker: wallet(i),
  taker: wallet(i + 1),
  nonusdc_side: i % 2 === 0 ? 'token1' : 'token2',
  maker_direction: 'BUY',
  taker_direction: 'SELL',
  price: 0.58,
  usd_amount: 5.8,
  token_amount: 10,
  transactionHash: hash(i),
}));
const kalshi = rows((i) => ({
  trade_id: `t${i}`,
  ticker: `KX-${i % 3}`,
  count: 10 + i,
  yes_price: 20 + i,
  no_price: 80 - i,
  taker_side: i % 2 === 0 ? 'yes' : 'no',
  created_time: `2026-01-01T00:00:${10 + i}Z`,
}));
const mapped = rows((i) => ({
  Timestamp: `2026-01-01 00:00:${10 + i}`,
  Account: wallet(i),
  Type: i % 2 === 0 ? 'Buy' : 'Sell',
  Outcome: i % 2 === 0 ? 'Yes' : 'No',
  Amount: 5.8,
  Shares: 10,
  Price: 0.58,
}));
const gamma = rows((i) => ({
  id: String(i),
  conditionId: hash(i),
  question: `Will it rain in town ${i}?`,
  slug: `rain-${i}`,
  outcomes: '["Yes", "No"]',
  outcomePrices: '["1", "0"]',
  clobTokenIds: JSON.stringify([String(10 ** 6 + 2 * i), String(10 ** 6 + 2 * i + 1)]),
  closed: true,
  closedTime: '2024-11-06 15:25:19+00',
  endDate: '2024-11-06T12:00:00Z',
  tags: [{ id: 1, slug: 'weather', label: 'Weather' }],
}));
const clob = rows((i) => ({
  condition_id: hash(i),
  question: `Q ${i}`,
  closed: true,
  tokens: [
    { token_id: String(10 ** 6 + 2 * i), outcome: 'Yes', price: 1, winner: true },
    { token_id: String(10 ** 6 + 2 * i + 1), outcome: 'No', price: 0, winner: false },
  ],
}));
const kalshiMarkets = rows((i) => ({
  ticker: `KX-${i}`,
  event_ticker: 'KX',
  status: 'finalized',
  result: 'yes',
  title: 'Q',
}));

const COLUMNS =
  'time=Timestamp,wallet=Account,side=Type,outcome=Outcome,amount=Amount,shares=Shares,price=Price,market=@file';

/** Every format, in the containers that it comes in. */
export function importSamples(): ImportSample[] {
  const sample = (name: string, bytes: Buffer, hasLines = false, columns: string | null = null): ImportSample => ({
    name,
    bytes,
    columns,
    hasLines,
  });
  return [
    sample('order_filled.csv', csv(orderFilled), true),
    sample('order_filled_semicolon.csv', csv(orderFilled, ';'), true),
    sample('order_filled.csv.gz', gzipSync(csv(orderFilled))),
    sample('order_filled.json', json({ data: { orderFilledEvents: orderFilled } }, 1)),
    sample('order_filled.parquet', pl.DataFrame([...orderFilled]).writeParquet() as unknown as Buffer),
    sample('processed.csv', csv(processed), true),
    sample('data_api.csv', csv(dataApi)),
    sample('data_api.json', json(dataApi)),
    sample('data_api.jsonl', lines(dataApi), true),
    sample('data_api_v2.json', json({ data: dataApiV2, next_cursor: null })),
    sample('kalshi.json', json({ trades: kalshi, cursor: '' })),
    sample('kalshi.csv', csv(kalshi, '\t'), true),
    sample('kalshi.jsonl', lines(kalshi), true),
    sample('mapped.csv', csv(mapped), true, COLUMNS),
    sample('gamma.json', json(gamma, 2)),
    sample('gamma_events.jsonl', lines([{ id: '900', slug: 'e', tags: [], markets: gamma }])),
    sample('clob.json', json({ data: clob, next_cursor: 'LTE=' })),
    sample('kalshi_events.json', json({ events: [{ event_ticker: 'KX', markets: kalshiMarkets }] })),
  ];
}
