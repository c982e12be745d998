/**
 * Which code decides the result of a step, and which only how it is shown. A step follows its imports: what computes is
 * hashed apart from what presents (`*_report.ts`, helpers/charts, the terminal), comments and types left out, so that a
 * mended kernel makes a table stale, a comment nothing, and another colour only draws the report again.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { writeFileAtomic } from './files.ts';

export const PROJECT_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Files that show results and decide none. */
const PRESENTS = /_report\.ts$|^helpers\/(charts\/|run\/console\.ts$)/;
/** Files that decide neither: what a step asks of the cluster, and the machinery that opens, locks, commits and explains. */
const DECIDES_NOTHING =
  /^helpers\/(pipeline|step\/.*|run\/(code|command|env|lock|manifest|pipeline_runner|plan_graph|scratch|script|side_by_side|slurm_job|spelling|stop|transaction|whole_commands))\.ts$/;
/**
 * Whoever reaches a kernel, or what runs kernels, runs the WebAssembly sources, which nobody imports, by way of the executor,
 * which the runtime hands in.
 */
const RUNS_KERNELS = /^helpers\/(parallel\/executor\.ts|kernels\/[^/]+\/.+\.ts)$/;
const EXECUTOR = 'helpers/parallel/executor.ts';
const KERNELS_FOLDER = 'helpers/kernels';
const KERNEL_SOURCE = /\.as\.ts$/;
const KERNEL_BINARY = /\.wasm$/;
/** Code, and numbers that code reads beside it. */
const CODE_FILE = /\.(ts|mts|mjs|cjs|js|json)$/;
/** A string that may be the path of another file of ours. */
const RELATIVE_PATH = /["'`](\.{1,2}\/[^"'`\n]+)["'`]/g;
const HASH_LENGTH = 16;
const CACHE_FILE = join(PROJECT_ROOT, 'node_modules', '.cache', 'spyhop', 'code.json');
/** Entries beyond which the cache is begun anew. */
const CACHE_ENTRIES_MAX = 5000;

/** Hash of each file, by path below the project. */
type FileHashes = Readonly<Record<string, string>>;

export interface StepCode {
  /** Hash of all that computes. */
  readonly hash: string;
  /** The files that compute, each with its hash, for telling which one has changed. */
  readonly files: FileHashes;
  /** Hash of all that presents. */
  readonly presentHash: string;
  /** Whether the step can run kernels, so that the engine which runs them decides its bytes as well. */
  readonly hasKernels: boolean;
}

/** Code that goes by a name instead of its files: for benchmarks and tests. */
export function namedCode(hash: string): StepCode {
  return { hash, files: {}, presentHash: hash, hasKernels: false };
}

/** A file without comments and types: its hash, and the paths that stand in it. */
interface Stripped {
  readonly hash: string;
  readonly paths: readonly string[];
}

const cacheSchema = z.record(z.string(), z.object({ hash: z.string(), paths: z.array(z.string()) }));

function shortHash(...texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, HASH_LENGTH);
}

/** Stripped files by the hash of their text; kept between processes, because stripping 200 files takes half a second. */
class StripCache {
  private readonly entries: Map<string, Stripped>;
  private isChanged = false;

  constructor() {
    this.entries = new Map(Object.entries(StripCache.read()));
  }

  private static read(): z.infer<typeof cacheSchema> {
    try {
      return cacheSchema.parse(JSON.parse(readFileSync(CACHE_FILE, 'utf8')));
    } catch {
      // Not there yet, or of another version: everything is stripped anew.
      return {};
    }
  }

  async strip(path: string): Promise<Stripped> {
    const text = readFileSync(path, KERNEL_BINARY.test(path) ? 'latin1' : 'utf8');
    const key = shortHash(extname(path), text);
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const bare = await bareText(text, path);
    const paths = [...new Set([...bare.matchAll(RELATIVE_PATH)].map((match) => match[1]))];
    const stripped = { hash: shortHash(bare), paths };
    this.entries.set(key, stripped);
    this.isChanged = true;
    return stripped;
  }

  save(): void {
    if (!this.isChanged) return;
    const kept = [...this.entries].slice(-CACHE_ENTRIES_MAX);
    try {
      writeFileAtomic(CACHE_FILE, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // A read-only installation strips at every start.
    }
  }
}

/** TypeScript or JavaScript without comments, types and spare blanks, and without imports that only types use. */
async function withoutTypes(text: string, path: string): Promise<string> {
  const { transform } = await import('esbuild');
  const loader = path.endsWith('.ts') || path.endsWith('.mts') ? 'ts' : 'js';
  const { code } = await transform(text, { loader, minifyWhitespace: true, legalComments: 'none', target: 'es2022' });
  return code;
}

/** What of a file decides what it does. */
async function bareText(text: string, path: string): Promise<string> {
  if (KERNEL_BINARY.test(path) || path.endsWith('.json')) return text;
  return KERNEL_SOURCE.test(path) ? withoutComments(text) : withoutTypes(text, path);
}

/** AssemblyScript, whose decorators no other parser takes, without comments and spare blanks. */
function withoutComments(text: string): string {
  return text
    .replaceAll(
      /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
      (_, quoted?: string) => quoted ?? ' ',
    )
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** All WebAssembly sources below a folder, and what was built of them: an edited source that is not built yet does not run. */
function kernelFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => KERNEL_SOURCE.test(entry.name) || KERNEL_BINARY.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Every file of ours that can be reached from `start`, by path below the project. */
async function reach(
  root: string,
  start: string,
  cache: StripCache,
  isFollowed: (path: string) => boolean,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  let waiting = [start];
  while (waiting.length > 0) {
    const stripped = await Promise.all(
      waiting.map(async (path) => ({ path, ...(await cache.strip(join(root, path))) })),
    );
    const next = new Set<string>();
    for (const { path, hash, paths } of stripped) {
      hashes.set(path, hash);
      const reached = paths
        .map((specifier) => resolve(root, dirname(path), specifier))
        .filter((target) => CODE_FILE.test(target) && isFile(target));
      if (RUNS_KERNELS.test(path)) reached.push(join(root, EXECUTOR), ...kernelFiles(join(root, KERNELS_FOLDER)));
      for (const target of reached) next.add(relative(root, target));
    }
    waiting = [...next].filter((path) => !hashes.has(path) && isFollowed(path));
  }
  return hashes;
}

function hashAll(files: ReadonlyMap<string, string>): string {
  return shortHash(...[...files].sort(([a], [b]) => (a < b ? -1 : 1)).flat());
}

/**
 * The code of a step.
 * @param scriptPath path of its script, below the project
 * @param root folder of the project
 */
export async function readStepCode(scriptPath: string, root = PROJECT_ROOT): Promise<StepCode> {
  const cache = new StripCache();
  const decides = (path: string): boolean => !DECIDES_NOTHING.test(path);
  const computing = await reach(root, scriptPath, cache, (path) => decides(path) && !PRESENTS.test(path));
  const all = await reach(root, scriptPath, cache, decides);
  cache.save();
  const presenting = new Map([...all].filter(([path]) => !computing.has(path)));
  return {
    hash: hashAll(computing),
    files: Object.fromEntries([...computing].sort(([a], [b]) => (a < b ? -1 : 1))),
    presentHash: hashAll(presenting),
    hasKernels: [...computing.keys()].some((path) => RUNS_KERNELS.test(path)),
  };
}
