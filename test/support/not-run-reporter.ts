import type { Reporter, TestModule, Vitest } from 'vitest/node';

/** Lists at the end what was not run and why, so that nobody takes a skipped test for a passed one. */
export default class NotRunReporter implements Reporter {
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#isFiltered) return;
    const lines = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => {
        const result = test.result();
        const why = result.state === 'skipped' && result.note !== undefined ? result.note : 'no reason given';
        return `  ${module.relativeModuleId}: ${test.fullName}: ${why}`;
      }),
    );
    if (lines.length > 0) process.stdout.write(`NOT RUN (${lines.length}):\n${lines.join('\n')}\n`);
  }
}
