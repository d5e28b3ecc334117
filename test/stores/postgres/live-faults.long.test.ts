import { expect, test } from 'vitest';
import { postgres } from '../../../src/stores/postgres/index.ts';
import { database, open, restoreRest, sql, take, writer } from './lab.ts';
import { isWaiting, other } from './live.ts';

test('whoever holds a lock that a backup or a restore needs is named, and not waited for without end', {
  timeout: 120_000,
}, async () => {
  const backup = async () => {
    const url = await database('CREATE TABLE held (a int); INSERT INTO held VALUES (1)');
    const client = await other(url, 'a migration');
    await client.query('BEGIN; LOCK TABLE held');
    await expect(take(url)).rejects.toMatchObject({
      kind: 'busy',
      message: expect.stringMatching(
        /pid \d+, a migration of postgres, idle in transaction for \d+ s holds a lock on (public\.)?held/,
      ),
    });
    await client.query('ROLLBACK');
    await take(url);
  };
  const restore = async () => {
    const taken = await take(await database('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)'));
    const url = await database();
    const place = await open(url);
    const by = writer();
    await place.begin(by, taken.meta);
    for (const stage of ['schema', 'data'] as const) {
      for (const unit of postgres.units(taken.meta, stage)) await place.restore(unit, taken.meta, taken.vault, by);
    }
    const client = await other(url, 'a curious one');
    await client.query('BEGIN; SELECT * FROM t');
    await expect(restoreRest(place, taken.meta, taken.vault, by)).rejects.toMatchObject({
      kind: 'busy',
      message: expect.stringMatching(/pid \d+, a curious one of postgres, idle in transaction for \d+ s/),
      hint: expect.stringMatching(/pg_terminate_backend/),
    });
    expect(await sql(url, isWaiting)).toEqual([]);
    await client.query('ROLLBACK');
    await restoreRest(place, taken.meta, taken.vault, by);
    expect(await place.fingerprint({})).toEqual(taken.fingerprint);
  };
  await Promise.all([backup(), restore()]);
});
