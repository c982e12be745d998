import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['helpers/tests/**/*.test.ts'],
    exclude: ['helpers/tests/peers/**', 'helpers/tests/slurm/**', 'helpers/tests/browser/**'],
    env: { TZ: 'Pacific/Chatham' },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
});
