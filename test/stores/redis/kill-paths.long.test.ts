import { test } from 'vitest';
import { keptIn } from '../kept-set.ts';
import { killAndResume } from './killing.ts';
import { connected } from './lab.ts';
import { ownServer, take } from './places.ts';

const fill = (url: string, keys: number): Promise<unknown> =>
  connected(url, async (client) => {
    const pipeline = client.pipeline();
    for (let n = 0; n < keys; n += 1) pipeline.hset(`cart:${n}`, { id: n, note: `${n * 7919}`.repeat(20) });
    await pipeline.exec();
  });

test('a process killed while it serves a server leaves nothing, and the next one fills it', async () => {
  const source = await ownServer();
  await fill(source.url, 20_000);
  const taken = await take(source.url);
  const target = await ownServer();
  await killAndResume(taken, await keptIn(taken), target.url, ({ isFed }) => isFed);
});

test('a process killed between units of one database leaves whole units, and the next one does the rest', async () => {
  const { url } = await ownServer();
  await fill(`${url}/1`, 20_000);
  const taken = await take(`${url}/1`);
  await killAndResume(taken, await keptIn(taken), `${url}/2`, ({ units }) => units >= 2);
});
