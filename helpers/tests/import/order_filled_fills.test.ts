import { afterAll, describe, expect, it } from 'vitest';
import { OrderFilledReader } from '../../import/order_filled_fills.ts';
import { createRandom, type Random } from '../../kernels/random.ts';
import { EXCHANGE_CONTRACTS } from '../../venues/polymarket/exchanges.ts';
import { ORDER_FILLED_HEADER, OTHER, orderFilled, orderFilledFile, TOKEN_78, TOKEN_A, TX } from '../venues/samples.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';

const sandboxes: Sandbox[] = [];
afterAll(() => {
  for (const sandbox of sandboxes) sandbox.remove();
});

function sandbox(): Sandbox {
  const made = makeSandbox();
  sandboxes.push(made);
  return made;
}

const NAMES = ORDER_FILLED_HEADER.split(',');
const reader = new OrderFilledReader(1 << 16);

function read(text: string) {
  const memory = reader.allocate(text.length);
  // What an earlier block left behind must not be taken for a part of this one.
  memory.fill('\n');
  return reader.read(memory.subarray(0, memory.write(text, 'latin1')), NAMES);
}

const GOOD = orderFilled();

/** What only the general reader takes, or nobody. */
const REFUSED: Readonly<Record<string, string>> = {
  'a quoted field': GOOD.replace(OTHER, `"${OTHER}"`),
  'a carriage return': `${GOOD}\r`,
  'a field too many': `${GOOD},`,
  'a field too few': GOOD.replace(/,[^,]*$/, ''),
  'a blank line': '',
  'blanks around a value': GOOD.replace(OTHER, ` ${OTHER}`),
  'an address in upper case': GOOD.replace(OTHER, `0x${'A'.repeat(40)}`),
  'an address with another letter': GOOD.replace(OTHER, `0x${'g'.repeat(40)}`),
  'an address too short': GOOD.replace(OTHER, OTHER.slice(0, -1)),
  'a hash in upper case': GOOD.replace(TX, TX.toUpperCase()),
  'a hash too long': `${GOOD}0`,
  'bytes beyond ASCII': GOOD.replace(TX, `${TX.slice(0, -1)}é`),
  milliseconds: orderFilled({ ts: 1_700_000_001_000 }),
  'a time before 2015': orderFilled({ ts: 1_420_070_399 }),
  'a time after 2099': orderFilled({ ts: 4_102_444_800 }),
  'a time in words': orderFilled({ ts: '2023-11-14T22:13:21Z' }),
  'a decimal amount': orderFilled({ usd: '5800000.0' }),
  'an amount with a sign': orderFilled({ usd: '-5800000' }),
  'an amount with a zero in front': orderFilled({ usd: '05800000' }),
  'an amount of 19 digits': orderFilled({ usd: 1, shares: '1000000000000000001' }),
  'no amount': orderFilled({ usd: '' }),
  'cash of 0': orderFilled({ usd: 0 }),
  'shares of 0': orderFilled({ shares: 0 }),
  'a price above 1': orderFilled({ usd: 10_000_001 }),
  'cash on both sides': orderFilled({ token: '0' }),
  'a token of 79 digits': orderFilled({ token: `${TOKEN_78}0` }),
  'a token with a zero in front': orderFilled({ token: `0${TOKEN_A}` }),
  'a token on both sides': GOOD.replace(',0,', `,${TOKEN_78},`),
};

