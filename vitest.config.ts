import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/** Two suites: `fast` runs on every change, `long` holds kills at every boundary and chaos. Real servers are shared. */
export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/support/not-run-reporter.ts'],
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.long.test.ts', 'node_modules/**'],
          pool: 'forks',
          // Modules are loaded once for all files of a worker: half of the time would go into loading them again.
          isolate: false,
          // More than this machine has cores: servers and clocks are waited for most of the time.
          maxWorkers: 4,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'long',
          include: ['test/**/*.long.test.ts'],
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 900_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
