import { describeError } from '../../src/domain/errors.ts';
import { fetchAllComponents } from '../../src/local/components/fetch-all.ts';
import { resolvePostgres15 } from '../../src/local/components/postgres-15.ts';
import { sayOnStderr } from '../../src/local/components/say.ts';

// Run before a whole suite, so that downloads and builds show their progress before the first test and not inside one.
try {
  await fetchAllComponents(sayOnStderr);
} catch (error) {
  sayOnStderr(describeError(error));
  process.exitCode = 1;
}
// Without it some tests are skipped, with the reason.
await resolvePostgres15({ say: sayOnStderr }).catch((error: unknown) => sayOnStderr(describeError(error)));
