import { test } from 'vitest';
import { keptIn, killAndResume, killable } from './killing.ts';
import { database, take } from './lab.ts';

test('a restoring process that is killed is taken up by another one, and nothing lands twice', async () => {
  const taken = await take(await database(killable));
  await killAndResume(taken, await keptIn(taken), 0.2 + Math.random() * 0.6);
});
