import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Decimal128, type Document, MongoClient, ObjectId } from 'mongodb';
import { startMongodb } from '../src/local/components/mongodb.ts';
import { makeRunDir, removeRunDir } from '../src/local/components/run-dir.ts';
import { sayOnStderr } from '../src/local/components/say.ts';
import { dr } from './product.ts';
import { type Measure, type Round, tell } from './scenes.ts';
import { openRuns } from './through-temporal.ts';

const documents = 20_000;
const perInsert = 1_000;

const indexes = [
  { key: { user: 1 }, name: 'user' },
  { key: { at: -1 }, name: 'at' },
  { key: { n: 1 }, name: 'n', unique: true },
  { key: { 'items.sku': 1, at: 1 }, name: 'sku' },
] as const;

const orders = (): Document[] =>
  Array.from({ length: documents }, (_, n) => ({
    _id: new ObjectId(),
    user: `user ${n % 5_000}`,
    at: new Date(1.7e12 + n * 1_000),
    total: Decimal128.fromString((n / 100).toFixed(2)),
    tags: [`a${n % 7}`, `b${n % 11}`],
    note: `some words about order ${n}, and not many of them`,
    n,
    items: [
      { sku: `s${n % 100}`, amount: n % 5 },
      { sku: `t${n % 90}`, amount: 1 },
    ],
  }));

const insertAll = async (client: MongoClient, database: string, all: readonly Document[]): Promise<void> => {
  const collection = client.db(database).collection('orders');
  for (let at = 0; at < all.length; at += perInsert) await collection.insertMany(all.slice(at, at + perInsert));
  await collection.createIndexes(indexes.map((index) => ({ ...index })));
};

/** Every document's bytes, by `_id`. */
const bytesOf = async (client: MongoClient, database: string): Promise<Buffer> => {
  const found = client.db(database).collection('orders').find({}, { raw: true }).sort({ _id: 1 });
  return Buffer.concat((await found.toArray()) as unknown as Buffer[]);
};

const estate = `name: bench
region: here
vault: { kind: folder, path: ./vault, key: env:VAULT_KEY }
targets:
  orders: { kind: mongodb, primary: env:ORDERS, scratchServer: env:SERVER }
`;

/**
 * One collection with four indexes: `dr restore` to ready beside the driver's `insertMany` in a loop and `createIndexes`, in
 * turns, on one server. The first round warms up and does not count.
 * @throws Error when a copy is not equal byte for byte
 */
export const playMongodb = async (
  rounds: number,
  say: (line: string) => void,
  isWanted: (measure: Measure) => boolean,
): Promise<Round[]> => {
  await using undo = new AsyncDisposableStack();
  const server = undo.use(await startMongodb({ say: sayOnStderr, isVolatile: true }));
  const folder = undo.adopt(await makeRunDir('bench-mongodb', null), removeRunDir);
  const client = undo.adopt(new MongoClient(server.url), (one) => one.close());
  const urlOf = (name: string): string => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  await mkdir(join(folder, 'vault'));
  await writeFile(join(folder, 'estate.yaml'), estate);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DR_ESTATE: join(folder, 'estate.yaml'),
    VAULT_KEY: randomBytes(32).toString('hex'),
    ORDERS: urlOf('orders'),
    BACK: urlOf('back'),
    SERVER: server.url,
  };
  say('mongodb: making the data');
  const all = orders();
  await insertAll(client, 'orders', all);
  const source = await bytesOf(client, 'orders');
  await dr({ env, folder }, 'snapshot', 'orders');

  await using runs = isWanted('throughTemporal') ? await openRuns({ env }) : null;
  const done: Round[] = [];
  for (let n = 0; n <= rounds; n += 1) {
    const round: Partial<Record<Measure, number>> = {};
    await client.db('back').createCollection('dr_runbooks');
    const restored = await dr({ env, folder }, 'restore', 'orders/latest', '--to', 'env:BACK', '--yes');
    if (!source.equals(await bytesOf(client, 'back'))) throw new Error('the restored collection is not equal');
    await client.db('back').dropDatabase();
    round.restore = restored.seconds;
    round.ready = restored.seconds - Number(restored.answer.verifyMs) / 1000;
    if (isWanted('insertLoop')) {
      const began = performance.now();
      await insertAll(client, 'peer', all);
      round.insertLoop = (performance.now() - began) / 1000;
      if (!source.equals(await bytesOf(client, 'peer'))) throw new Error('the collection of the peer is not equal');
      await client.db('peer').dropDatabase();
    }
    if (runs !== null) round.throughTemporal = await runs.drill('orders');
    say(tell('mongodb', n, rounds, round));
    if (n > 0) done.push(round as Round);
  }
  return done;
};
