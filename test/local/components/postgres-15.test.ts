import { expect, test } from 'vitest';
import { resolvePostgres15 } from '../../../src/local/components/postgres-15.ts';
import { withEnv } from '../../support/with-env.ts';

test('where it is not installed and nothing may be fetched, the failure says what was looked at and how to install it', async () => {
  await withEnv({ PATH: '/nonexistent' }, async () => {
    const found = await resolvePostgres15({ fetch: false, say: () => undefined }).catch((failure) => failure);
    if (typeof found === 'string') return expect(found).toMatch(/15/);
    expect(found).toMatchObject({ kind: 'missing', hint: expect.stringMatching(/apt install postgresql-15/) });
    expect(found.message).toMatch(/\/usr\/lib\/postgresql\/15\/bin has no postgres/);
  });
});
