import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Suites that need more than npm; each has a script of its own (`npm run test:peers`, …). */
const OTHERS = ['peers', 'real_slurm', 'browser', 'brokers'] as const;
/** Kills at many moments, full disks, long chains of draws: minutes that not every run of the tests needs (`npm run test:long`). */
const LONG = 'helpers/tests/**/*.long.test.ts';
/** Numbered scripts as processes of their own, one after another; each of these costs a second before it begins (`npm run test:scripts`). */
const SCRIPTS = 'helpers/tests/**/*scripts.test.ts';
/** Any machine, any time zone. */
const UNIT = {
  env: { TZ: 'Pacific/Chatham' },
  // A worker loads a module once for all of its files (40 of 450 s of CPU); tests put back what they change.
  isolate: false,
  setupFiles: ['helpers/tests/property_seed.ts'],
  testTimeout: 180_000,
  hookTimeout: 240_000,
};

function suite(name: (typeof OTHERS)[number], test: object) {
  return { test: { name, include: [`helpers/tests/${name}/**/*.test.ts`], ...test } };
}

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['helpers/tests/**/*.test.ts'],
          exclude: [LONG, SCRIPTS, ...OTHERS.map((name) => `helpers/tests/${name}/**`)],
          maxWorkers: 3,
          ...UNIT,
        },
      },
      { test: { name: 'scripts', include: [SCRIPTS], maxWorkers: 3, ...UNIT } },
      { test: { name: 'long', include: [LONG], maxWorkers: 2, ...UNIT } },
      suite('peers', { testTimeout: 300_000, hookTimeout: 300_000 }),
      suite('real_slurm', {
        globalSetup: ['helpers/tests/real_slurm/global_setup.ts'],
        maxWorkers: 2,
        testTimeout: 300_000,
        hookTimeout: 300_000,
      }),
      suite('brokers', {
        globalSetup: ['helpers/tests/brokers/global_setup.ts'],
        maxWorkers: 1,
        testTimeout: 120_000,
        hookTimeout: 240_000,
      }),
      suite('browser', { testTimeout: 60_000, hookTimeout: 120_000 }),
    ],
  },
});
