/**
 * `npm run bench -- <suite> [options]`: runs one benchmark suite against its rivals. Suites are ml.ts, etl.ts, …, each
 * exporting `runSuite(args)`; the last line printed is one JSON object.
 */
import { readdirSync } from 'node:fs';
import { InputError } from '../run/errors.ts';
import { runCommand } from '../run/script.ts';

interface Suite {
  readonly runSuite: (args: readonly string[]) => Promise<void>;
}

await runCommand(async () => {
  const [suite, ...args] = process.argv.slice(2);
  const suites = readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith('.ts') && file !== 'bench.ts')
    .map((file) => file.slice(0, -3));
  if (suite === undefined || !suites.includes(suite))
    throw new InputError(
      'bad-option',
      suite === undefined ? 'no suite is named' : `there is no suite ${suite}`,
      `npm run bench -- ${suites.join('|')} [--only a,b] [--rows n] [--repeat n]`,
    );
  const { runSuite } = (await import(new URL(`./${suite}.ts`, import.meta.url).href)) as Suite;
  await runSuite(args);
  return 'done';
});
