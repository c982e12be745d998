import { copyFileSync, existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeSandbox, type Row, type Sandbox } from '../import/sandbox.ts';
import { CONDITION, csvOf, EXCHANGE, gammaMarket, orderFilled, orderFilledFile, TOKEN_A, TOKEN_B } from './samples.ts';

const REAL_MARKETS = '../shared/data/resolved_markets_geopolitics.jsonl';

let box: Sandbox;
beforeEach(() => {
  box = makeSandbox();
});
afterEach(() => box.remove());

/** The one market of a file. */
async function marketOf(name: string, content: string): Promise<Row> {
  box.write(name, content);
  const { rejects } = await box.load();
  expect(rejects).toEqual({});
  expect(box.markets()).toHaveLength(1);
  return box.markets()[0];
}

const gamma = (given: Record<string, unknown> = {}): Promise<Row> =>
  marketOf('m.json', JSON.stringify([gammaMarket(given)]));

const BOOK = {
  market_id: CONDITION,
  gamma_id: '253591',
  question: 'Will it rain in Paris?',
  slug: 'rain-paris',
  outcome_0: 'Yes',
  outcome_1: 'No',
  token_0: TOKEN_A,
  token_1: TOKEN_B,
  outcome_order: 'venue',
  neg_risk: false,
  created_ms: Date.UTC(2024, 9, 1, 0, 0, 0, 500),
  open_ms: Date.UTC(2024, 9, 2),
  close_ms: Date.UTC(2024, 10, 6, 12),
  resolved_ms: Date.UTC(2024, 10, 6, 15, 25, 19),
  winner_index: 0,
  is_void: false,
  resolution_source: 'venue',
  lifetime_volume_usd: 1234.5,
  source: 'gamma',
};

