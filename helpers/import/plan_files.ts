/** Which files are new, what each is, and the order to read them in. */

import { hashFile } from '../run/files.ts';
import type { ManifestInput } from '../run/manifest.ts';
import type { Adapter } from '../venues/adapter.ts';
import { recogniseFormat } from '../venues/formats.ts';
import { openRows } from './row_blocks.ts';
import { statOf } from './source.ts';

/** Bytes read to see a file's columns. */
const PEEK_BYTES = 1 << 16;
export interface PlannedFile {
  readonly path: string;
  readonly adapter: Adapter;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Files that were not imported before: not the same path, size and time, and not the same content. */
export function newFiles(paths: readonly string[], known: readonly ManifestInput[], force: boolean): string[] {
  if (force) return [...paths];
  const byPath = new Map(known.map((input) => [input.path, input]));
  const knownSizes = new Set(known.map((input) => input.bytes));
  const knownHashes = new Set(known.map((input) => input.sha256));
  return paths.filter((path) => {
    const { bytes, mtimeMs } = statOf(path);
    const old = byPath.get(path);
    if (old !== undefined && old.bytes === bytes && old.mtimeMs === mtimeMs) return false;
    return !(knownSizes.has(bytes) && knownHashes.has(hashFile(path)));
  });
}

async function planFile(path: string, format: string | null): Promise<PlannedFile> {
  const source = await openRows(path, PEEK_BYTES, null);
  await source.close();
  return { path, adapter: recogniseFormat(path, source.columns, format), ...statOf(path) };
}

function needsBlocks({ adapter }: PlannedFile): boolean {
  return adapter.kind === 'trades' && adapter.needsBlocks === true;
}

/**
 * Plans the files to read: the new ones, and, when one of them tells block numbers only, the block files among those named
 * although they were read before.
 */
export async function planFiles(fresh: readonly string[], paths: readonly string[], format: string | null) {
  const planned: PlannedFile[] = [];
  for (const path of fresh) planned.push(await planFile(path, format));
  if (!planned.some(needsBlocks)) return planned;
  for (const path of paths.filter((name) => !fresh.includes(name))) {
    const known = await planFile(path, null);
    if (known.adapter.kind === 'blocks') planned.push(known);
  }
  return planned;
}

/** Files that name token and market first, then those that name tokens, so that the others find their tokens known. */
export function inReadingOrder(files: readonly PlannedFile[]): PlannedFile[] {
  const rank = ({ adapter }: PlannedFile): number => (adapter.kind === 'trades' ? adapter.identifierRank : 0);
  return [...files].sort((a, b) => rank(a) - rank(b));
}
