import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { startMilvus } from '../../../src/local/components/milvus.ts';
import { startMongodb } from '../../../src/local/components/mongodb.ts';
import { startRedis } from '../../../src/local/components/redis.ts';

const say = (): void => undefined;

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== null));
    socket.on('error', () => resolve(false));
  });

test.each([
  ['Redis', startRedis],
  ['MongoDB or its stand-in', startMongodb],
  ['Milvus Lite', startMilvus],
])(
  '%s starts on a port of its own, again after a crash, and leaves nothing',
  async (_, start) => {
    const [one, other] = await Promise.all([start({ say }), start({ say })]);
    expect(one.port).not.toBe(other.port);
    await one.kill();
    expect([await answers(one.port), await answers(other.port)]).toEqual([false, true]);
    await one.restart();
    expect(await answers(one.port)).toBe(true);
    await Promise.all([one.stop(), other.stop()]);
    expect([await answers(one.port), existsSync(dirname(one.logFile))]).toEqual([false, false]);
  },
  60_000,
);
