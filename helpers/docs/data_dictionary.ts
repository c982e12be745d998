/** The data dictionary: every table with its columns, made from the schemas. */
import { STEPS } from '../pipeline.ts';
import type { Column, TableSchema } from '../tables/schema.ts';
import { TABLES, WALLET_PROFILES } from '../tables/schemas.ts';
import { headingAnchor, markdownTable } from './markdown.ts';

export const DICTIONARY_PATH = 'helpers/docs/data_dictionary.md';

const INTRODUCTION = `# Data dictionary

Every table of the project and every column of it. Each table is a folder of Parquet files below the data folder (\`--data-dir\`), with
a \`manifest.json\` that says what made it. This page is made from the schemas in \`helpers/tables/\` by \`npm run docs\`: change it there.

**T** is the time that a table is made for (\`--as-of\`). Nothing that happened at T or later is used. A **fill** is one row of a trade: one wallet, one
price. More terms: [glossary](glossary.md).

A **class** says what a column is about, because models choose their columns by it:

| class | the column says |
|---|---|
| (empty) | what the row is: keys, times, scores of a model |
| behavioural | what the wallet does: how often, when, where |
| money | how much it pays |
| outcome | how it ended, or what a method concluded; never used to predict an ending |
| market | what the market is |

## Tables`;

/** A link to the section of a table, as it stands in the dictionary itself. */
function sectionLink(folder: string): string {
  return `[\`${folder}\`](#${headingAnchor(folder)})`;
}

/** A link to the section of a table from a file at the top of the project. */
export function dictionaryLink(folder: string): string {
  return TABLES.some((schema) => schema.folder === folder)
    ? `[${folder}](${DICTIONARY_PATH}#${headingAnchor(folder)})`
    : folder;
}

/** Columns of a table that are its own: those of the profiles are described once, in the section of the profiles. */
function ownColumns(schema: TableSchema): readonly Column[] {
  const profileNames = new Set(WALLET_PROFILES.columns.map(({ name }) => name));
  const names = new Set(schema.columns.map(({ name }) => name));
  const hasProfiles = [...profileNames].every((name) => names.has(name));
  return schema === WALLET_PROFILES || !hasProfiles
    ? schema.columns
    : schema.columns.filter(({ name }) => !profileNames.has(name));
}

function scriptName(script: string): string {
  return script.split('/')[1];
}

/** Which script makes a table and which read it. */
function usedBy(schema: TableSchema): string {
  const readers = STEPS.filter((step) => step.reads.includes(schema.folder)).map(({ script }) => scriptName(script));
  const reads =
    readers.length === 0 ? 'No later step reads it.' : `Read by ${readers.map((r) => `\`${r}\``).join(', ')}.`;
  return `Made by \`${schema.madeBy}\`. ${reads}`;
}

function columnRow(column: Column): string[] {
  return [
    `\`${column.name}\``,
    column.type + (column.nullable ? ', may be null' : ''),
    column.unit,
    column.class === 'key' ? '' : column.class,
    column.meaning,
  ];
}

function tableSection(schema: TableSchema): string {
  const own = ownColumns(schema);
  const others =
    own.length < schema.columns.length ? [`It also has all columns of ${sectionLink(WALLET_PROFILES.folder)}.`] : [];
  const table =
    own.length === 0 ? [] : [markdownTable(['column', 'type', 'unit', 'class', 'meaning'], own.map(columnRow))];
  return [`## \`${schema.folder}\``, schema.what, usedBy(schema), ...others, ...table].join('\n\n');
}

/** The whole page: an index with a link per table, then one section per table. */
export function dataDictionary(): string {
  const index = markdownTable(
    ['table', 'columns', 'what it holds'],
    TABLES.map((schema) => [sectionLink(schema.folder), String(schema.columns.length), schema.what]),
  );
  return `${[INTRODUCTION, index, ...TABLES.map(tableSection)].join('\n\n')}\n`;
}
