import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { expect, onTestFinished } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { stages } from '../../../src/domain/words.ts';
import type { RunningRedis } from '../../../src/local/components/redis.ts';
import type { Place, Snapshot, Work, Writer } from '../../../src/stores/port.ts';
import { redis } from '../../../src/stores/redis/index.ts';
import { type MemoryVault, memoryVault } from '../../support/memory-vault.ts';
import { markOf, throughJson, workOf, writerOf } from '../conformance/bench.ts';
import { connected, startServer, wholeOf } from './lab.ts';

export type Meta = Parameters<typeof redis.units>[0];

/** A server of a test's own, and the URL of all of it. */
export const ownServer = async (
  settings: Readonly<Record<string, string>> = {},
): Promise<{ server: RunningRedis; url: string }> => {
  const server = await startServer({ appendonly: 'no', 'enable-debug-command': 'yes', ...settings });
  onTestFinished(() => server.stop());
  return { server, url: wholeOf(server.url) };
};

export const openAt = async (url: string, work: Partial<Work> = {}): Promise<Place<Meta>> => {
  const place = await redis.open(url, workOf(work));
  onTestFinished(() => place[Symbol.asyncDispose]());
  return place;
};

export interface Taken {
  vault: MemoryVault;
  meta: Meta;
  snapshot: Snapshot<Meta>;
}

export const take = async (url: string, filter: object = {}): Promise<Taken> => {
  const vault = memoryVault(64 * 1024);
  const snapshot = await (await openAt(url)).snapshot(vault, filter);
  return { vault, snapshot, meta: throughJson(snapshot.meta) };
};

/** Restores what the writer selects, and proves it; it has not ended. */
export const bring = async (url: string, { vault, meta, snapshot }: Taken, by: Writer = writerOf()): Promise<void> => {
  const place = await openAt(url);
  await place.stamp(markOf());
  await place.begin(by, meta);
  for (const stage of stages) {
    for (const unit of redis.units(meta, stage, by.selection)) await place.restore(unit, meta, vault, by);
  }
  const { expected, found } = await place.prove(by, meta, snapshot.fingerprint);
  expect(compareFingerprints(expected, found)).toEqual([]);
};

/** What the server itself says of every key that is not the product's: its own digest of the value, and when it expires. */
export const digestsOf = (url: string, db: number): Promise<Record<string, string>> =>
  connected(`${url.replace(/\/\d+$/, '')}/${db}`, async (client: Redis) => {
    const keys = await client.keysBuffer('*');
    const said: [string, string][] = [];
    for (const key of keys) {
      if (key.toString().startsWith('dr_runbooks:')) continue;
      const [digest] = (await client.call('DEBUG', 'DIGEST-VALUE', key)) as [string];
      const expires = await client.call('PEXPIRETIME', key);
      said.push([key.toString('latin1'), `${digest} ${expires} ${await client.type(key)}`]);
    }
    return Object.fromEntries(said.sort(([a], [b]) => (a < b ? -1 : 1)));
  });

export const newMark = () => ({ ...markOf(), id: randomUUID() });