describe('Gamma markets', () => {
  test.each([
    [{ feeSchedule: { rate: 5, exponent: -3 } }, { fee_rate: null, fee_exponent: null }],
    [{ feeSchedule: { rate: -0.01, exponent: 99 } }, { fee_rate: null, fee_exponent: null }],
    [{ volume: '-5' }, { lifetime_volume_usd: null }],
    [{ volume: '1e300' }, { lifetime_volume_usd: null }],
    [{ clobTokenIds: JSON.stringify([TOKEN_A, TOKEN_A]) }, { token_0: null, token_1: null }],
    [{ outcomes: '["Yes","Yes"]' }, { outcome_0: null, outcome_1: null }],
  ])('impossible values are not known: %o', async (given, expected) => {
    expect(await gamma(given)).toMatchObject(expected);
  });

  test.each([
    ['a bare array', 'm.json', JSON.stringify([gammaMarket()])],
    ['the keyset envelope of a page', 'm.json', JSON.stringify({ markets: [gammaMarket()], next_cursor: 'abc' })],
    ['the keyset envelope of the last page', 'm.json', JSON.stringify({ markets: [gammaMarket()] })],
    [
      'a page a line',
      'm.jsonl',
      `${JSON.stringify({ markets: [gammaMarket()] })}\n${JSON.stringify({ markets: [] })}\n`,
    ],
    ['one object', 'm.json', JSON.stringify(gammaMarket(), null, 2)],
    ['CSV with JSON in its fields', 'm.csv', csvOf(gammaMarket())],
  ])('%s gives the same row', async (_, name, content) => {
    expect(await marketOf(name, content)).toMatchObject(BOOK);
  });

  test('lists that are lists, and numbers where strings are usual, mean the same', async () => {
    const row = await gamma({
      id: 253_591,
      outcomes: ['Yes', 'No'],
      outcomePrices: [1, 0],
      clobTokenIds: [TOKEN_A, TOKEN_B],
      volume: 1234.5,
      closed: 'true',
    });
    expect(row).toMatchObject(BOOK);
  });

  test.each([
    ['names', ['politics', 'france']],
    [
      'objects',
      [
        { id: '2', label: 'Politics', slug: 'politics', forceShow: true },
        { id: 9, slug: 'france' },
      ],
    ],
    ['objects without slugs', [{ label: 'politics' }, { slug: '', label: 'france' }, { id: '5' }]],
    ['a string of JSON', '["politics", "france"]'],
    ['a string of objects', JSON.stringify([{ slug: 'politics' }, { slug: 'france' }])],
    ['a joined text', 'politics;france'],
  ])('tags as %s', async (_, tags) => {
    expect(await gamma({ tags })).toMatchObject({ tags: 'politics;france', domain: 'politics', domain_source: 'tags' });
  });

  test('tags and events in the fields of a CSV are not taken as they stand', async () => {
    const market = gammaMarket({
      tags: [
        { id: '2', slug: 'politics' },
        { id: '3', label: "New Year's" },
      ],
      events: [{ id: '260654', slug: 'rain', title: 'Rain, "heavy"' }],
    });
    expect(await marketOf('m.csv', csvOf(market))).toMatchObject({ tags: "politics;New Year's", event_id: 'rain' });
  });

  test.each([
    ['its slug, as in the fills of the Data API', [{ id: '260654', slug: 'rain' }], 'rain'],
    ['text, where there is no slug', [{ id: '260654', slug: '' }], '260654'],
    ['a number, where there is no slug', [{ id: 260_654 }], '260654'],
    ['of no event', [], null],
  ])('an event id that is %s', async (_, events, id) => {
    expect((await gamma({ events })).event_id).toBe(id);
  });

  test.each([
    ['numbers', { rate: 0.07, exponent: 1, takerOnly: true, rebateRate: 0.2 }, [0.07, 1]],
    ['strings', { rate: '0.05', exponent: '1' }, [0.05, 1]],
    ['a string of JSON', '{"rate":0.04,"exponent":2}', [0.04, 2]],
    ['a rate of nothing', { rate: 0, exponent: 1 }, [0, 1]],
    ['a rate alone', { rate: 0.03 }, [0.03, null]],
    ['an empty text', '', [null, null]],
    ['nothing', null, [null, null]],
    ['words', { rate: 'free' }, [null, null]],
  ])('a fee schedule of %s; base fees are no rates', async (_, feeSchedule, expected) => {
    const row = await gamma({ feeSchedule, makerBaseFee: 1000, takerBaseFee: 1000, feesEnabled: true });
    expect([row.fee_rate, row.fee_exponent]).toEqual(expected);
  });

  test.each([
    ['won by the second', { outcomePrices: '["0", "1"]' }, 1, false],
    ['won, written with zeros behind the point', { outcomePrices: '["1.00", "0.000"]' }, 0, false],
    ['split evenly, and so void', { outcomePrices: '["0.5", "0.5"]' }, null, true],
    ['of the old kind, with two zeros', { outcomePrices: '["0", "0"]' }, null, null],
    ['closed while prices are on their way', { outcomePrices: '["0.9995", "0.0005"]' }, null, null],
    ['closed without prices', { outcomePrices: '' }, null, null],
    ['closed with empty prices', { outcomePrices: '["", ""]' }, null, null],
    ['closed with one price', { outcomePrices: '["1"]' }, null, null],
    ['open at the edge', { closed: false, closedTime: null }, null, null],
    ['open and proposed', { closed: false, closedTime: null, umaEndDate: '2024-11-06T15:00:00Z' }, null, null],
  ])('a market that is %s', async (_, given, winner, isVoid) => {
    const row = await gamma(given);
    expect([row.winner_index, row.is_void]).toEqual([winner, isVoid]);
    expect(row.resolution_source).toBe(winner === null ? null : 'venue');
    expect(row.resolved_ms === null).toBe('closed' in given);
  });

  test('a closed market without a closing time ended when the oracle did', async () => {
    const row = await gamma({ closedTime: '', umaEndDate: '2024-11-06T15:00:00Z' });
    expect(row).toMatchObject({ winner_index: 0, resolved_ms: Date.UTC(2024, 10, 6, 15) });
  });

  test('a market of three outcomes, and one without any id, are rejects; the others stay', async () => {
    const three = { outcomes: '["A", "B", "C"]', outcomePrices: '["1", "0", "0"]', conditionId: `0x${'3'.repeat(64)}` };
    const none = { id: '', conditionId: '' };
    box.write('m.json', JSON.stringify([gammaMarket(), gammaMarket(three), gammaMarket(none)]));
    const { rejects } = await box.load();
    expect(rejects).toEqual({ 'not a market of two outcomes': 1, 'no market id': 1 });
    expect(box.markets()).toHaveLength(1);
  });

  test.each([
    ['upper-case letters become lower-case', CONDITION.toUpperCase().replace('0X', '0x'), CONDITION],
    ['31 bytes are a condition id too', `0x${'ab'.repeat(31)}`, `0x${'ab'.repeat(31)}`],
    ['an empty condition id leaves the Gamma id', '', 'gamma:253591'],
    ['so does a text that is none', '0x12', 'gamma:253591'],
  ])('%s', async (_, conditionId, marketId) => {
    expect((await gamma({ conditionId })).market_id).toBe(marketId);
  });

  test.each([
    ['empty texts', '["", ""]'],
    ['one', JSON.stringify([TOKEN_A])],
    ['an empty list', '[]'],
    ['an empty text', ''],
    ['bare numbers, which have lost digits', `[${TOKEN_A}, ${TOKEN_B}]`],
  ])('token ids that are %s are no token ids', async (_, clobTokenIds) => {
    expect(await gamma({ clobTokenIds })).toMatchObject({ token_0: null, token_1: null, winner_index: 0 });
  });

  test.skipIf(!existsSync(REAL_MARKETS))(
    '5,711 real markets, some without id or prices (skipped where ../shared/data is not there)',
    async () => {
      copyFileSync(REAL_MARKETS, box.write('m.jsonl', ''));
      expect((await box.load()).rejects).toEqual({ 'no market id': 22 });
      const rows = box.markets();
      const count = (test: (row: Row) => boolean): number => rows.filter(test).length;
      expect({
        n: rows.length,
        untagged: count((row) => row.tags === null),
        open: count((row) => row.resolved_ms === null),
      }).toEqual({
        n: 5689,
        untagged: 0,
        open: 0,
      });
      expect(count((row) => row.winner_index !== null)).toBe(5520);
      expect(count((row) => row.is_void === true)).toBe(3);
    },
  );
});

