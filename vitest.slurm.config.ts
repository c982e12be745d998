import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['helpers/tests/slurm/**/*.test.ts'],
    globalSetup: ['helpers/tests/slurm/global_setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
