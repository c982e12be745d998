/** The parts of the READMEs that are made from the code; each stands between `<!-- name:begin -->` and `<!-- name:end -->`. */
import { STEPS, type Step } from '../pipeline.ts';
import { tableRequest } from '../slurm/resources.ts';
import { sbatchPath } from '../slurm/sbatch_files.ts';
import { ADAPTERS } from '../venues/formats.ts';
import { dictionaryLink } from './data_dictionary.ts';
import { markdownTable } from './markdown.ts';

const MIB_PER_GIB = 1024;

function scriptLink({ script }: Step): string {
  return `[${script.split('/')[1].replace(/\.ts$/, '')}](${script})`;
}

/** Every step: its question and, with a link to their columns, the tables it writes. */
function pipelineTable(): string {
  return markdownTable(
    ['script', 'name', 'answers', 'writes'],
    STEPS.map((step) => [
      scriptLink(step),
      `\`${step.id}\``,
      step.question,
      [...step.writes.map(dictionaryLink), ...(step.savesModel ? ['a model'] : [])].join(', '),
    ]),
  );
}

/** What the sbatch file of every step asks for. */
function requestsTable(): string {
  return markdownTable(
    ['sbatch file', 'name', 'cores', 'memory', 'time limit'],
    STEPS.map((step) => {
      const { cpus, memoryMib, minutes } = tableRequest(step);
      return [
        `\`${sbatchPath(step)}\``,
        `\`${step.id}\``,
        String(cpus),
        `${memoryMib / MIB_PER_GIB} GiB`,
        `${minutes} min`,
      ];
    }),
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
  'README.md': { pipeline: pipelineTable },
  '1_data_pipeline/README.md': { formats: formatsTable },
  'slurm/README.md': { requests: requestsTable },
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
