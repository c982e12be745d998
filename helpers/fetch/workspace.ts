/**
 * A fetch in the making: files that grow, and a checkpoint that says how much of each counts and where to go on. A process may
 * be killed anywhere: what lies behind the checkpoint is cut off when the fetch is taken up again.
 */
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { InputError } from '../run/errors.ts';
import { makeFolder, readJsonAs, syncPath, withSystemErrors, writeJsonAtomic } from '../run/files.ts';
import type { Batch, FetchedFiles, RawRow } from './source.ts';

/** Hidden, so that an import of the folder passes it over. */
const CHECKPOINT_NAME = '.checkpoint.json';

const CHECKPOINT = z.object({
  version: z.literal(1),
  /** What was asked for, its dates resolved. */
  request: z.record(z.string(), z.unknown()),
  /** Bytes and rows of each file that count. */
  files: z.record(z.string(), z.object({ bytes: z.number(), rows: z.number() })),
  /** Number of the source that is being read, from 0. */
  source: z.number(),
  position: z.unknown(),
});
export type Checkpoint = z.infer<typeof CHECKPOINT>;

/** The checkpoint of a folder, or null when it has none. */
export function readCheckpoint(folder: string): Checkpoint | null {
  const path = join(folder, CHECKPOINT_NAME);
  if (!existsSync(path)) return null;
  return readJsonAs(path, CHECKPOINT, 'a checkpoint of this version', `delete ${folder} and fetch again`);
}

/** Rows that are held before they are written. */
const ROWS_HELD_MAX = 2000;
/** How long they are held at most, ms. */
const HELD_MS_MAX = 1000;

export class Workspace implements FetchedFiles {
  private readonly files: Map<string, { bytes: number; rows: number }>;
  private held = new Map<string, string[]>();
  private nHeld = 0;
  private heldSinceMs: number | null = null;
  source: number;
  position: unknown;

  private constructor(
    private readonly folder: string,
    private readonly request: Checkpoint['request'],
    checkpoint: Checkpoint | null,
    private readonly nowMs: () => number,
  ) {
    this.files = new Map(Object.entries(checkpoint?.files ?? {}));
    this.source = checkpoint?.source ?? 0;
    this.position = checkpoint?.position ?? null;
  }

  /**
   * Opens a folder, new or with a checkpoint in it: what was written behind the checkpoint is taken back.
   * @throws InputError 'corrupt-file' when a file is shorter than the checkpoint says
   */
  static open(folder: string, request: Checkpoint['request'], nowMs: () => number): Workspace {
    makeFolder(folder);
    const checkpoint = readCheckpoint(folder);
    const space = new Workspace(folder, checkpoint?.request ?? request, checkpoint, nowMs);
    for (const name of readdirSync(folder))
      if (name !== CHECKPOINT_NAME && !space.files.has(name)) rmSync(join(folder, name), { force: true });
    for (const [name, { bytes }] of space.files) {
      const path = join(folder, name);
      const found = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (found < bytes)
        throw new InputError('corrupt-file', `${path} has lost rows`, `delete ${folder} and fetch again`);
      if (found > bytes) withSystemErrors(path, () => truncateSync(path, bytes));
    }
    if (checkpoint === null) space.writeCheckpoint();
    return space;
  }

  get nRows(): number {
    let n = this.nHeld;
    for (const { rows } of this.files.values()) n += rows;
    return n;
  }

  /** Takes a batch over; it counts once it is committed, now or with later ones. */
  add({ rows, position }: Batch): void {
    this.heldSinceMs ??= this.nowMs();
    for (const { file, row } of rows) {
      const lines = this.held.get(file);
      const line = `${JSON.stringify(row)}\n`;
      if (lines === undefined) this.held.set(file, [line]);
      else lines.push(line);
    }
    this.nHeld += rows.length;
    this.position = position;
    if (this.nHeld >= ROWS_HELD_MAX || this.nowMs() - this.heldSinceMs >= HELD_MS_MAX) this.commit();
  }

  /** Ends a source: the next begins at its beginning. */
  nextSource(): void {
    this.source++;
    this.position = null;
    this.commit();
  }

  private commit(): void {
    for (const [name, lines] of this.held) {
      const path = join(this.folder, name);
      const before = this.files.get(name) ?? { bytes: 0, rows: 0 };
      const bytes = Buffer.from(lines.join(''));
      withSystemErrors(path, () => appendBytes(path, bytes));
      this.files.set(name, { bytes: before.bytes + bytes.length, rows: before.rows + lines.length });
    }
    if (this.held.size > 0) syncPath(this.folder);
    this.held = new Map();
    this.nHeld = 0;
    this.heldSinceMs = null;
    this.writeCheckpoint();
  }

  private writeCheckpoint(): void {
    const { request, source, position } = this;
    const files = Object.fromEntries(this.files);
    const checkpoint: Checkpoint = { version: 1, request, files, source, position };
    writeJsonAtomic(join(this.folder, CHECKPOINT_NAME), checkpoint);
  }

  names(prefix: string): string[] {
    return [...this.files.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  async *rows(name: string): AsyncGenerator<RawRow> {
    if (!this.files.has(name)) return;
    const input = createReadStream(join(this.folder, name), { highWaterMark: 1 << 20 });
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
      yield JSON.parse(line) as RawRow;
  }
}

function appendBytes(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, 'a');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
