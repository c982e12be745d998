/** One raw file, or a part of one, block by block. */
import { formatCount, type Log } from '../run/console.ts';
import { hashFile } from '../run/files.ts';
import type { ImportOptions } from './import_options.ts';
import type { FillReader } from './order_filled_fills.ts';
import type { RowBlock, RowSource } from './row_block.ts';
import { openRows } from './row_blocks.ts';
import type { Segment } from './segments.ts';
import { hashText } from './source.ts';

const IGNORED_NAMES_MAX = 12;

/** Reads files, and knows what it has passed over. */
export class BlockReader {
  private readonly ignoredColumns = new Set<string>();

  constructor(
    private readonly log: Log,
    private readonly options: Pick<ImportOptions, 'blockBytes'>,
  ) {}

  /**
   * Reads a file, or a part of it, block by block.
   * @returns its rows, and the SHA-256 of the whole file; of a part, only the first one looks at the whole file
   */
  async read(
    { file, range }: Segment,
    take: (block: RowBlock, source: RowSource) => void | Promise<void>,
    fills: FillReader | null = null,
  ): Promise<{ rows: number; sha256: string | null }> {
    const { path, adapter, format } = file;
    const source = await openRows(path, this.options.blockBytes, format, fills, range);
    if (adapter.kind !== 'blocks')
      for (const name of source.columns) if (format.nameOf(name) === null) this.ignoredColumns.add(name);
    let rows = 0;
    for await (const block of source.blocks) {
      rows += (block.rows?.length ?? block.frame.height) + block.rejects.length;
      await take(block, source);
    }
    this.log.note(`${path}: ${formatCount(rows)} rows${range === null ? '' : ' of its part'}, ${adapter.what}`);
    if (range === null) return { rows, sha256: source.digest() ?? hashFile(path) };
    return { rows, sha256: range.from === 0 ? await hashText(path) : null };
  }

  tellIgnoredColumns(): void {
    if (this.ignoredColumns.size === 0) return;
    const names = [...this.ignoredColumns].sort();
    const more = names.length > IGNORED_NAMES_MAX ? ` and ${names.length - IGNORED_NAMES_MAX} more` : '';
    this.log.note(`columns not used: ${names.slice(0, IGNORED_NAMES_MAX).join(', ')}${more}`);
  }
}
