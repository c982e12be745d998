/**
 * The one owner of `process.env`. Imported before anything that reads the environment at load time (Polars fixes its
 * thread count when its library loads), so `--threads` is looked up on the command line here, early.
 */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseEnv } from 'node:util';

/** What .env may set: names of ours, and keys of the services that are asked. Others, such as NODE_OPTIONS, change programs. */
const OWN_NAME =
  /^(DATA_DIR|MODELS_DIR|THREADS|BUS_URL|STATE_URL|DATABASE_URL|SPYHOP_\w+|(POLYMARKET|KALSHI|DISCORD|TELEGRAM|OPENAI|ANTHROPIC|NEWS|NEWSAPI|ALPHA_VANTAGE|X|NBM|NWS|GRAPH|THEGRAPH|GOLDSKY|RABBITMQ|SMTP|SLACK)_\w+)$/;

if (existsSync('.env'))
  for (const [name, value] of Object.entries(parseEnv(readFileSync('.env', 'utf8'))))
    if (OWN_NAME.test(name)) process.env[name] ??= value;

function threadsAsked(): number {
  const argv = process.argv;
  const at = argv.findIndex((word) => word === '--threads' || word.startsWith('--threads='));
  const text = at < 0 ? undefined : argv[at].includes('=') ? argv[at].split('=')[1] : argv[at + 1];
  const asked = Number(text ?? process.env.SLURM_CPUS_PER_TASK ?? process.env.THREADS);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, 256) : availableParallelism();
}

/** Threads this process may use: `--threads`, else SLURM_CPUS_PER_TASK, else THREADS, else every core. */
export const nThreads: number = threadsAsked();
process.env.POLARS_MAX_THREADS ??= String(nThreads);

/** The value of an environment variable, or undefined when it is unset or empty. */
export function envValue(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

const KEY_NAME = /WEBHOOK|TOKEN|SECRET|PASSWORD|KEY(?!.*PATH)/;
const KEY_LENGTH_MIN = 8;

/** Values of variables whose names say that they are keys: no trace of a crash may show them. */
export function secretValues(): string[] {
  return Object.entries(process.env).flatMap(([name, value = '']) =>
    KEY_NAME.test(name) && value.length >= KEY_LENGTH_MIN ? [value] : [],
  );
}
