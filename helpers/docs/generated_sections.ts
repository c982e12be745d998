/** The parts of the READMEs that are made from the code; each stands between `<!-- name:begin -->` and `<!-- name:end -->`. */
import { STEPS } from '../pipeline.ts';
import { ADAPTERS } from '../venues/formats.ts';
import { dictionaryLink } from './data_dictionary.ts';
import { markdownTable } from './markdown.ts';

function pipelineTable(): string {
  const links = (folders: readonly string[]): string => folders.map(dictionaryLink).join(', ');
  return markdownTable(
    ['script', 'name', 'answers', 'reads', 'writes', 'memory to ask for at 100 M fills'],
    STEPS.map((step) => [
      `\`${step.script}\``,
      `\`${step.id}\``,
      step.question,
      step.reads.join(', '),
      links(step.writes),
      `${step.memoryMib / 1024} GiB`,
    ]),
  );
}

function formatsTable(): string {
  return markdownTable(
    ['--format', 'what', 'recognised by'],
    ADAPTERS.map((adapter) => [`\`${adapter.format}\``, adapter.what, adapter.required.join(', ')]),
  );
}

/** File to its sections: name (as in the markers) to what makes the text. */
export const GENERATED_SECTIONS: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'README.md': { pipeline: pipelineTable, formats: formatsTable },
};

/**
 * The text of `path` with its generated sections renewed.
 * @throws Error when a marker is missing
 */
export function renewSections(path: string, text: string): string {
  return Object.entries(GENERATED_SECTIONS[path]).reduce((result, [name, make]) => {
    const pattern = new RegExp(`(<!-- ${name}:begin -->)[\\s\\S]*?(<!-- ${name}:end -->)`);
    if (!pattern.test(result)) throw new Error(`${path} lacks the markers of section ${name}`);
    return result.replace(pattern, (_, begin: string, end: string) => `${begin}\n${make()}\n\n${end}`);
  }, text);
}
