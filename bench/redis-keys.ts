import { startRedis } from '../src/local/components/redis.ts';
import { dr, restoreTo } from './product.ts';
import { asked, digestOf, fill, settings, wholeOf } from './redis.ts';
import { type Round, tell } from './scenes.ts';
import { openRuns } from './through-temporal.ts';
import { openWorkspace } from './workspace.ts';

const keys = 400_000;

/**
 * One database of a running server, key by key: `dr restore` beside a drill of the same set through Temporal. The server's own digest of
 * everything has to be that of the source. The first round warms up and does not count.
 * @throws Error when a copy is not equal
 */
export const playRedisKeys = async (rounds: number, say: (line: string) => void): Promise<Round[]> => {
  await using undo = new AsyncDisposableStack();
  const source = undo.use(await startRedis({ settings, say }));
  const target = undo.use(await startRedis({ settings, say }));
  const workspace = undo.use(
    await openWorkspace('redis', ['sessions'], {
      SESSIONS: `${wholeOf(source)}/0`,
      SERVER: `${wholeOf(target)}/*`,
      BACK: `${wholeOf(target)}/0`,
    }),
  );
  say('redis, one database: making the data');
  await fill(source.url, keys);
  const expected = await digestOf(source.url);
  await dr(workspace, 'snapshot', 'sessions');
  await using runs = await openRuns(workspace);
  const played: Round[] = [];
  for (let n = 0; n <= rounds; n += 1) {
    const restored = await restoreTo(workspace, 'sessions');
    if ((await digestOf(target.url)) !== expected) throw new Error('NOT EQUAL: the restored database');
    await asked(target.url, (client) => client.flushall());
    const round = { restore: restored.seconds, throughTemporal: await runs.drill('sessions') };
    await asked(target.url, (client) => client.flushall());
    say(tell('redis, one database', n, rounds, round));
    if (n > 0) played.push(round as Round);
  }
  return played;
};
