import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatImport } from '../../../import/import_report.ts';
import { pl } from '../../../polars/polars.ts';
import { anyInteger, numberOrNull } from '../../../venues/values/number.ts';
import { TimeZone } from '../../../venues/values/time_zone.ts';
import { makeSandbox, type Sandbox } from '../../import/sandbox.ts';
import { CONDITION, gammaMarket, OTHER, orderFilled, orderFilledFile, TOKEN_A, TX, WALLET } from '../samples.ts';

let box: Sandbox;
beforeEach(() => {
  box = makeSandbox();
});
afterEach(() => box.remove());

const FILL = { wallet: WALLET, side: 'BUY', price: 0.58, shares: 10, amount_usd: 5.8, tx: TX };

describe('numbers', () => {
  test.each([
    ['4000000.0', 4_000_000],
    [' 1e-3 ', 0.001],
    ['.5', 0.5],
    ['-0', -0],
    ['1,000', null],
    ['0x1f', null],
    ['Infinity', null],
    ['1e999', null],
    ['', null],
  ])('%j is %s', (text, number) => {
    expect(numberOrNull(text)).toBe(number);
  });

  test('integers may be written with a point or an exponent, and big ones keep every digit', () => {
    const texts = ['4000000.0', ' 4e6', '9007199254740993', '4.5', '1e400', 'x', null];
    const frame = pl.DataFrame({ n: texts }, { schema: { n: pl.Utf8 } });
    const found = frame.select(anyInteger('n').cast(pl.Utf8).alias('n')).toRecords();
    expect(found.map(({ n }) => n)).toEqual(['4000000', '4000000', '9007199254740993', null, null, null, null]);
  });
});

describe('a row is read whatever the spelling of its values', () => {
  const given = { ts: ' 1700000001000000000', maker: ` ${WALLET.toUpperCase()} `, taker: OTHER, token: ` ${TOKEN_A}` };
  test.each([
    ['blanks, upper case, decimals and nanoseconds', { ...given, usd: '5800000.0', shares: ' 1e7', tx: `${TX} ` }],
    ['blanks around the token alone', { token: `${TOKEN_A} ` }],
    ['blanks around the hash alone', { tx: ` ${TX}` }],
  ])('of on-chain fills: %s', async (_, values) => {
    box.write('a.csv', orderFilledFile([orderFilled(values), orderFilled({ ts: 1_700_000_002 })]));
    const { rejects } = await box.load();
    expect(rejects).toEqual({});
    expect(box.trades()[0]).toMatchObject({ ...FILL, ts_ms: 1_700_000_001_000, market_id: `token:${TOKEN_A}` });
  });

  test('of the Data API: sides and outcomes', async () => {
    const row = (side: string, outcomeIndex: string, i: number) =>
      `${1_700_000_001 + i},${WALLET},${side},${TOKEN_A},${CONDITION}, 10 , 0.58 ,${outcomeIndex},${TX}`;
    const header = 'timestamp,proxyWallet,side,asset,conditionId,size,price,outcomeIndex,transactionHash';
    box.write(
      'a.csv',
      [header, row('buy', '0.0', 0), row(' Sell ', '0', 1), row('bought', '', 2), row('hold', '0', 3)].join('\n'),
    );
    expect((await box.load()).rejects).toEqual({ 'bad side': 1 });
    expect(box.trades().map(({ side, outcome_index, price }) => [side, outcome_index, price])).toEqual([
      ['BUY', 0, 0.58],
      ['SELL', 0, 0.58],
      ['BUY', 0, 0.58],
    ]);
  });
});

describe('impossible values', () => {
  const HEADER =
    'timestamp,market_id,maker,taker,nonusdc_side,maker_direction,taker_direction,price,usd_amount,token_amount,transactionHash';
  const row = (price: string, usd: string, shares: string) =>
    `2023-11-14T22:13:21.000000,7,${WALLET},${OTHER},token1,BUY,SELL,${price},${usd},${shares},${TX}`;

  test.each([
    ['a price that amount and shares contradict', row('0.58', '2.9', '10'), { 'price is not amount / shares': 1 }],
    ['a price of minus zero', row('-0', '0', '10'), { 'price of zero': 1 }],
    ['a fee of seven per cent in the amount', row('0.58', '6.2', '10'), {}],
    ['a price in whole cents', row('0.01', '0.145', '10'), {}],
    ['a sum too small to be rounded well', row('0.58', '0.000001', '0.000001'), {}],
  ])('%s', async (_, line, rejects) => {
    box.write('a.csv', `${HEADER}\n${line}\n${row('0.5', '1', '2')}\n`);
    expect((await box.load()).rejects).toEqual(rejects);
  });

  test('a market that closed in another age has no such time, which is said', async () => {
    box.write('a.csv', orderFilledFile([orderFilled()]));
    box.write(
      'g.json',
      JSON.stringify([gammaMarket({ closedTime: '18446744073709551616', createdAt: '-99999999999999999999' })]),
    );
    const summary = await box.load();
    expect(box.markets()[0]).toMatchObject({ created_ms: null, resolved_ms: null, winner_index: 0 });
    expect(formatImport(summary, 'data')).toContain(
      '2 times of markets lie outside of 2015 to 2100 and were left out.',
    );
  });
});

describe('times without a zone', () => {
  const HEADER = 'timestamp,title,size,price,side,asset,conditionId,proxyWallet,outcome';
  const NAIVE = `2026-01-08 17:28:22,Up or Down,100,0.99,BUY,${TOKEN_A},${CONDITION},${WALLET},Down`;

  test('are taken as UTC in one line, or as what --time-zone says', async () => {
    box.write('a.csv', `${HEADER}\n${NAIVE}\n`);
    expect(formatImport(await box.load(), 'data')).toContain(
      '1 time came without a zone and was taken as UTC (if they are not, import again with --time-zone, for example --time-zone America/New_York).',
    );
    expect(box.trades()[0].ts_ms).toBe(Date.UTC(2026, 0, 8, 17, 28, 22));
    const summary = await box.load(undefined, {
      context: { dataApiRole: null, timeZone: new TimeZone('America/New_York') },
    });
    expect(box.trades().map(({ ts_ms }) => ts_ms)).toEqual([Date.UTC(2026, 0, 8, 22, 28, 22)]);
    expect(formatImport(summary, 'data')).toContain('1 time came without a zone and was taken as America/New_York.');
  });
});
