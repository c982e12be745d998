/** poly_data's orderFilled.csv as wire fills, straight from bytes (kernels/wire); other blocks are left to the general reader. */
import type { Executor } from '../kernels/executor.ts';
import {
  ADDRESS_BYTES,
  countLines,
  HASH_BYTES,
  readOrderFilledRows,
  TEXT_MARGIN_BYTES,
  TOKEN_BYTES_MAX,
} from '../kernels/wire/order_filled_rows.ts';
import { createExecutor } from '../parallel/executor.ts';
import { type ArrowColumn, ArrowStream } from '../polars/arrow_stream.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { EXCHANGE_CONTRACTS } from '../venues/polymarket/exchanges.ts';
import { POLY_DATA_ORDER_FILLED } from '../venues/polymarket/order_filled.ts';

/** Reads whole blocks of a CSV file of one format as fills. */
export interface FillReader {
  /** Memory for the text of blocks. */
  allocate(nBytes: number): Buffer;
  /**
   * The fills of a block, which lies in memory from `allocate`; null where a row needs the general reader.
   * @param names what the format calls the columns, in their order
   */
  read(block: Buffer, names: readonly string[]): DataFrame | null;
}

const LAYOUT = POLY_DATA_ORDER_FILLED.required.join(',');
const NUMBERS = ['ts_ms', 'shares_u', 'usd_u', 'price'] as const;

/** Text that a block may be longer than was asked for: what comes with its last piece. */
const PIECE_BYTES_MAX = 1 << 23;

export class OrderFilledReader implements FillReader {
  private readonly executor: Executor = createExecutor({ nThreads: 1 });
  /** Memory of text and of columns, kept from block to block and from file to file. */
  private text = Buffer.alloc(0);
  private columns: Uint8Array = new Uint8Array(0);

  /** @param blockBytes about how long blocks are */
  constructor(private readonly blockBytes: number) {}

  readonly allocate = (nBytes: number): Buffer => {
    if (this.text.length >= nBytes) return this.text;
    const wantedBytes = Math.max(nBytes, this.blockBytes + PIECE_BYTES_MAX);
    const { buffer, byteOffset } = this.executor.uint8(wantedBytes + TEXT_MARGIN_BYTES);
    this.text = Buffer.from(buffer as unknown as ArrayBuffer, byteOffset, wantedBytes);
    return this.text;
  };

  read(block: Buffer, names: readonly string[]): DataFrame | null {
    if (names.join(',') !== LAYOUT || this.executor.engine !== 'wasm') return null;
    const text = new Uint8Array(block.buffer, block.byteOffset, block.length);
    const nRows = this.executor.scope(() => countLines(this.executor, text));
    if (nRows === 0) return null;
    const stream = new ArrowStream(columnsOf(nRows), nRows, (nBytes) => this.memory(nBytes));
    const nTokenBytes = readOrderFilledRows(this.executor, text, EXCHANGE_CONTRACTS, {
      times: stream.valuesOf('ts_ms'),
      shares: stream.valuesOf('shares_u'),
      cash: stream.valuesOf('usd_u'),
      prices: stream.valuesOf('price'),
      sides: stream.valuesOf('side'),
      roles: stream.valuesOf('role'),
      wallets: stream.valuesOf('wallet'),
      walletText: stream.textOf('wallet'),
      hashes: stream.valuesOf('tx'),
      hashText: stream.textOf('tx'),
      tokens: stream.valuesOf('token_id'),
      tokenText: stream.textOf('token_id'),
    });
    if (nTokenBytes === null) return null;
    stream.trimText('token_id', nTokenBytes);
    return stream.toFrame().withColumns(pl.col('usd_u').alias('nominal_u'));
  }

  private memory(nBytes: number): Uint8Array {
    if (this.columns.length < nBytes) this.columns = this.executor.uint8(Math.ceil(1.1 * nBytes));
    return this.columns;
  }
}

/** Columns of wire fills; tokens last, as nobody knows how much room their text needs. */
function columnsOf(nRows: number): ArrowColumn[] {
  return [
    ...NUMBERS.map((name) => ({ name, type: name === 'price' ? ('float64' as const) : ('int64' as const) })),
    ...(['side', 'role'] as const).map((name) => ({ name, type: 'string' as const })),
    { name: 'wallet', type: 'string', nTextBytes: nRows * ADDRESS_BYTES },
    { name: 'tx', type: 'string', nTextBytes: nRows * HASH_BYTES },
    { name: 'token_id', type: 'string', nTextBytes: nRows * TOKEN_BYTES_MAX + 2 },
  ];
}
