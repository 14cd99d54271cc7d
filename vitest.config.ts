import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/support/slow-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/random-seed.ts'],
    reporters: ['default', './test/support/count-reporter.ts'],
    // Processes, not threads: native modules, signals and the working folder belong to a process.
    pool: 'forks',
    // They wait for programs that they start. More than four would want more connections than a PostgreSQL has.
    maxWorkers: Math.min(4, Math.max(2, availableParallelism())),
    sequence: { sequencer: SlowFirst },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    allowOnly: process.env.CI !== 'true',
  },
});
