import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatImport } from '../../import/import_report.ts';
import { pl } from '../../polars/polars.ts';
import { parseColumns } from '../../venues/column_mapping.ts';
import { TimeZone } from '../../venues/values/time_zone.ts';
import { makeSandbox, type Row, refusalOf, type Sandbox } from '../import/sandbox.ts';
import { refusal } from '../refusal.ts';
import { CONDITION, gammaMarket, OTHER, TOKEN_A, TOKEN_B, WALLET } from './samples.ts';

let box: Sandbox;
beforeEach(() => {
  box = makeSandbox();
});
afterEach(() => box.remove());

const HEADER = 'Timestamp,Account,Type,Outcome,Amount,Shares,Price';
const LINES = [
  `1700000001,${WALLET},Buy,Democrat,5.8,10,0.58`,
  `1700000002,${OTHER},Sell,REPUBLICAN,2.1,5,0.42`,
  `1700000003,${WALLET},buy,democrat,0.6,1,0.6`,
];
const COLUMNS = 'time=Timestamp,wallet=Account,side=Type,outcome=Outcome,amount=Amount,shares=Shares,price=Price';
const MARKET = gammaMarket({ slug: 'alaska_governor', outcomes: '["Democrat", "Republican"]' });

/** What the same fills are as Data API rows. */
const DATA_API = [
  'timestamp,proxyWallet,side,asset,conditionId,size,price',
  `1700000001,${WALLET},BUY,${TOKEN_A},${CONDITION},10,0.58`,
  `1700000002,${OTHER},SELL,${TOKEN_B},${CONDITION},5,0.42`,
  `1700000003,${WALLET},BUY,${TOKEN_A},${CONDITION},1,0.6`,
].join('\n');

async function expected(): Promise<Row[]> {
  const other = makeSandbox();
  other.write('a.csv', DATA_API);
  other.write('m.json', JSON.stringify([MARKET]));
  await other.load();
  const rows = other.trades();
  other.remove();
  return rows;
}

