import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { headingAnchor } from '../../docs/markdown.ts';
import { helpOptions, shownCommands } from './readme_commands.ts';

const WORDS_MAX = 2800;
const CHAPTERS = readdirSync('.').filter((name) => /^[1-6]_/.test(name));
const READMES = ['README.md', ...[...CHAPTERS, 'slurm', 'models'].map((folder) => `${folder}/README.md`)];
const PAGES = [...READMES, 'helpers/docs/glossary.md', 'helpers/docs/data_dictionary.md'];
/** Scripts with --help; anything else would do its work instead of telling its options. */
const WITH_HELP = /^([1-6]_\w+|slurm)\//;
const SBATCH_OPTIONS = ['chdir', 'output'];

const textOf = new Map(PAGES.map((path) => [path, readFileSync(path, 'utf8')]));

/** Anchors of the headings of a page. */
function anchorsOf(path: string): Set<string> {
  const headings = [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => headingAnchor(heading));
  return new Set(headings);
}

/** Links of a page that lead nowhere. */
function brokenLinks(path: string): string[] {
  const targets = [...textOf.get(path)!.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
  return targets.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const [file, anchor] = target.split('#');
    const aim = file === '' ? path : normalize(join(dirname(path), file));
    return !existsSync(aim) || (anchor !== undefined && !anchorsOf(aim).has(anchor));
  });
}

describe('README.md', () => {
  const readme = textOf.get('README.md')!;

  it(`has at most ${WORDS_MAX} words, as wc -w counts them`, () => {
    expect(readme.split(/\s+/).filter((word) => word !== '').length).toBeLessThanOrEqual(WORDS_MAX);
  });

  it('names every folder of helpers/ in its tree', () => {
    const tree = /^## The tree\n([\s\S]*?)^## /m.exec(readme)![1];
    const folders = readdirSync('helpers', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(
      folders.map(({ name }) => name).filter((name) => !tree.includes(`  ${name}/`) && !tree.includes(` ${name}/ `)),
    ).toEqual([]);
  });

  it('names only files that exist in its recipes for developers', () => {
    const recipes = readme.slice(readme.indexOf('## For developers'));
    const paths = [...recipes.matchAll(/`((?:helpers|[1-6]_\w+)\/[\w./-]+)`/g)].map(([, path]) => path);
    expect(paths.length).toBeGreaterThan(8);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
    const besides = [...recipes.matchAll(/`(\w+\.ts)`/g)].map(([, name]) => name);
    const rooms = ['helpers/features/wallets', 'helpers/features/trades', 'helpers/venues/polymarket'];
    expect(besides.filter((name) => !rooms.some((room) => existsSync(`${room}/${name}`)))).toEqual([]);
  });

  it('links every other README, the data dictionary and the glossary', () => {
    for (const path of PAGES.slice(1)) expect(readme).toContain(`(${path}`);
  });
});

describe('the pages', () => {
  it.each(CHAPTERS)('%s has a README that names each of its scripts', (chapter) => {
    const scripts = readdirSync(chapter).filter((name) => name.endsWith('.ts'));
    expect(scripts.filter((name) => !textOf.get(`${chapter}/README.md`)!.includes(name))).toEqual([]);
  });

  it.each(PAGES)('%s has no link that leads nowhere', (path) => {
    expect(brokenLinks(path)).toEqual([]);
  });
});

describe('the commands in the READMEs', () => {
  const commands = READMES.flatMap((path) => shownCommands(textOf.get(path)!).map((command) => ({ path, ...command })));
  const options = new Map<string, Set<string>>();

  beforeAll(async () => {
    const scripts = new Set(
      commands.flatMap(({ script }) =>
        script !== null && WITH_HELP.test(script) && existsSync(script) ? [script] : [],
      ),
    );
    await Promise.all([...scripts].map(async (script) => options.set(script, await helpOptions(script))));
  });

  it('run programs, npm scripts and files that exist', () => {
    expect(commands.length).toBeGreaterThan(30);
    expect(commands.filter(({ fault }) => fault !== null)).toEqual([]);
    expect(commands.filter(({ script }) => script !== null && !existsSync(script))).toEqual([]);
  });

  it('give only options that the script knows', () => {
    const unknown = commands.flatMap(({ path, text, script, options: given }) =>
      given
        .filter((name) => script !== null && options.has(script) && name !== 'help' && !options.get(script)!.has(name))
        .map((name) => `${path}: ${text}: --${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it('go with a text that names only options of these scripts, or keys of an option in the code', () => {
    const sources = ['helpers', ...CHAPTERS].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.startsWith('tests'))
        .map((name) => readFileSync(join(folder, name), 'utf8')),
    );
    const keys = sources.flatMap((text) =>
      [...text.matchAll(/(?<=[\s'{])([\w-]+)'?: (?:\{|option\.)/g)].map(([, key]) => key),
    );
    const known = new Set([...keys, ...[...options.values()].flatMap((names) => [...names]), ...SBATCH_OPTIONS]);
    const named = READMES.flatMap((path) =>
      [...textOf.get(path)!.matchAll(/`--([\w-]+)/g)].map(([, name]) => ({ path, name })),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ name }) => !known.has(name))).toEqual([]);
  });
});

describe('shownCommands', () => {
  it('reads the lines of a shell block and the commands in the text, with their options', () => {
    const text =
      'Say `npm start -- --only 04`.\n\n```sh\nnpm ci && npm test   # all\nnpx tsx slurm/submit.ts --data=raw/ --dry-run\n```\n';
    expect(shownCommands(text)).toMatchObject([
      { text: 'npm ci', script: null, options: [], fault: null },
      { text: 'npm test', script: null, options: [], fault: null },
      {
        text: 'npx tsx slurm/submit.ts --data=raw/ --dry-run',
        script: 'slurm/submit.ts',
        options: ['data', 'dry-run'],
      },
      { text: 'npm start -- --only 04', script: '5_live_inference/14_master_pipeline.ts', options: ['only'] },
    ]);
  });

  it('finds the script behind an sbatch file, and tells its options from those of sbatch', () => {
    expect(shownCommands('`sbatch --array=1-8 slurm/03_kmeans_baseline.sbatch --clusters 3`')).toMatchObject([
      { script: '2_unsupervised_discovery/03_kmeans_baseline.ts', options: ['clusters'] },
    ]);
  });

  it('says what is wrong with an npm script or a program that is not there', () => {
    const faults = shownCommands('```sh\nnpm run nothing\nfrobnicate data\n```\n').map(({ fault }) => fault);
    expect(faults).toEqual(['package.json has no script nothing', 'frobnicate is no known program']);
  });
});
