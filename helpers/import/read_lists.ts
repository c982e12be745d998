/** Lists of markets into the registry, and the times of blocks: what must be known before trades are read. */
import type { MarketAdapter, WireRow } from '../venues/adapter.ts';
import { MarketValues } from '../venues/values/market_values.ts';
import { BlockTimes } from './block_times.ts';
import type { ImportOptions } from './import_options.ts';
import type { MarketRegistry } from './market_registry.ts';
import type { PlannedFile } from './plan_files.ts';
import type { BlockReader } from './read_file.ts';
import { NOTHING_READ, type ReadCounts, type ReadFile } from './reading.ts';
import type { RejectFiles } from './reject_files.ts';
import type { Reject } from './row_block.ts';
import { wholeFile } from './segments.ts';

export interface Lists {
  readonly files: readonly ReadFile[];
  readonly blockTimes: BlockTimes;
  readonly counts: ReadCounts;
}

/** Reads the files of markets among those planned, then those of blocks. */
export async function readLists(
  planned: readonly PlannedFile[],
  reader: BlockReader,
  { context }: Pick<ImportOptions, 'context'>,
  registry: MarketRegistry,
  rejects: RejectFiles,
): Promise<Lists> {
  const values = new MarketValues(context.timeZone);
  const blockTimes = new BlockTimes();
  const files: ReadFile[] = [];
  const ofKind = (kind: 'markets' | 'blocks') =>
    [...planned.entries()].filter(([, { adapter }]) => adapter.kind === kind);
  for (const [source, file] of ofKind('markets')) {
    const adapter = file.adapter as MarketAdapter;
    const { rows, sha256 } = await reader.read(wholeFile(file, source), (block) => {
      const bad: Reject[] = [...block.rejects];
      for (const row of block.rows ?? (block.frame.toRecords() as WireRow[])) {
        const market = adapter.market(row, values);
        if (typeof market === 'string') bad.push({ reason: market, text: JSON.stringify(row) });
        else registry.addRow(market, adapter);
      }
      rejects.add(file.path, bad);
    });
    files.push({ ...file, rows, sha256: sha256! });
  }
  for (const [source, file] of ofKind('blocks')) {
    const { rows, sha256 } = await reader.read(wholeFile(file, source), ({ frame, rejects: bad }) => {
      rejects.add(file.path, bad);
      blockTimes.add(frame);
    });
    files.push({ ...file, rows, sha256: sha256! });
  }
  const { nNaiveTimes, nImpossibleTimes } = values;
  return { files, blockTimes, counts: { ...NOTHING_READ, nNaiveTimes, nImpossibleTimes } };
}
