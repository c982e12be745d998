/** The manifest beside every output: what made it, from what, with which code; written last, it means "done". */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isoTime, nowMs } from './clock.ts';
import { PROJECT_ROOT } from './code.ts';
import { InputError } from './errors.ts';
import { hashValue, jsonAs, readJson, writeJsonAtomic } from './files.ts';

export const MANIFEST_NAME = 'manifest.json';
const MANIFEST_VERSION = 1;

const partSchema = z.object({
  file: z.string(),
  rows: z.number(),
  bytes: z.number(),
  sha256: z.string(),
  minTsMs: z.number().nullable(),
  maxTsMs: z.number().nullable(),
});

const inputSchema = z.object({
  path: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  mtimeMs: z.number(),
  rows: z.number(),
  format: z.string(),
});

const manifestSchema = z.object({
  manifestVersion: z.literal(MANIFEST_VERSION),
  step: z.string(),
  fingerprint: z.string(),
  options: z.record(z.string(), z.unknown()),
  seed: z.number(),
  schemaHash: z.string(),
  inputs: z.array(inputSchema),
  rows: z.number(),
  parts: z.array(partSchema),
  rejects: z.record(z.string(), z.number()),
  metrics: z.record(z.string(), z.unknown()),
  code: z.object({
    commit: z.string(),
    dirty: z.boolean(),
    hash: z.string(),
    /** Hash of every file that decides the result; empty in manifests of the first versions. */
    files: z.record(z.string(), z.string()).default({}),
  }),
  /** What ran the kernels; null where none ran. */
  engine: z.string().nullable().default(null),
  /** Folder of the model that was made together with this, below the models folder; null without one. */
  model: z.string().nullable().default(null),
  versions: z.record(z.string(), z.string()),
  host: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  wallMs: z.number(),
  peakMemoryMib: z.number(),
  /** Hash of all the rest; empty in manifests of the first versions. */
  digest: z.string().default(''),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestPart = z.infer<typeof partSchema>;
export type ManifestInput = z.infer<typeof inputSchema>;

/** The parts of a manifest that a step supplies; the rest is filled in from the machine. */
export type ManifestBody = Pick<
  Manifest,
  'step' | 'fingerprint' | 'options' | 'seed' | 'schemaHash' | 'inputs' | 'rows' | 'parts' | 'rejects' | 'metrics'
> & {
  codeHash: string;
  codeFiles?: Readonly<Record<string, string>>;
  engine?: string | null;
  model?: string | null;
  startedMs: number;
};

/** The manifest of an output folder, or null when there is none. A broken one is an error, never "none". */
export function readManifest(folder: string): Manifest | null {
  const path = join(folder, MANIFEST_NAME);
  if (!existsSync(path)) return null;
  const hint = `delete ${folder} and run the step that writes it again`;
  const given = readJson(path);
  const manifest = jsonAs(given, path, manifestSchema, 'a manifest of this version', hint);
  if (manifest.digest !== '' && manifest.digest !== digestOf(given))
    throw new InputError('corrupt-file', `${path} has been damaged or edited (its digest differs)`, hint);
  return manifest;
}

/** Hash of a manifest without its digest, as it reads from the disk. */
function digestOf(manifest: unknown): string {
  const { digest, ...rest } = JSON.parse(JSON.stringify(manifest)) as Record<string, unknown>;
  return hashValue(rest);
}

/** Peak resident memory of this process so far, in MiB. */
export function peakMemoryMib(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

type Revision = Pick<Manifest['code'], 'commit' | 'dirty'>;

let revision: Revision | null = null;

/**
 * The commit that this process runs, and whether files differ from it. Asked of git once, best at the start: starting
 * another program takes a process of 2 GiB 40 ms.
 */
export function codeRevision(): Revision {
  revision ??= askRevision();
  return revision;
}

function askRevision(): Revision {
  try {
    const lines = execFileSync('git', ['status', '--porcelain=v2', '--branch'], {
      cwd: PROJECT_ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split('\n');
    const commit = /^# branch\.oid ([0-9a-f]+)$/.exec(lines[0])?.[1];
    return { commit: commit ?? 'unknown', dirty: lines.some((line) => !line.startsWith('#')) };
  } catch {
    return { commit: 'unknown', dirty: true };
  }
}

const packageSchema = z.object({ version: z.string() });

function packageVersion(path: string): string {
  return packageSchema.parse(readJson(path)).version;
}

let versions: Manifest['versions'] | null = null;

/**
 * Versions of what decides bytes beside our code: Node, Polars (it hashes fill ids and writes Parquet), Spyhop. Read once.
 * No fingerprint holds them, so that another version makes no table stale.
 */
function softwareVersions(): Manifest['versions'] {
  versions ??= {
    node: process.version,
    'nodejs-polars': packageVersion(createRequire(import.meta.url).resolve('nodejs-polars/package.json')),
    spyhop: packageVersion(join(PROJECT_ROOT, 'package.json')),
  };
  return versions;
}

/** A manifest made whole: what the step supplies, and what the machine tells. */
export function composeManifest(body: ManifestBody): Manifest {
  const { codeHash, codeFiles = {}, engine = null, model = null, startedMs, ...rest } = body;
  const endedMs = nowMs();
  const manifest = {
    manifestVersion: MANIFEST_VERSION as typeof MANIFEST_VERSION,
    ...rest,
    code: { ...codeRevision(), hash: codeHash, files: { ...codeFiles } },
    engine,
    model,
    versions: softwareVersions(),
    host: hostname(),
    startedAt: isoTime(startedMs),
    endedAt: isoTime(endedMs),
    wallMs: endedMs - startedMs,
    peakMemoryMib: peakMemoryMib(),
  };
  return { ...manifest, digest: digestOf(manifest) };
}

/** Writes the manifest as the last act of a step. */
export function writeManifest(folder: string, body: ManifestBody): Manifest {
  const manifest = composeManifest(body);
  writeJsonAtomic(join(folder, MANIFEST_NAME), manifest);
  return manifest;
}
