/**
 * Work in chunks, for job arrays: every task leaves what it made of its chunk in a folder, whole or not at all, and a merge joins
 * them. The merge counts its chunks: a lost one is an error that names it, never a smaller result.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ZodType, z } from 'zod';
import { InputError } from './errors.ts';
import { explainSystemError, hashFile, hashFileAsync, readJson, temporaryName, writeJsonAtomic } from './files.ts';
import { inGroup, option } from './option_kinds.ts';
import type { OptionSpecs } from './options.ts';
import { onExit } from './stop.ts';

const CHUNK_FOLDER = /^chunk-\d{4}-of-\d{4}$/;
/** A finished chunk, or one that was being built. */
const CHUNK_LEFTOVER = /^chunk-\d{4}-of-\d{4}(\.[0-9a-f]+\.tmp)?$/;
const INFO_NAME = 'chunk.json';

/**
 * The options of a step that can be cut.
 * @param work what a task does with its chunk, and leaves: `sum only … and leave the sums for --merge`
 * @param product what the merge makes
 * @param folder name of the folder of chunks below the data folder
 */
export function chunkOptions(work: string, product: string, folder: string) {
  return inGroup('In chunks (a SLURM array)', {
    chunk: { type: 'string', describe: `${work} chunk i of n (as i/n), for --merge`, excludes: ['merge'] },
    merge: option.flag(`join the chunks into ${product}`),
    'chunk-dir': {
      type: 'string',
      describe: 'folder of the chunks',
      defaultDescription: `${folder} in the data folder`,
      onlyWith: { chunk: true, merge: true },
    },
  } as const) satisfies OptionSpecs;
}

/** How the chunks of a step are called and read. */
interface ChunkKind<T> {
  /** What each chunk says of itself beside its files. */
  readonly schema: ZodType<T>;
  /** Of what else a chunk that does not belong to the others may have been made, for the message. */
  readonly ingredients: string;
  /** The command that makes a chunk, given as `2/8`. */
  readonly command: (chunk: string) => string;
}

const infoSchema = z.object({
  chunk: z.number(),
  nChunks: z.number(),
  identity: z.string(),
  /** SHA-256 of its files, by name. */
  digests: z.record(z.string(), z.string()),
  result: z.unknown(),
});
type Info = z.infer<typeof infoSchema>;

/** A file of a chunk, which another process wrote. */
export class ChunkFile {
  private isChecked = false;

  constructor(
    readonly path: string,
    private readonly sha256: string | undefined,
  ) {}

  /**
   * Looks at its SHA-256, once.
   * @param found what it is, where the caller knows
   * @throws InputError 'corrupt-file' when it is not the one that the chunk lists
   */
  check(found?: string): this {
    if (!this.isChecked && (found ?? hashFile(this.path)) !== this.sha256)
      throw new InputError(
        'corrupt-file',
        `${this.path} is not the file that its chunk lists (its SHA-256 differs)`,
        `it was damaged or replaced: delete ${dirname(this.path)} and run that chunk again`,
      );
    this.isChecked = true;
    return this;
  }
}

/** What a task has left of its chunk. */
export class FinishedChunk<T> {
  constructor(
    private readonly folder: string,
    private readonly info: Info,
    readonly result: T,
  ) {}

  file(name: string): ChunkFile {
    return new ChunkFile(join(this.folder, name), this.info.digests[name]);
  }
}

/** The chunks of one piece of work, in a folder. */
export class ChunkFolder<T> {
  /** @param identity hash of all that the work is made of: inputs, settings, code */
  constructor(
    readonly folder: string,
    private readonly identity: string,
    private readonly kind: ChunkKind<T>,
  ) {}

  /** The finished chunks of this very work, and how many there will be when all are; null when there are none. */
  finished(): { nChunks: number; finished: number[] } | null {
    const own = this.readInfos().filter((info) => info.identity === this.identity);
    if (own.length === 0) return null;
    const nChunks = Math.max(...own.map((info) => info.nChunks));
    const finished = own.filter((info) => info.nChunks === nChunks).map((info) => info.chunk);
    return { nChunks, finished: finished.sort((a, b) => a - b) };
  }