describe('OrderFilledReader', () => {
  it('reads rows as the subgraph writes them', () => {
    const [v1, , v2] = EXCHANGE_CONTRACTS;
    const lines = [
      GOOD,
      orderFilled({ side: 'SELL', taker: v1, token: TOKEN_78, usd: 1, shares: 1 }),
      orderFilled({ taker: v2, token: '7', ts: 1_420_070_400, shares: '999999999999999999' }),
      orderFilled({ token: '123456789012', ts: 4_102_444_799 }),
      orderFilled({ token: '1234567890123', usd: 10_000_000 }),
    ];
    const rows = read(`${lines.join('\n')}\n`)!.toRecords();
    expect(
      rows.map((row) => [row.side, row.role, row.token_id, row.ts_ms, row.usd_u, row.shares_u, row.price]),
    ).toEqual(
      [
        ['BUY', 'maker', TOKEN_A, 1_700_000_001_000, 5_800_000, 10_000_000, 0.58],
        ['SELL', 'taker', TOKEN_78, 1_700_000_001_000, 1, 1, 1],
        ['BUY', 'taker', '7', 1_420_070_400_000, 5_800_000, 999_999_999_999_999_999n, 5_800_000 / 1e18],
        ['BUY', 'maker', '123456789012', 4_102_444_799_000, 5_800_000, 10_000_000, 0.58],
        ['BUY', 'maker', '1234567890123', 1_700_000_001_000, 10_000_000, 10_000_000, 1],
      ].map((row) => row.map((value, i) => (i === 5 && typeof value === 'bigint' ? expect.anything() : value))),
    );
    expect(rows.every((row) => row.tx === TX && row.wallet === `0x${'1'.repeat(40)}`)).toBe(true);
  });

  it.each(Object.entries(REFUSED))('leaves a block with %s to the general reader', (_, line) => {
    expect(read(`${GOOD}\n${line}\n${GOOD}\n`)).toBeNull();
    expect(read(`${GOOD}\n`)).not.toBeNull();
  });

  it('leaves a last line without its end, and columns of another order, to the general reader', () => {
    expect(read(`${GOOD}\n${GOOD}`)).toBeNull();
    const memory = reader.allocate(GOOD.length + 1);
    memory.write(`${GOOD}\n`);
    expect(reader.read(memory.subarray(0, GOOD.length + 1), [...NAMES].reverse())).toBeNull();
  });

  it('gives the same bytes as the general reader, of any file', async () => {
    const random = createRandom(20_261_201);
    for (let draw = 0; draw < 4; draw++) {
      // Files of few faults, so that of several blocks some are read at once and some are not.
      const lines = Array.from({ length: 5_000 }, () => drawnLine(random, draw % 2 === 0 ? 0 : 0.0005));
      const [atOnce, generally] = [sandbox(), sandbox()];
      atOnce.write('fills.csv', orderFilledFile(lines));
      // Another column, that nobody uses, makes it a file that the reader does not know.
      const wider = lines.map((line) => `x,${line}`);
      generally.write('fills.csv', `more,${ORDER_FILLED_HEADER}\n${wider.join('\n')}\n`);
      const options = { blockBytes: 1 << 18 };
      const summaries = [await atOnce.load(undefined, options), await generally.load(undefined, options)];
      expect(summaries[0].rejects).toEqual(summaries[1].rejects);
      expect(partsOf(atOnce)).toEqual(partsOf(generally));
    }
  });
});

function partsOf({ tableBytes }: Sandbox): [string, string][] {
  const parts = [...tableBytes()].filter(([name]) => name.endsWith('.parquet'));
  expect(parts.length).toBeGreaterThan(1);
  return parts.map(([name, bytes]) => [name, String(bytes)]);
}

/** A fill of few wallets, tokens and seconds, so that rows repeat; `faults` of them are as in REFUSED. */
function drawnLine(random: Random, faults: number): string {
  const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)];
  const below = (n: number): number => random.integer(n);
  if (random.uniform() < faults) return pick(Object.values(REFUSED).filter((line) => line !== ''));
  const shares = 1 + below(1e9);
  return orderFilled({
    ts: 1_700_000_000 + below(200_000),
    maker: `0x${String(below(50)).padStart(40, 'a')}`,
    taker: random.uniform() < 0.3 ? pick(EXCHANGE_CONTRACTS) : `0x${String(below(50)).padStart(40, 'b')}`,
    token: pick([TOKEN_A, TOKEN_78, '5', '123456789012', '1234567890123', String(1 + below(20))]),
    side: pick(['BUY', 'SELL']),
    usd: Math.max(1, Math.floor(shares * random.uniform())),
    shares,
    tx: `0x${String(below(2_000)).padStart(64, 'f')}`,
  });
}
