import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

test('.env sets names of ours that the environment has not, and nothing that changes programs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-env-'));
  writeFileSync(
    join(folder, '.env'),
    'DATA_DIR=here\nTHREADS=3\nDISCORD_WEBHOOK_URL=secret\nNODE_OPTIONS=--no-warnings\nPATH=/nowhere\nLD_PRELOAD=x\n',
  );
  const names = ['DATA_DIR', 'THREADS', 'DISCORD_WEBHOOK_URL', 'NODE_OPTIONS', 'LD_PRELOAD'];
  const program = `await import(${JSON.stringify(resolve('helpers/run/env.ts'))});
    console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? null)));
    console.log(process.env.PATH === '/nowhere');`;
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const output = execFileSync(
    process.execPath,
    ['--import', resolve('node_modules/tsx/dist/loader.mjs'), '--input-type=module', '--eval', program],
    { cwd: folder, env: { ...inherited, THREADS: '2' }, encoding: 'utf8' },
  );
  expect(output).toBe('["here","2","secret",null,null]\nfalse\n');
  rmSync(folder, { recursive: true, force: true });
});