describe('--columns', () => {
  test('reads one file for each market, which its name tells, as the fills that they are', async () => {
    box.write('trades/alaska_governor.csv', [HEADER, ...LINES].join('\n'));
    box.write('m.json', JSON.stringify([MARKET]));
    expect((await box.load(undefined, { columns: `${COLUMNS},market=@file` })).rejects).toEqual({});
    expect(box.trades()).toEqual(await expected());
  });

  test.each([
    ['a slug', 'Alaska_Governor'],
    ['a question', 'Will it rain in Paris?'],
    ['a Gamma id', '253591'],
    ['a condition id', CONDITION.toUpperCase()],
  ])('finds a market by %s', async (_, market) => {
    box.write('a.csv', `${HEADER},Market\n${LINES.map((line) => `${line},${market}`).join('\n')}`);
    box.write('m.json', JSON.stringify([MARKET]));
    await box.load(undefined, { columns: `${COLUMNS},market=Market` });
    expect(box.trades()).toEqual(await expected());
  });

  test('moves fills to their market when it is listed later, by the name of the outcome', async () => {
    box.write('alaska_governor.csv', [HEADER, ...[...LINES].reverse()].join('\n'));
    await box.load(['alaska_governor.csv'], { columns: `${COLUMNS},market=@file` });
    expect(new Set(box.trades().map(({ market_id }) => market_id))).toEqual(new Set(['name:alaska_governor']));
    box.write('m.json', JSON.stringify([MARKET]));
    await box.load(['m.json'], { columns: `${COLUMNS},market=@file` });
    expect(box.trades()).toEqual(await expected());
  });

  test('takes constants, units and the zone of local times, from JSON and Parquet too', async () => {
    const columns = `time=when,wallet:${WALLET},side=direction,token:${TOKEN_A},shares=n[1e-6],price="price, in cents"[cents],role:taker`;
    const row = { when: '2026-01-08 17:28:22', direction: 'B', n: 10_000_000, 'price, in cents': 58 };
    const context = { dataApiRole: null, timeZone: new TimeZone('America/New_York') };
    const files = {
      'a.json': JSON.stringify([row]),
      'a.parquet': pl.DataFrame([row]).writeParquet() as unknown as Buffer,
      'a.csv': `when;direction;n;"price, in cents"\n${Object.values(row).join(';')}\n`,
    };
    for (const [name, content] of Object.entries(files)) {
      box.write(name, content);
      await box.load([name], { columns, context, force: true });
      expect(box.trades()[0]).toMatchObject({
        ts_ms: Date.UTC(2026, 0, 8, 22, 28, 22),
        wallet: WALLET,
        side: 'BUY',
        price: 0.58,
        shares: 10,
        amount_usd: 5.8,
        role: 'taker',
      });
    }
    expect(box.trades()).toHaveLength(1);
  });

  test('names the columns of a forced format', async () => {
    box.write('a.csv', DATA_API.replace('proxyWallet', 'trader').replace('asset', 'what'));
    box.write('m.json', JSON.stringify([MARKET]));
    await box.load(['a.csv'], { format: 'data_api_v1', columns: 'proxyWallet=trader,asset=what' });
    await box.load(['m.json']);
    expect(box.trades()).toEqual(await expected());
  });

  test('a market that several questions could be stands for itself, and so does a third outcome, and the import says so', async () => {
    const twin = gammaMarket({ id: '8', conditionId: `0x${'cc'.repeat(32)}`, slug: 'other', clobTokenIds: '' });
    box.write('m.json', JSON.stringify([MARKET, twin]));
    const rows = [
      `${LINES[1]},alaska_governor`,
      `${LINES[0]},Will it rain in Paris?`,
      `${LINES[0].replace('Democrat', 'Green')},alaska_governor`,
    ];
    box.write('a.csv', [`${HEADER},Market`, ...rows].join('\n'));
    const summary = await box.load(undefined, { columns: `${COLUMNS},market=Market` });
    expect(summary.rejects).toEqual({});
    expect(box.trades().map((row) => [row.market_id, row.outcome_index])).toEqual([
      ['name:will it rain in paris?', 0],
      [`${CONDITION}#green`, 0],
      [CONDITION, 1],
    ]);
    const results = new Map(box.markets().map((row) => [row.market_id, row.winner_index]));
    expect([...results]).toEqual([
      [CONDITION, 0],
      [`${CONDITION}#green`, null],
      [`0x${'cc'.repeat(32)}`, 0],
      ['name:will it rain in paris?', null],
    ]);
    expect(formatImport(summary, 'data').join('\n')).toContain('2 fills name a market that does not tell');
  });

  test.each([
    ['time=T', 'bad-option: --columns lacks side'],
    ['time=T,side=S', 'bad-option: --columns lacks token, or market and outcome'],
    ['time=T,side=S,token=K,shares=N', 'bad-option: --columns lacks two of price, shares and amount'],
    ['when=T', expect.stringMatching(/^bad-option: --columns has when, which is none of time, wallet/)],
    ['time=T,time=U', 'bad-option: --columns has time twice'],
    ['time=T[ms]', 'bad-option: --columns gives time a unit'],
    ['price=P[pounds]', 'bad-option: --columns gives price the unit pounds'],
    ['time', 'bad-option: --columns cannot be understood from "time" on'],
  ])('%s is refused', (text, message) => {
    expect(refusal(() => parseColumns(text, null))).toEqual(message);
  });

  test('columns that no file has are refused with those that it has', async () => {
    box.write('a.csv', DATA_API);
    expect(await refusalOf(box.load(undefined, { columns: `${COLUMNS},market=@file` }), box)).toBe(
      'bad-option: --columns fits no file: ~/raw/a.csv lacks column Timestamp, Account, Type, Outcome, Amount, Shares, Price (it has timestamp, proxyWallet, side, asset, conditionId, size, price)',
    );
  });
});
