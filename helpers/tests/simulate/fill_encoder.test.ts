import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { createAddressTable, createTokenTable, tableString } from '../../simulate/byte_tables.ts';
import { FillEncoder } from '../../simulate/fill_encoder.ts';
import { USDC } from '../../simulate/fill_sink.ts';

const CONTRACTS = ['0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e', '0xc5d563a36ae78145c45a50134d48a1215220f80a'];

function createEncoder(flushBytes: number) {
  const pieces: string[] = [];
  const nRows: number[] = [];
  const encoder = new FillEncoder(
    createAddressTable(createRandom(1), 9, CONTRACTS),
    createTokenTable(createRandom(2), 8),
    createRandom(3),
    flushBytes,
    (rows, n) => {
      pieces.push(rows.toString('latin1'));
      nRows.push(n);
    },
  );
  return { encoder, pieces, nRows };
}

describe('byte tables', () => {
  it('hold lower-case addresses, the contracts last, and token ids of 76 to 78 digits', () => {
    const addresses = createAddressTable(createRandom(1), 200, CONTRACTS);
    const wallets = Array.from({ length: 200 }, (_, i) => tableString(addresses, i));
    for (const wallet of wallets) expect(wallet).toMatch(/^0x[0-9a-f]{40}$/);
    expect(new Set(wallets).size).toBe(200);
    expect([200, 201].map((i) => tableString(addresses, i))).toEqual(CONTRACTS);
    const tokens = createTokenTable(createRandom(2), 500);
    for (let i = 0; i < 500; i++) {
      expect(tableString(tokens, i)).toMatch(/^[1-9]\d{75,77}$/);
      expect(BigInt(tableString(tokens, i)) < 2n ** 256n).toBe(true);
    }
  });
});

describe('fill encoder', () => {
  it('writes what string concatenation would, whatever the size of its buffer', () => {
    const random = createRandom(7);
    const small = createEncoder(1);
    const large = createEncoder(50_000);
    const expected: string[] = [];
    const amounts = [0, 1, 9, 10, 999_999_999, 1_000_000_000, 1_000_000_001, 123_456_789_012, 9_007_199_254_740_991];
    const text = (asset: number): string => (asset === USDC ? '0' : tableString(large.encoder.tokens, asset));
    for (let i = 0; i < 500; i++) {
      const timeS = 1_767_139_231 + Math.floor(i / 3);
      for (const { encoder } of [small, large]) encoder.beginMatch(timeS);
      const nRows = 1 + random.integer(3);
      for (let k = 0; k < nRows; k++) {
        const [maker, taker] = [random.integer(11), random.integer(11)];
        const [given, received] = random.uniform() < 0.5 ? [USDC, random.integer(8)] : [random.integer(8), USDC];
        const [paid, got] = [
          amounts[random.integer(amounts.length)],
          Math.floor(random.uniform() * 10 ** random.integer(15)),
        ];
        for (const { encoder } of [small, large]) encoder.fill(maker, given, paid, taker, received, got);
        const { addresses } = large.encoder;
        expected.push(
          `${timeS},${tableString(addresses, maker)},${text(given)},${paid},${tableString(addresses, taker)},${text(received)},${got},${large.encoder.transactionHash()}\n`,
        );
      }
    }
    for (const { encoder } of [small, large]) encoder.end();
    expect(large.pieces.join('')).toBe(expected.join(''));
    expect(small.pieces.join('')).toBe(expected.join(''));
    expect(small.nRows.every((n) => n === 1)).toBe(true);
    expect(large.nRows.reduce((a, b) => a + b)).toBe(expected.length);
    expect(large.pieces.length).toBeGreaterThan(1);
  });

  it('refuses to go back in time and hands on nothing when empty', () => {
    const { encoder, pieces } = createEncoder(100);
    encoder.end();
    expect(pieces).toEqual([]);
    encoder.beginMatch(1_767_139_231);
    expect(() => encoder.beginMatch(1_767_139_230)).toThrow('order of time');
  });
});
