import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/random-seed.ts'],
    reporters: ['default', './test/support/count-reporter.ts'],
    // Processes, not threads: native modules, signals and the working folder belong to a process.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    allowOnly: process.env.CI !== 'true',
  },
});
