import { test } from 'vitest';
import { keptIn } from '../kept-set.ts';
import { killAndResume } from './killing.ts';
import { connected } from './lab.ts';
import { ownServer, take } from './places.ts';

const keys = 1_000_000;

const fill = async (url: string): Promise<void> =>
  connected(url, async (client) => {
    for (let at = 0; at < keys; ) {
      const pipeline = client.pipeline();
      for (const end = at + 20_000; at < end; at += 1) {
        if (at % 2 === 0) pipeline.set(`session:${at}`, `token ${at * 7919}`, 'EX', 86_400 + at);
        else pipeline.hset(`cart:${at}`, { user: at % 5_000, note: `note of ${at}` });
      }
      await pipeline.exec();
    }
  });

test('a million keys come back equal, whenever the process that serves them is killed', async () => {
  const source = await ownServer();
  await fill(source.url);
  const taken = await take(source.url);
  const folder = await keptIn(taken);
  for (let round = 0; round < 3; round += 1) {
    const target = await ownServer();
    let looks = 0;
    await killAndResume(taken, folder, target.url, ({ isFed }) => {
      looks += isFed ? 1 : 0;
      return looks > round * 4;
    });
  }
});

test('a million keys of one database come back equal, killed after any number of units', async () => {
  const { url } = await ownServer();
  await fill(`${url}/1`);
  const taken = await take(`${url}/1`);
  const folder = await keptIn(taken);
  for (const [db, share] of [0.1, 0.5, 0.9].entries()) {
    const most = taken.meta.parts.length * share;
    await killAndResume(taken, folder, `${url}/${db + 2}`, ({ units }) => units >= most);
    await connected(`${url}/${db + 2}`, (client) => client.flushdb());
  }
});
