// Row Y1 of docs/coverage.md.
import { test } from 'vitest';
import { keptIn } from '../kept-set.ts';
import { killAndResume, killable } from './killing.ts';
import { database, sql, take } from './lab.ts';
import { bringAll } from './selecting.ts';

test('a restoring process that is killed is taken up by another one, and nothing lands twice', async () => {
  const taken = await take(await database(killable));
  await killAndResume(taken, await keptIn(taken), 0.2 + Math.random() * 0.6);
});

test('rows that are added to others are added once, whoever is killed', async () => {
  const taken = await take(await database(killable));
  const url = await database();
  await bringAll(taken, url, { parts: 'schema' });
  await sql(url, `INSERT INTO one SELECT i, 'theirs' FROM generate_series(100001, 100500) i`);
  const selection = { parts: 'data', only: ['public.one'], into: 'existing' } as const;
  await killAndResume(taken, await keptIn(taken), 0.2 + Math.random() * 0.4, selection, url);
});
