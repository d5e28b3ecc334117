// Row Y1 of docs/coverage.md.
import { expect, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { postgres15Server, postgresServer } from '../../support/servers.ts';
import { open, take, writer } from './lab.ts';
import { dumped } from './zoo/dumped.ts';
import { copyTo, emptyOn, on15, on16, zooOn } from './zoo/stage.ts';

const proof = async (url: string, server: { bin: string }, taken: Awaited<ReturnType<typeof take>>, copy: string) => {
  expect(compareFingerprints(taken.fingerprint, await (await open(copy)).fingerprint({}))).toEqual([]);
  expect(await dumped(copy, server.bin)).toBe(await dumped(url, server.bin));
};

/** Short on a machine that does nothing else. */
const long = 240_000;

test('everything that PostgreSQL 16 with pgvector holds comes back, by fingerprint and by pg_dump', {
  timeout: long,
}, async () => {
  const server = await postgresServer();
  const url = await zooOn(server, on16);
  const taken = await take(url);
  await proof(url, server, taken, await copyTo(server, taken));

  const said = taken.leftOut.join('\n');
  expect(said).toMatch(/secrets.*api_key of server away.*password of the user mapping zoo_owner SERVER away.*words/);
  expect(said).toMatch(/subscriptions.*words.*restored disabled/);
  expect(said).toMatch(/rows of foreign tables.*outside\.far/);
  expect(said).toMatch(/unlogged tables.*crashes.*tables\.unlogged/);
  expect(said).toMatch(/materialized views.*programs\.aa_second/);
  for (const [name, stream] of taken.vault.streams) {
    expect(Buffer.from(stream).includes('4711-secret'), name).toBe(false);
  }
});

test('everything that PostgreSQL 15 with contrib, ICU and XML holds comes back, by fingerprint and by pg_dump', {
  timeout: long,
}, async ({ skip }) => {
  const server = await postgres15Server(skip);
  const url = await zooOn(server, on15);
  const taken = await take(url);
  await proof(url, server, taken, await copyTo(server, taken));

  const target = await postgresServer();
  const place = await open(await emptyOn(target));
  await expect(place.begin(writer(), taken.meta)).rejects.toMatchObject({
    kind: 'missing',
    message: expect.stringMatching(/lacks extensions.*amcheck.*citext.*uuid-ossp/),
  });
  expect((await place.inspect()).objects).toEqual([]);
  for (const [lack, kind, message] of [
    [{ extensions: [], features: [] }, 'missing', /lacks collations.*german \(ICU, de-u-co-phonebk\)/],
    [{ extensions: [], collations: [] }, 'not-supported', /XML values/],
    [{ extensions: [], collations: [], features: ['lz4'] }, 'not-supported', /lz4/],
  ] as const) {
    await expect(place.begin(writer(), { ...taken.meta, ...lack })).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
  }
});
