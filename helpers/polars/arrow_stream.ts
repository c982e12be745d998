/**
 * Frames made of bytes, without a JavaScript value for each of them: columns are written side by side into one piece of memory, as
 * the Arrow IPC stream format has them (arrow.apache.org/docs/format/Columnar.html, version 1.5), and Polars takes them from there.
 */
import { type DataFrame, pl } from './polars.ts';

/** Columns without nulls; text as string views of 16 bytes a row beside the bytes of what is longer than 12. */
export interface ArrowColumn {
  readonly name: string;
  readonly type: 'int64' | 'float64' | 'string';
  /** Room for the bytes of long texts; 0 where all are short. */
  readonly nTextBytes?: number;
}

const TYPES = { int64: pl.Int64, float64: pl.Float64, string: pl.Utf8 } as const;
const VALUE_BYTES = { int64: 8, float64: 8, string: 16 } as const;
const ALIGNMENT_BYTES = 64;
/** Marks the beginning of a message, and with a length of 0 the end of the stream. */
const CONTINUATION = 0xffffffff;
/** A file begins with its name; the message of its schema is that of a stream. */
const FILE_MAGIC_BYTES = 8;

interface Region {
  readonly from: number;
  nBytes: number;
}

function aligned(nBytes: number): number {
  return Math.ceil(nBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

/** The message that tells names and types of columns, as Polars writes it. */
function schemaMessage(columns: readonly ArrowColumn[]): Buffer {
  const schema = Object.fromEntries(columns.map(({ name, type }) => [name, TYPES[type]]));
  const file = pl.DataFrame(Object.fromEntries(columns.map(({ name }) => [name, []])), { schema }).writeIPC({});
  const nBytes = file.readInt32LE(FILE_MAGIC_BYTES + 4);
  return file.subarray(FILE_MAGIC_BYTES, FILE_MAGIC_BYTES + 8 + nBytes);
}

/** Columns of one frame that are being written. */
export class ArrowStream {
  private readonly memory: Uint8Array;
  private readonly schema: Buffer;
  private readonly bodyFrom: number;
  private readonly values = new Map<string, Region>();
  private readonly texts = new Map<string, Region>();

  /**
   * @param allocate gives the memory in which the columns are to lie
   */
  constructor(
    private readonly columns: readonly ArrowColumn[],
    private readonly nRows: number,
    allocate: (nBytes: number) => Uint8Array,
  ) {
    this.schema = schemaMessage(columns);
    this.bodyFrom = aligned(this.schema.length + 8 + batchMetadata(columns, nRows, [], 0).length);
    let end = 0;
    const region = (nBytes: number): Region => {
      const from = end;
      end += aligned(nBytes);
      return { from, nBytes };
    };
    for (const { name, type } of columns) this.values.set(name, region(nRows * VALUE_BYTES[type]));
    for (const { name, nTextBytes = 0 } of columns) if (nTextBytes > 0) this.texts.set(name, region(nTextBytes));
    this.memory = allocate(this.bodyFrom + end + 8);
  }

  /** The bytes of a column's numbers or views. */
  valuesOf(name: string): Uint8Array {
    return this.bytesOf(this.values.get(name)!);
  }

  /** The bytes of a column's long texts. */
  textOf(name: string): Uint8Array {
    return this.bytesOf(this.texts.get(name)!);
  }

  private bytesOf({ from, nBytes }: Region): Uint8Array {
    return this.memory.subarray(this.bodyFrom + from, this.bodyFrom + from + nBytes);
  }

  /** Tells how much of the room of a column's long texts is used; all of it unless told. */
  trimText(name: string, nBytes: number): void {
    this.texts.get(name)!.nBytes = nBytes;
  }

  /** The frame, which holds copies of the columns. */
  toFrame(): DataFrame {
    const nothing = { from: 0, nBytes: 0 };
    // Each column has a bitmap of its nulls first, which is empty where there are none.
    const buffers = this.columns.flatMap(({ name }) => [
      nothing,
      this.values.get(name)!,
      ...(this.texts.has(name) ? [this.texts.get(name)!] : []),
    ]);
    const bodyBytes = aligned(Math.max(...buffers.map(({ from, nBytes }) => from + nBytes)));
    const metadata = batchMetadata(this.columns, this.nRows, buffers, bodyBytes);
    const stream = Buffer.from(this.memory.buffer, this.memory.byteOffset, this.bodyFrom + bodyBytes + 8);
    this.schema.copy(stream);
    const batchFrom = this.schema.length;
    stream.writeUInt32LE(CONTINUATION, batchFrom);
    stream.writeInt32LE(this.bodyFrom - batchFrom - 8, batchFrom + 4);
    metadata.copy(stream, batchFrom + 8);
    stream.writeUInt32LE(CONTINUATION, this.bodyFrom + bodyBytes);
    stream.writeInt32LE(0, this.bodyFrom + bodyBytes + 4);
    return pl.readIPCStream(stream);
  }
}

/** Numbers of the format: metadata version 5, and what a message is about. */
const METADATA_VERSION = 4;
const RECORD_BATCH = 3;
/** Where the two tables of a message lie: each behind the list of where its fields are. */
const MESSAGE = { list: 4, at: 16 } as const;
const BATCH = { list: 36, at: 56 } as const;
const VECTORS_AT = 80;

/**
 * The message of a record batch without compression (Message.fbs), as a FlatBuffer: tables `Message { version, type, header,
 * bodyLength }` and `RecordBatch { length, nodes, buffers, compression, variadicBufferCounts }`.
 */
function batchMetadata(
  columns: readonly ArrowColumn[],
  nRows: number,
  buffers: readonly Region[],
  bodyBytes: number,
): Buffer {
  const texts = columns.filter(({ type }) => type === 'string');
  const nBuffers = 2 * columns.length + texts.filter(({ nTextBytes = 0 }) => nTextBytes > 0).length;
  // A vector is its length, padded so that its items begin at a multiple of 8, and its items.
  const nodesAt = VECTORS_AT + 4;
  const buffersAt = nodesAt + 4 + 16 * columns.length + 4;
  const countsAt = buffersAt + 4 + 16 * nBuffers + 4;
  const bytes = Buffer.alloc(countsAt + 4 + 8 * texts.length);
  bytes.writeUInt32LE(MESSAGE.at, 0);
  [12, 20, 16, 18, 4, 8].forEach((value, i) => {
    bytes.writeUInt16LE(value, MESSAGE.list + 2 * i);
  });
  bytes.writeInt32LE(MESSAGE.at - MESSAGE.list, MESSAGE.at);
  bytes.writeUInt32LE(BATCH.at - (MESSAGE.at + 4), MESSAGE.at + 4);
  bytes.writeBigInt64LE(BigInt(bodyBytes), MESSAGE.at + 8);
  bytes.writeUInt16LE(METADATA_VERSION, MESSAGE.at + 16);
  bytes.writeUInt8(RECORD_BATCH, MESSAGE.at + 18);
  [14, 24, 8, 4, 16, 0, 20].forEach((value, i) => {
    bytes.writeUInt16LE(value, BATCH.list + 2 * i);
  });
  bytes.writeInt32LE(BATCH.at - BATCH.list, BATCH.at);
  bytes.writeUInt32LE(nodesAt - (BATCH.at + 4), BATCH.at + 4);
  bytes.writeBigInt64LE(BigInt(nRows), BATCH.at + 8);
  bytes.writeUInt32LE(buffersAt - (BATCH.at + 16), BATCH.at + 16);
  bytes.writeUInt32LE(countsAt - (BATCH.at + 20), BATCH.at + 20);
  const writeVector = (at: number, items: readonly (readonly number[])[]): void => {
    bytes.writeUInt32LE(items.length, at);
    items.flat().forEach((value, i) => {
      bytes.writeBigInt64LE(BigInt(value), at + 4 + 8 * i);
    });
  };
  writeVector(
    nodesAt,
    columns.map(() => [nRows, 0]),
  );
  writeVector(
    buffersAt,
    buffers.map(({ from, nBytes }) => [from, nBytes]),
  );
  writeVector(
    countsAt,
    texts.map(({ nTextBytes = 0 }) => [nTextBytes > 0 ? 1 : 0]),
  );
  return bytes;
}