  /**
   * Has `work` leave chunk `chunk` (1-based) of `nChunks` in a folder that it makes; a task that is started twice (a node declared
   * dead may still be working) does no harm. A finished chunk is left alone unless `force`.
   * @returns what `work` returned, or null when the chunk was there
   */
  async build(chunk: number, nChunks: number, force: boolean, work: (folder: string) => Promise<T>): Promise<T | null> {
    const own = this.chunkPath(chunk, nChunks);
    this.sweepForeign(nChunks);
    if (!force && existsSync(join(own, INFO_NAME))) return null;
    const temporary = temporaryName(own);
    const remove = (): void => rmSync(temporary, { recursive: true, force: true });
    const dispose = onExit(remove);
    try {
      const result = await work(temporary);
      const info: Info = {
        chunk,
        nChunks,
        identity: this.identity,
        digests: await digestsOf(temporary),
        result,
      };
      writeJsonAtomic(join(temporary, INFO_NAME), info);
      rmSync(own, { recursive: true, force: true });
      putInPlace(temporary, own);
      return result;
    } finally {
      remove();
      dispose();
    }
  }

  /**
   * All chunks, in order.
   * @throws InputError 'missing-input' naming the chunk that is not there, 'bad-value' when chunks do not belong together
   */
  all(): FinishedChunk<T>[] {
    const { folder, kind } = this;
    const infos = this.readInfos();
    if (infos.length === 0)
      throw new InputError(
        'missing-input',
        `no finished chunk is in ${folder}`,
        'run the chunks first: --chunk 1/n … --chunk n/n',
      );
    const { nChunks } = infos[0];
    for (let i = 1; i <= nChunks; i++) {
      if (!infos.some((info) => info.chunk === i && info.nChunks === nChunks))
        throw new InputError(
          'missing-input',
          `chunk ${i}/${nChunks} is not in ${folder}`,
          `run it: ${kind.command(`${i}/${nChunks}`)}`,
        );
    }
    const odd = infos.find((info) => info.nChunks !== nChunks || info.identity !== this.identity);
    if (odd !== undefined)
      throw new InputError(
        'bad-value',
        `chunk ${odd.chunk}/${odd.nChunks} in ${folder} was made of ${kind.ingredients}`,
        `delete ${folder} and run the chunks again`,
      );
    return infos
      .sort((a, b) => a.chunk - b.chunk)
      .map((info) => {
        const path = this.chunkPath(info.chunk, nChunks);
        const parsed = kind.schema.safeParse(info.result);
        if (!parsed.success) throw this.noInfo(join(path, INFO_NAME));
        return new FinishedChunk(path, info, parsed.data);
      });
  }

  /** Removes the chunks when what was made of them is published, and what killed tasks left of theirs. */
  remove(): void {
    for (const name of readdirSync(this.folder))
      if (CHUNK_LEFTOVER.test(name)) rmSync(join(this.folder, name), { recursive: true, force: true });
    if (readdirSync(this.folder).length === 0) rmSync(this.folder, { recursive: true });
  }

  private chunkPath(chunk: number, nChunks: number): string {
    const [i, n] = [chunk, nChunks].map((number) => String(number).padStart(4, '0'));
    return join(this.folder, `chunk-${i}-of-${n}`);
  }

  /** Removes chunks that can never be merged with those of this work: of others, or of another number of chunks. */
  private sweepForeign(nChunks: number): void {
    for (const path of this.infoPaths()) {
      const info = infoSchema.safeParse(readJson(path));
      if (info.success && info.data.identity === this.identity && info.data.nChunks === nChunks) continue;
      rmSync(dirname(path), { recursive: true, force: true });
    }
  }

  private infoPaths(): string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter((name) => CHUNK_FOLDER.test(name))
      .map((name) => join(this.folder, name, INFO_NAME))
      .filter((path) => existsSync(path));
  }

  private readInfos(): Info[] {
    return this.infoPaths().map((path) => {
      const parsed = infoSchema.safeParse(readJson(path));
      if (!parsed.success) throw this.noInfo(path);
      return parsed.data;
    });
  }

  private noInfo(path: string): InputError {
    return new InputError(
      'corrupt-file',
      `${path} is not the info of a chunk`,
      `delete ${this.folder} and run the chunks again`,
    );
  }
}

/** Renames a finished chunk; when a twin of this task was faster by a moment, its chunk is as good. */
function putInPlace(temporary: string, own: string): void {
  try {
    renameSync(temporary, own);
  } catch (error) {
    if (!existsSync(join(own, INFO_NAME))) throw explainSystemError(error, own);
  }
}

async function digestsOf(folder: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const name of readdirSync(folder).sort()) digests[name] = await hashFileAsync(join(folder, name));
  return digests;
}
