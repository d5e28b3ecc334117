import { randomBytes, randomUUID } from 'node:crypto';
import { BSON, type Db, MongoClient } from 'mongodb';
import { expect, onTestFinished } from 'vitest';
import type { RestoreSelection, Source } from '../../../src/domain/data.ts';
import { compareFingerprints, type Fingerprint } from '../../../src/domain/fingerprint.ts';
import { stages } from '../../../src/domain/words.ts';
import { readAddress } from '../../../src/stores/mongodb/connection/address.ts';
import { openSession, type Session } from '../../../src/stores/mongodb/connection/session.ts';
import { mongodb } from '../../../src/stores/mongodb/index.ts';
import type { Meta } from '../../../src/stores/mongodb/meta.ts';
import { insertRaw } from '../../../src/stores/mongodb/restore/insert-raw.ts';
import { type Cuts, snapshot } from '../../../src/stores/mongodb/snapshot.ts';
import type { Place, Snapshot, Work, Writer } from '../../../src/stores/port.ts';
import { type MemoryVault, memoryVault } from '../../support/memory-vault.ts';
import { mongodbServer } from '../../support/servers.ts';
import { withDatabase } from './server.ts';

export const work = (more: Partial<Work> = {}): Work => ({
  signal: new AbortController().signal,
  beat: () => {},
  parallel: 2,
  ...more,
});

export const writer = (selection: RestoreSelection = {}): Writer => ({
  run: `run-${randomUUID()}`,
  set: 'a'.repeat(64),
  epoch: 1,
  selection,
});

/** A database of its own, made and gone with the test. */
export interface Database {
  url: string;
  db: Db;
  isStandIn: boolean;
}

export const database = async (): Promise<Database> => {
  const { url, isStandIn } = await mongodbServer();
  const client = new MongoClient(url);
  const name = `t_${randomBytes(5).toString('hex')}`;
  const db = client.db(name);
  await db.createCollection('dr_runbooks');
  onTestFinished(async () => {
    // The stand-in cannot drop a database in which an index failed.
    await db.dropDatabase().catch(() => {});
    await client.close();
  });
  return { url: withDatabase(url, name), db, isStandIn };
};

/** Documents as raw bytes, so that nothing about them is the driver's idea. */
export const putRaw = async ({ db }: Database, collection: string, documents: readonly Uint8Array[]): Promise<void> => {
  const refused = await insertRaw(db, collection, Buffer.concat(documents), {
    bypassesValidation: false,
    keepsEmptyTimestamps: true,
  });
  expect(refused).toEqual([]);
};

/** Documents of 4 kB that no compression makes small. */
export const putRandom = async (db: Db, name: string, documents: number): Promise<void> => {
  const batch = 1_000;
  for (let at = 0; at < documents; at += batch) {
    const some = Array.from({ length: batch }, (_, n) => ({ _id: at + n, payload: randomBytes(4_000) }));
    await db.collection<{ _id: number }>(name).insertMany(some);
  }
};

/** Raw documents by the text of their `_id`. */
export const rawIn = async ({ db }: Database, collection: string): Promise<Map<string, Buffer>> => {
  const found = (await db.collection(collection).find({}, { raw: true }).toArray()) as unknown as Buffer[];
  const exact = { promoteValues: false, promoteLongs: false, bsonRegExp: true };
  return new Map(
    found.map((raw) => [BSON.EJSON.stringify(BSON.deserialize(raw, exact)._id, { relaxed: false }), Buffer.from(raw)]),
  );
};

export const open = async (url: string, more: Partial<Work> = {}): Promise<Place<Meta>> => {
  const place = await mongodb.open(url, work(more));
  onTestFinished(() => place[Symbol.asyncDispose]());
  return place;
};

export const session = async (url: string, more: Partial<Work> = {}): Promise<Session> => {
  const opened = await openSession(readAddress(url), work(more));
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
};

export type Taken = Snapshot<Meta> & { vault: MemoryVault };

/** A set of a database, as a manifest gives it back. */
export const take = async (url: string, cuts?: Cuts): Promise<Taken> => {
  const vault = memoryVault(64 << 10);
  const taken = await snapshot(await session(url), vault, {}, cuts);
  return { ...taken, meta: JSON.parse(JSON.stringify(taken.meta)) as Meta, vault };
};

/** What the writer has not done yet, stage after stage. */
export const restoreRest = async (place: Place<Meta>, meta: Meta, from: Source, by: Writer): Promise<void> => {
  for (const stage of stages) {
    for (const unit of mongodb.units(meta, stage, by.selection)) await place.restore(unit, meta, from, by);
  }
};

/** Begins, restores, proves and ends. */
export const bringBack = async (url: string, { meta, vault, fingerprint }: Taken, by = writer()): Promise<void> => {
  const place = await open(url);
  await place.begin(by, meta);
  await restoreRest(place, meta, vault, by);
  await expectProven(place, meta, fingerprint, by);
  await place.end(by);
};

export const expectProven = async (place: Place<Meta>, meta: Meta, of: Fingerprint, by: Writer): Promise<void> => {
  const { expected, found } = await place.prove(by, meta, of);
  expect(compareFingerprints(expected, found)).toEqual([]);
};
