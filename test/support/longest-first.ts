import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that hand one adapter to a suite of many tests: the shortest of all, and the longest to run. */
const isConformance = ({ moduleId }: TestSpecification): boolean =>
  /\/test\/(stores|providers)\/[^/]+\.test\.ts$/.test(moduleId);

/** What takes longest begins first, so that nobody waits for it alone at the end. Elsewhere the size of a file tells. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isConformance), ...sorted.filter((file) => !isConformance(file))];
  }
}
