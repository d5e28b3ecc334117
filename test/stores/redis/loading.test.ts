import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Source } from '../../../src/domain/data.ts';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { stages } from '../../../src/domain/words.ts';
import { redis } from '../../../src/stores/redis/index.ts';
import { writerOf } from '../conformance/bench.ts';
import { connected } from './lab.ts';
import { openAt, ownServer, take } from './places.ts';

test('units asked for while the server loads what it is served wait for it', async () => {
  const source = await ownServer();
  await connected(source.url, async (client) => {
    const pipeline = client.pipeline();
    for (let n = 0; n < 10_000; n += 1) pipeline.set(`file:${n}`, randomBytes(1_000));
    await pipeline.exec();
  });
  const { vault, meta, snapshot } = await take(source.url);
  const target = await ownServer();
  const place = await openAt(target.url);
  const by = writerOf();
  await place.begin(by, meta);

  /** Long enough for the server to be asked many times. */
  const slow: Source = {
    read: async function* (name) {
      for await (const piece of vault.read(name)) {
        yield piece;
        await pause(8);
      }
    },
  };
  for (const stage of stages) {
    const units = [...redis.units(meta, stage)];
    const done = await Promise.all(units.map((unit) => place.restore(unit, meta, slow, by)));
    expect(done.map(({ wasApplied }) => wasApplied)).toEqual(units.map(() => true));
  }
  const { expected, found } = await place.prove(by, meta, snapshot.fingerprint);
  expect(compareFingerprints(expected, found)).toEqual([]);
});
