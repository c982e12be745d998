/** Wallet addresses, token ids and transaction hashes as tables of ready-made ASCII bytes. */
import type { Random } from '../kernels/random.ts';

/** Strings of ASCII bytes laid side by side, each in a slot of `strideBytes`. */
export interface ByteTable {
  readonly bytes: Uint8Array;
  readonly lengths: Uint8Array;
  readonly strideBytes: number;
}

export const ADDRESS_BYTES = 42;
export const HASH_BYTES = 66;

/** ASCII codes of the two hex digits of each byte value. */
const HEX_HIGH = new Uint8Array(256);
const HEX_LOW = new Uint8Array(256);
for (let i = 0; i < 256; i++) {
  HEX_HIGH[i] = '0123456789abcdef'.charCodeAt(i >> 4);
  HEX_LOW[i] = '0123456789abcdef'.charCodeAt(i & 15);
}

/** Writes `0x` and `nWords` random 32-bit words as hex into `target` at `offset`; returns the offset after them. */
export function writeRandomHex(random: Random, nWords: number, target: Uint8Array, offset: number): number {
  let at = offset;
  target[at++] = 48;
  target[at++] = 120;
  for (let w = 0; w < nWords; w++) {
    const word = random.uint32();
    for (let shift = 24; shift >= 0; shift -= 8) {
      const byte = (word >>> shift) & 255;
      target[at++] = HEX_HIGH[byte];
      target[at++] = HEX_LOW[byte];
    }
  }
  return at;
}

/** A random `0x` string with `nWords` 32-bit words. */
export function randomHex(random: Random, nWords: number): string {
  const bytes = new Uint8Array(2 + nWords * 8);
  writeRandomHex(random, nWords, bytes, 0);
  return Buffer.from(bytes.buffer).toString('latin1');
}

/** `nWallets` random addresses, followed by the given contract addresses. */
export function createAddressTable(random: Random, nWallets: number, contracts: readonly string[]): ByteTable {
  const nRows = nWallets + contracts.length;
  const bytes = new Uint8Array(nRows * ADDRESS_BYTES);
  for (let i = 0; i < nWallets; i++) writeRandomHex(random, 5, bytes, i * ADDRESS_BYTES);
  contracts.forEach((address, i) => {
    Buffer.from(bytes.buffer).write(address, (nWallets + i) * ADDRESS_BYTES, 'latin1');
  });
  return { bytes, lengths: new Uint8Array(nRows).fill(ADDRESS_BYTES), strideBytes: ADDRESS_BYTES };
}

const TOKEN_STRIDE_BYTES = 78;
const TOKEN_MIN = 10n ** 75n;

/** `nTokens` random 256-bit token ids as decimals of 76 to 78 digits. */
export function createTokenTable(random: Random, nTokens: number): ByteTable {
  const bytes = new Uint8Array(nTokens * TOKEN_STRIDE_BYTES);
  const lengths = new Uint8Array(nTokens);
  const buffer = Buffer.from(bytes.buffer);
  for (let i = 0; i < nTokens; i++) {
    let id = 0n;
    while (id < TOKEN_MIN) id = BigInt(randomHex(random, 8));
    lengths[i] = buffer.write(id.toString(), i * TOKEN_STRIDE_BYTES, 'latin1');
  }
  return { bytes, lengths, strideBytes: TOKEN_STRIDE_BYTES };
}

/** Entry `i` as a string. */
export function tableString(table: ByteTable, i: number): string {
  const at = table.bytes.byteOffset + i * table.strideBytes;
  return Buffer.from(table.bytes.buffer, at, table.lengths[i]).toString('latin1');
}