/** The 13 columns of poly_data's first markets.csv. */
const V1 = {
  createdAt: '2024-10-01T00:00:00.500Z',
  id: '253591',
  question: 'Will it rain in Paris, "heavily"?',
  answer1: 'Yes',
  answer2: 'No',
  neg_risk: 'True',
  market_slug: 'rain-paris',
  token1: TOKEN_A,
  token2: TOKEN_B,
  condition_id: CONDITION,
  volume: '1234.5',
  ticker: 'rain',
  closedTime: '2024-11-06 15:25:19+00',
};
const V1_BOOK = {
  ...BOOK,
  question: V1.question,
  event_id: 'rain',
  neg_risk: true,
  open_ms: null,
  close_ms: null,
  winner_index: null,
  is_void: null,
  resolution_source: null,
  source: 'poly_data',
};

describe('poly_data markets.csv, first version', () => {
  test('tells identity, time of closing and volume, but no result', async () => {
    expect(await marketOf('markets.csv', csvOf(V1))).toMatchObject(V1_BOOK);
  });

  test('what is empty, or None as Python writes it, is not known', async () => {
    const row = await marketOf(
      'markets.csv',
      csvOf({
        ...V1,
        closedTime: '',
        createdAt: 'None',
        ticker: '',
        token2: '',
        answer2: '',
        condition_id: '',
        volume: '',
      }),
    );
    expect(row).toMatchObject({
      market_id: 'gamma:253591',
      event_id: null,
      outcome_0: null,
      outcome_1: null,
      token_0: null,
      token_1: null,
      created_ms: null,
      resolved_ms: null,
      lifetime_volume_usd: null,
    });
  });

  test('with a Gamma list of the same market, each tells what the other does not', async () => {
    box.write('markets.csv', csvOf(V1));
    box.write('gamma.json', JSON.stringify([gammaMarket({ clobTokenIds: '', slug: '' })]));
    await box.load();
    expect(box.markets()).toEqual([expect.objectContaining({ ...BOOK, event_id: 'rain' })]);
  });

  test('a row whose names are missing does not take the result of another list away', async () => {
    box.write('markets.csv', csvOf({ ...V1, answer1: '', answer2: '' }));
    box.write('gamma.json', JSON.stringify([gammaMarket({ clobTokenIds: '' })]));
    await box.load();
    expect(box.markets()[0]).toMatchObject({ outcome_0: 'Yes', token_0: TOKEN_A, token_1: TOKEN_B, winner_index: 0 });
  });
});

const SIDES = [
  { token_id: TOKEN_A, outcome: 'Yes', price: 1, winner: true },
  { token_id: TOKEN_B, outcome: 'No', price: 0, winner: false },
];
/** Some of the CLOB fields of poly_data's second markets.csv, `id` and `clobTokenIds` in front. */
const V2 = {
  id: CONDITION,
  clobTokenIds: [TOKEN_A, TOKEN_B],
  condition_id: CONDITION,
  question_id: `0x${'9'.repeat(64)}`,
  question: 'Will it rain in Paris?',
  market_slug: 'rain-paris',
  active: true,
  closed: true,
  accepting_order_timestamp: '2024-10-02T00:00:00Z',
  end_date_iso: '2024-11-06T12:00:00Z',
  neg_risk: false,
  neg_risk_market_id: '',
  tokens: SIDES,
  tags: ['Politics', "New Year's"],
};
const V2_BOOK = {
  market_id: CONDITION,
  gamma_id: null,
  event_id: null,
  question: V2.question,
  slug: 'rain-paris',
  tags: "Politics;New Year's",
  outcome_0: 'Yes',
  outcome_1: 'No',
  token_0: TOKEN_A,
  token_1: TOKEN_B,
  open_ms: BOOK.open_ms,
  close_ms: BOOK.close_ms,
  resolved_ms: null,
  winner_index: 0,
  is_void: false,
  neg_risk: false,
  source: 'clob',
};

