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
const TIMESTAMP_BYTES = 10;
const COMMA = 44;
const NEWLINE = 10;
const ZERO = 48;

/** Rows of `orderFilled.csv` in bytes, handed over whenever the buffer is full. */
export class FillEncoder implements FillSink {
  /** The tables that were given, as views of the encoder's memory: keep these and let the originals go. */
  readonly addresses: ByteTable;
  readonly tokens: ByteTable;
  /** Tables, time, hash and rows lie in one block, because `copyWithin` is four times as fast as a loop or `copy`. */
  private readonly arena: Buffer;
  private readonly tokensAt: number;
  private readonly timestampAt: number;
  private readonly hashAt: number;
  private readonly rowsAt: number;
  private readonly digits = new Uint8Array(16);
  private timestampS = -1;
  private rowsEnd: number;
  private nRowsInBuffer = 0;

  /**
   * @param flushBytes rows are handed on once they fill at least that much
   * @param flush takes whole rows; the bytes are overwritten afterwards
   */
  constructor(
    addresses: ByteTable,
    tokens: ByteTable,
    private readonly random: Random,
    private readonly flushBytes: number,
    private readonly flush: (rows: Buffer, nRows: number) => void,
  ) {
    this.tokensAt = addresses.bytes.length;
    this.timestampAt = this.tokensAt + tokens.bytes.length;
    this.hashAt = this.timestampAt + TIMESTAMP_BYTES;
    this.rowsAt = this.hashAt + HASH_BYTES;
    this.arena = Buffer.alloc(this.rowsAt + flushBytes + ROW_BYTES_MAX);
    this.arena.set(addresses.bytes, 0);
    this.arena.set(tokens.bytes, this.tokensAt);
    this.addresses = { ...addresses, bytes: this.arena.subarray(0, this.tokensAt) };
    this.tokens = { ...tokens, bytes: this.arena.subarray(this.tokensAt, this.timestampAt) };
    this.rowsEnd = this.rowsAt;
  }

  beginMatch(timeS: number): void {
    if (timeS !== this.timestampS) {
      assert(timeS > this.timestampS, 'fills come in order of time');
      this.timestampS = timeS;
      const nDigits = this.writeDigits(timeS);
      assert(nDigits === TIMESTAMP_BYTES, 'a unix time in seconds has ten digits');
      this.arena.set(this.digits.subarray(16 - nDigits), this.timestampAt);
    }
    writeRandomHex(this.random, 8, this.arena, this.hashAt);
  }

  fill(
    maker: number,
    makerAsset: number,
    makerAmount: number,
    taker: number,
    takerAsset: number,
    takerAmount: number,
  ): void {
    const { arena } = this;
    let at = this.copy(this.timestampAt, TIMESTAMP_BYTES, this.rowsEnd);
    at = this.copy(maker * ADDRESS_BYTES, ADDRESS_BYTES, at);
    at = this.writeAsset(makerAsset, at);
    at = this.writeAmount(makerAmount, at);
    at = this.copy(taker * ADDRESS_BYTES, ADDRESS_BYTES, at);
    at = this.writeAsset(takerAsset, at);
    at = this.writeAmount(takerAmount, at);
    at = this.copy(this.hashAt, HASH_BYTES, at);
    arena[at - 1] = NEWLINE;
    this.rowsEnd = at;
    this.nRowsInBuffer++;
    if (at - this.rowsAt >= this.flushBytes) this.end();
  }

  /** The hash of the current transaction. */
  transactionHash(): string {
    return this.arena.toString('latin1', this.hashAt, this.hashAt + HASH_BYTES);
  }

  /** Hands on what is still waiting. */
  end(): void {
    if (this.nRowsInBuffer === 0) return;
    this.flush(this.arena.subarray(this.rowsAt, this.rowsEnd), this.nRowsInBuffer);
    this.rowsEnd = this.rowsAt;
    this.nRowsInBuffer = 0;
  }

  /** Copies bytes of the arena and puts a comma after them; returns the offset behind the comma. */
  private copy(from: number, nBytes: number, to: number): number {
    this.arena.copyWithin(to, from, from + nBytes);
    this.arena[to + nBytes] = COMMA;
    return to + nBytes + 1;
  }

  private writeAsset(asset: number, offset: number): number {
    if (asset >= 0) {
      return this.copy(this.tokensAt + asset * this.tokens.strideBytes, this.tokens.lengths[asset], offset);
    }
    this.arena[offset] = ZERO;
    this.arena[offset + 1] = COMMA;
    return offset + 2;
  }

  private writeAmount(amount: number, offset: number): number {
    let at = offset;
    for (let i = 16 - this.writeDigits(amount); i < 16; i++) this.arena[at++] = this.digits[i];
    this.arena[at] = COMMA;
    return at + 1;
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
