/** What a presenter sees when its step has run: tables that the real store wrote, and facts as they come back from a manifest. */
import { join } from 'node:path';
import { type Block, type ReportSection, sectionSchema } from '../../charts/section.ts';
import type { DataFrame } from '../../polars/polars.ts';
import type { Presentation, PresentView, SectionPlace } from '../../step/contract.ts';
import { decodeFacts, encodeFacts } from '../../step/facts.ts';
import type { TableSchema } from '../../tables/schema.ts';
import { openTable, readTable, TableWriter } from '../../tables/table_store.ts';
import { commit, newFolder } from '../features/tables.ts';

/** Facts after a year in a manifest. */
export function stored<F>(facts: F): F {
  return decodeFacts(JSON.parse(JSON.stringify(encodeFacts(facts))));
}

/** A view of these tables, in a folder that removeFolders() removes. */
export function viewOf<C>(settings: C, ...tables: readonly (readonly [TableSchema, DataFrame])[]): PresentView<C> {
  const dataDir = newFolder();
  for (const [schema, frame] of tables) {
    const writer = new TableWriter(dataDir, schema);
    writer.addPart(schema.name, frame, null);
    commit(writer);
  }
  return {
    settings,
    dataDir,
    modelsDir: join(dataDir, 'models'),
    modelFolder: null,
    read: (schema) => readTable(openTable(dataDir, schema)),
    open: (schema) => openTable(dataDir, schema),
  };
}

/** The section that a presentation makes, checked as the report checks it. */
export function sectionOf(place: SectionPlace, { blocks = [], limits, dataWindow }: Presentation): ReportSection {
  return sectionSchema.parse({ ...place, blocks, limits, dataWindow });
}

const N_WORDS_MAX = 25;

/** Boxes of a section that are more than one sentence, or longer than a sentence may be. */
export function longVerdicts(blocks: readonly Block[]): string[] {
  const texts = blocks.flatMap((block) => (block.kind === 'verdict' ? [block.text] : []));
  const nWords = (text: string): number => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
  return texts.filter((text) => /[.!?]\s/.test(text) || nWords(text) > N_WORDS_MAX);
}
