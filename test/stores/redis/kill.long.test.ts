import { test } from 'vitest';
import { keptIn } from '../kept-set.ts';
import { killAndResume } from './killing.ts';
import { connected } from './lab.ts';
import { ownServer, take } from './places.ts';

const shares = [0, 0.1, 0.5, 0.9, 0.99];

const fill = async (url: string, keys: number): Promise<void> =>
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

test('keys of a whole server come back equal, wherever the process that serves them is killed', async () => {
  const source = await ownServer();
  await fill(source.url, 300_000);
  const taken = await take(source.url);
  const folder = await keptIn(taken);
  for (const share of shares) {
    const target = await ownServer();
    await killAndResume(taken, folder, target.url, share);
    await target.server.stop();
  }
});

test('keys of one database come back equal, wherever the process that writes them is killed', async () => {
  const { url } = await ownServer();
  await fill(`${url}/1`, 60_000);
  const taken = await take(`${url}/1`);
  const folder = await keptIn(taken);
  for (const [db, share] of shares.entries()) {
    await killAndResume(taken, folder, `${url}/${db + 2}`, share);
    await connected(`${url}/${db + 2}`, (client) => client.flushdb());
  }
});
