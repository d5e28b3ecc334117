import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

// More than this machine has cores: servers and clocks are waited for most of the time.
const soon = { pool: 'forks', maxWorkers: 4, testTimeout: 60_000, hookTimeout: 120_000 } as const;

/**
 * Two suites: `fast` runs on every change, `long` holds kills at every boundary and chaos. Real servers are shared. `apart`
 * belongs to `fast`: tests that put something in the place of a module, which only works before anybody has loaded it.
 */
export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/support/not-run-reporter.ts'],
    projects: [
      {
        test: {
          ...soon,
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{long,apart}.test.ts', 'node_modules/**'],
          // Modules are loaded once for all files of a worker: half of the time would go into loading them again.
          isolate: false,
        },
      },
      {
        test: {
          ...soon,
          name: 'apart',
          include: ['test/**/*.apart.test.ts'],
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
