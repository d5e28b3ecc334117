import { Decimal128, type Document, MongoClient, ObjectId } from 'mongodb';
import { startMongodb } from '../src/local/components/mongodb.ts';
import { sayOnStderr } from '../src/local/components/say.ts';
import { dr, restoreTo } from './product.ts';
import { type Measure, type Round, tell } from './scenes.ts';
import { openRuns } from './through-temporal.ts';
import { openWorkspace } from './workspace.ts';

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
  const client = undo.adopt(new MongoClient(server.url), (one) => one.close());
  const urlOf = (name: string): string => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  const workspace = undo.use(
    await openWorkspace('mongodb', ['orders'], { ORDERS: urlOf('orders'), BACK: urlOf('back'), SERVER: server.url }),
  );
  say('mongodb: making the data');
  const all = orders();
  await insertAll(client, 'orders', all);
  const source = await bytesOf(client, 'orders');
  await dr(workspace, 'snapshot', 'orders');

  await using runs = isWanted('throughTemporal') ? await openRuns(workspace) : null;
  const done: Round[] = [];
  for (let n = 0; n <= rounds; n += 1) {
    await client.db('back').createCollection('dr_runbooks');
    const restored = await restoreTo(workspace, 'orders');
    if (!source.equals(await bytesOf(client, 'back'))) throw new Error('the restored collection is not equal');
    await client.db('back').dropDatabase();
    const round: Partial<Record<Measure, number>> = { restore: restored.seconds, ready: restored.ready };
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
