/** The parts of the README that are made from the code: the pipeline's table, the formats, the data dictionary. */
import { STEPS } from '../pipeline.ts';
import type { Column, TableSchema } from '../tables/schema.ts';
import { TABLES, WALLET_PROFILES } from '../tables/schemas.ts';
import { ADAPTERS } from '../venues/formats.ts';

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), `|${header.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function pipelineTable(): string {
  return markdownTable(
    ['script', 'name', 'answers', 'reads', 'writes', 'memory to ask for at 100 M fills'],
    STEPS.map((step) => [
      `\`${step.script}\``,
      `\`${step.id}\``,
      step.question,
      step.reads.join(', '),
      step.writes.join(', '),
      `${step.memoryMib / 1024} GiB`,
    ]),
  );
}

/** Columns of a table that are not told of already, in the section of the profiles that it contains. */
function ownColumns(schema: TableSchema): readonly Column[] {
  const isProfile = ({ name }: Column): boolean => WALLET_PROFILES.columns.some((column) => column.name === name);
  const hasProfiles = WALLET_PROFILES.columns.every(({ name }) =>
    schema.columns.some((column) => column.name === name),
  );
  return schema === WALLET_PROFILES || !hasProfiles ? schema.columns : schema.columns.filter((c) => !isProfile(c));
}

function dictionaryOf(schema: TableSchema): string {
  const own = ownColumns(schema);
  const rows = own.map((c) => [
    `\`${c.name}\``,
    c.type + (c.nullable ? ', may be null' : ''),
    c.unit,
    c.class === 'key' ? '' : c.class,
    c.meaning,
  ]);
  const table = own.length === 0 ? [] : [markdownTable(['column', 'type', 'unit', 'class', 'meaning'], rows)];
  const others = own.length < schema.columns.length ? [`With the columns of \`${WALLET_PROFILES.folder}\`.`] : [];
  return [`#### \`${schema.folder}\``, [schema.what, ...others].join(' '), ...table].join('\n\n');
}

function formatsTable(): string {
  return markdownTable(
    ['--format', 'what', 'recognised by'],
    ADAPTERS.map((adapter) => [`\`${adapter.format}\``, adapter.what, adapter.required.join(', ')]),
  );
}

/** Section name (as in the README's markers) to its text. */
const README_SECTIONS: Readonly<Record<string, () => string>> = {
  pipeline: pipelineTable,
  formats: formatsTable,
  dictionary: () => TABLES.map(dictionaryOf).join('\n\n'),
};

/**
 * The README with its generated sections renewed: each stands between `<!-- name:begin -->` and `<!-- name:end -->`.
 * Throws when a marker is missing.
 */
export function renewReadme(text: string): string {
  return Object.entries(README_SECTIONS).reduce((result, [name, make]) => {
    const pattern = new RegExp(`(<!-- ${name}:begin -->)[\\s\\S]*?(<!-- ${name}:end -->)`);
    if (!pattern.test(result)) throw new Error(`README.md lacks the markers of section ${name}`);
    return result.replace(pattern, (_, begin: string, end: string) => `${begin}\n${make()}\n\n${end}`);
  }, text);
}
