/**
 * `npm run bench -- <suite> [options]`: runs one benchmark suite against its rivals. Suites are ml.ts, etl.ts, …, each
 * exporting `runSuite(args)`; the last line printed is one JSON object.
 */
import { readdirSync } from 'node:fs';
import { InputError } from '../run/errors.ts';

interface Suite {
  readonly runSuite: (args: readonly string[]) => Promise<void>;
}

const [suite, ...args] = process.argv.slice(2);
const suites = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.ts') && file !== 'bench.ts')
  .map((file) => file.slice(0, -3));
if (suite === undefined || !suites.includes(suite)) {
  process.stderr.write(`usage: npm run bench -- ${suites.join('|')} [--only a,b] [--rows n] [--repeat n]\n`);
  process.exitCode = 2;
} else {
  const { runSuite } = (await import(new URL(`./${suite}.ts`, import.meta.url).href)) as Suite;
  try {
    await runSuite(args);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`error: ${error.message}\nhint:  ${error.hint}\n`);
    process.exitCode = 2;
  }
}