/** A value as `str()` of Python writes it. */
function python(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return value.includes("'") ? `"${value}"` : `'${value}'`;
  if (typeof value !== 'object') return String(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `'${key}': ${python(inner)}`)
    .join(', ')}}`;
}

describe('poly_data markets.csv, second version', () => {
  test('tells result and tags from JSON in its fields; when the result became known stays open', async () => {
    expect(await marketOf('markets.csv', csvOf(V2))).toMatchObject(V2_BOOK);
  });

  test('reads fields that Python has written in its own notation', async () => {
    const text = Object.fromEntries(Object.entries(V2).map(([key, v]) => [key, typeof v === 'string' ? v : python(v)]));
    expect(await marketOf('markets.csv', csvOf(text))).toMatchObject(V2_BOOK);
  });

  test.each([
    ['an apostrophe', ["O'Brien", 'True North']],
    ['quotes', ['The "Rocket"', 'No']],
    ['both', [`O'Brien "Bo"`, 'None']],
  ])('names with %s survive both notations', async (_, names) => {
    const tokens = SIDES.map((side, i) => ({ ...side, outcome: names[i] }));
    for (const text of [JSON.stringify(tokens), `[${tokens.map(sideInPython).join(', ')}]`]) {
      box.write('markets.csv', csvOf({ ...V2, tokens: text }));
      await box.load(undefined, { force: true });
      expect(box.markets()[0]).toMatchObject({ outcome_0: names[0], outcome_1: names[1], winner_index: 0 });
    }
  });

  /** As Python's repr: single quotes unless the text has some and no double ones. */
  function sideInPython(side: (typeof SIDES)[number]): string {
    const quoted = side.outcome.includes("'")
      ? side.outcome.includes('"')
        ? `'${side.outcome.replaceAll("'", "\\'")}'`
        : `"${side.outcome}"`
      : `'${side.outcome}'`;
    return `{'token_id': '${side.token_id}', 'outcome': ${quoted}, 'winner': ${side.winner ? 'True' : 'False'}}`;
  }

  test('sides in another order than the token ids are put in theirs', async () => {
    const row = await marketOf('markets.csv', csvOf({ ...V2, tokens: [...SIDES].reverse() }));
    expect(row).toMatchObject(V2_BOOK);
  });

  test('sides of other tokens than the token ids tell neither names nor result', async () => {
    const row = await marketOf('markets.csv', csvOf({ ...V2, clobTokenIds: ['7', '8'] }));
    expect(row).toMatchObject({ token_0: '7', outcome_0: null, winner_index: null, is_void: null });
  });

  test.each([
    ['without a winner yet', [0.98, 0.02], [false, false], [null, null]],
    ['paid a half each, and so void', [0.5, 0.5], [false, false], [null, true]],
    ['with two winners, which cannot be', [1, 1], [true, true], [null, null]],
    ['whose second side has won', [0, 1], [false, true], [1, false]],
  ])('a closed market %s', async (_, prices, winners, expected) => {
    const tokens = SIDES.map((side, i) => ({ ...side, price: prices[i], winner: winners[i] }));
    const row = await marketOf('markets.csv', csvOf({ ...V2, tokens }));
    expect([row.winner_index, row.is_void]).toEqual(expected);
  });

  test('an open market has no result, whatever its sides say', async () => {
    const row = await marketOf('markets.csv', csvOf({ ...V2, closed: false }));
    expect([row.winner_index, row.is_void]).toEqual([null, null]);
  });

  test('the raw trades of the same folder find their market by its tokens', async () => {
    box.write('markets.csv', csvOf(V2));
    box.write('orderFilled.csv', orderFilledFile([orderFilled({ token: TOKEN_B, taker: EXCHANGE })]));
    await box.load();
    expect(box.trades()[0]).toMatchObject({ market_id: CONDITION, outcome_index: 1, role: 'taker' });
  });
});
