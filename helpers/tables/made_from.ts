/** How a manifest names the tables that something was made from. */
import { hashValue } from '../run/files.ts';
import type { Manifest, ManifestInput } from '../run/manifest.ts';
import type { Table } from './table_store.ts';

/** Tables as a manifest lists them: a hash of the content, bytes and rows of each. */
export function manifestInputs(tables: readonly Table[]): ManifestInput[] {
  return tables.map(({ schema, manifest }) => ({
    path: schema.folder,
    sha256: hashValue(manifest.parts.map((part) => part.sha256)),
    bytes: manifest.parts.reduce((sum, part) => sum + part.bytes, 0),
    mtimeMs: Date.parse(manifest.endedAt),
    rows: manifest.rows,
    format: schema.name,
  }));
}

/** Whether what a manifest tells of was made from this very content of a table. */
export function isMadeFrom(manifest: Manifest, table: Table): boolean {
  const [{ path, sha256 }] = manifestInputs([table]);
  return manifest.inputs.some((input) => input.path === path && input.sha256 === sha256);
}
