/**
 * Writes fills as CSV bytes straight into one reused buffer: no string, number object or BigInt per row. Whoever consumes
 * the buffer does so synchronously, which is all the back-pressure there is to respect.
 */
import type { Random } from '../kernels/random.ts';
import { assert } from '../run/errors.ts';
import { ADDRESS_BYTES, type ByteTable, HASH_BYTES, writeRandomHex } from './byte_tables.ts';
import type { FillSink } from './fill_sink.ts';

/** The columns of poly_data's `orderFilled.csv`. */
export const FILL_COLUMNS = [
  'timestamp',
  'maker',
  'makerAssetId',
  'makerAmountFilled',
  'taker',
  'takerAssetId',
  'takerAmountFilled',
  'transactionHash',
] as const;

/** Longest row: 10 + 2 addresses + a token of 78 + "0" + two amounts of 16 + the hash + 7 commas + the line's end. */
const ROW_BYTES_MAX = 10 + 2 * ADDRESS_BYTES + 78 + 1 + 2 * 16 + HASH_BYTES + 8;
const COMMA = 44;
const NEWLINE = 10;
const ZERO = 48;

export class FillEncoder implements FillSink {
  private readonly buffer: Buffer;
  private readonly hash = new Uint8Array(HASH_BYTES);
  private readonly digits = new Uint8Array(16);
  private readonly timestamp = new Uint8Array(10);
  private timestampS = -1;
  private length = 0;
  private nRowsInBuffer = 0;

  /**
   * @param flushBytes the buffer is handed on once it holds at least that much
   * @param flush takes whole rows; the bytes are overwritten afterwards
   */
  constructor(
    private readonly addresses: ByteTable,
    private readonly tokens: ByteTable,
    private readonly random: Random,
    private readonly flushBytes: number,
    private readonly flush: (rows: Buffer, nRows: number) => void,
  ) {
    this.buffer = Buffer.allocUnsafe(flushBytes + ROW_BYTES_MAX);
  }

  beginMatch(timeS: number): void {
    if (timeS !== this.timestampS) {
      assert(timeS > this.timestampS, 'fills come in order of time');
      this.timestampS = timeS;
      const nDigits = this.writeDigits(timeS);
      assert(nDigits === 10, 'a unix time in seconds has ten digits');
      this.timestamp.set(this.digits.subarray(16 - nDigits));
    }
    writeRandomHex(this.random, 8, this.hash, 0);
  }

  fill(
    maker: number,
    makerAsset: number,
    makerAmount: number,
    taker: number,
    takerAsset: number,
    takerAmount: number,
  ): void {
    const { buffer, addresses } = this;
    let at = this.length;
    for (let i = 0; i < 10; i++) buffer[at++] = this.timestamp[i];
    buffer[at++] = COMMA;
    at = copySlot(addresses.bytes, maker * ADDRESS_BYTES, ADDRESS_BYTES, buffer, at);
    at = this.writeAsset(makerAsset, at);
    at = this.writeAmount(makerAmount, at);
    at = copySlot(addresses.bytes, taker * ADDRESS_BYTES, ADDRESS_BYTES, buffer, at);
    at = this.writeAsset(takerAsset, at);
    at = this.writeAmount(takerAmount, at);
    at = copySlot(this.hash, 0, HASH_BYTES, buffer, at);
    buffer[at - 1] = NEWLINE;
    this.length = at;
    this.nRowsInBuffer++;
    if (at >= this.flushBytes) this.end();
  }

  /** The hash of the current transaction. */
  transactionHash(): string {
    return Buffer.from(this.hash.buffer).toString('latin1');
  }

  /** Hands on what is still in the buffer. */
  end(): void {
    if (this.nRowsInBuffer === 0) return;
    this.flush(this.buffer.subarray(0, this.length), this.nRowsInBuffer);
    this.length = 0;
    this.nRowsInBuffer = 0;
  }

  private writeAsset(asset: number, offset: number): number {
    if (asset >= 0) {
      const { bytes, lengths, strideBytes } = this.tokens;
      return copySlot(bytes, asset * strideBytes, lengths[asset], this.buffer, offset);
    }
    this.buffer[offset] = ZERO;
    this.buffer[offset + 1] = COMMA;
    return offset + 2;
  }

  private writeAmount(amount: number, offset: number): number {
    const nDigits = this.writeDigits(amount);
    return copySlot(this.digits, 16 - nDigits, nDigits, this.buffer, offset);
  }

  /** Writes a whole number of 1 to 16 digits at the right end of `digits`; returns how many. */
  private writeDigits(value: number): number {
    let at = 16;
    let high = value;
    // Division of doubles is slow: peel off nine digits at a time and go on with 32-bit integers.
    while (high >= 1e9) {
      const next = Math.floor(high / 1e9);
      let low = (high - next * 1e9) | 0;
      for (let i = 0; i < 9; i++) {
        const quotient = (low / 10) | 0;
        this.digits[--at] = ZERO + low - quotient * 10;
        low = quotient;
      }
      high = next;
    }
    let rest = high | 0;
    do {
      const quotient = (rest / 10) | 0;
      this.digits[--at] = ZERO + rest - quotient * 10;
      rest = quotient;
    } while (rest > 0);
    return 16 - at;
  }
}

/** Copies bytes and a comma after them; returns the offset behind the comma. A plain loop beats `copy` at this length. */
function copySlot(from: Uint8Array, start: number, nBytes: number, to: Uint8Array, offset: number): number {
  let at = offset;
  for (let i = start; i < start + nBytes; i++) to[at++] = from[i];
  to[at++] = COMMA;
  return at;
}
