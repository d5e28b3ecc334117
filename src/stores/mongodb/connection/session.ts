import { type Collection, type Db, type Document, MongoClient, type MongoClientOptions } from 'mongodb';
import { DrError } from '../../../domain/errors.ts';
import type { Work } from '../../port.ts';
import { orStop } from '../../together.ts';
import { type Address, describeAddress } from './address.ts';
import { failureOf, interrupted } from './failure.ts';

export interface Server {
  /** `5.0.30` */
  version: string;
  /** It shares its data out over other servers. */
  isSharded: boolean;
  /** Documents that one command may bring. */
  mostDocuments: number;
}

/** Where a collection is. */
export interface Namespace {
  database: string;
  collection: string;
}

/** What the product keeps in a place: the mark, the epoch, the ledger. In no set, no list and no fingerprint. */
export const ownName = 'dr_runbooks';

/** One document of the product's own. */
export interface Own extends Document {
  _id: string;
}

/** An open place. The driver pools its connections. */
export interface Session extends AsyncDisposable {
  readonly work: Work;
  readonly address: Address;
  readonly client: MongoClient;
  readonly server: Server;
  readonly own: Collection<Own>;
  db(name: string): Db;
  /**
   * Runs `body`, and settles within a second of the signal of the work, or of the moment when a connection breaks: what was
   * under way is not to be trusted then. `body` is told by its signal and may be left behind.
   * @throws DrError what the server's error means, or `interrupted`
   */
  run<T>(doing: string, body: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

const options: MongoClientOptions = {
  appName: 'dr-runbooks',
  serverSelectionTimeoutMS: 8_000,
  connectTimeoutMS: 8_000,
  maxIdleTimeMS: 60_000,
  readPreference: 'primary',
  // Exactly what was written, and never a second attempt that nobody decided on.
  retryWrites: false,
  ignoreUndefined: false,
};

/** Older ones compare values of different types without an index. */
const leastMajor = 5;

/** How often a connection that nobody uses is looked at while work is under way. */
const lookMs = 500;

const connect = (address: Address): MongoClient => {
  try {
    return new MongoClient(address.url, options);
  } catch {
    throw new DrError(
      'bad-input',
      `the connection string of MongoDB at ${address.hosts} has an option the driver does not take`,
      'write it as mongodb://user:password@host:27017/database?option=value',
    );
  }
};

/** Opens a place. @throws DrError `bad-input`, `missing`, `no-permission`, `too-old`, `unreachable`, `interrupted` */
export const openSession = async (address: Address, work: Work): Promise<Session> => {
  const client = connect(address);
  const broken = new Set<(error: Error) => void>();
  client.on('connectionClosed', ({ reason }) => {
    if (reason !== 'error') return;
    for (const tell of broken) tell(Object.assign(new Error('a connection broke'), { name: 'MongoNetworkError' }));
  });

  const named = (error: unknown, doing: string): DrError =>
    work.signal.aborted ? interrupted() : failureOf(error, `${doing} in ${describeAddress(address)}`);

  const run: Session['run'] = async (doing, body) => {
    if (work.signal.aborted) throw interrupted();
    const ended = new AbortController();
    const tell = (error: Error): void => ended.abort(error);
    broken.add(tell);
    let isLooking = false;
    const look = async (): Promise<void> => {
      if (isLooking) return;
      isLooking = true;
      await client.db('admin').command({ ping: 1 }).catch(tell);
      isLooking = false;
    };
    const looking = setInterval(() => void look(), lookMs);
    const both = AbortSignal.any([work.signal, ended.signal]);
    try {
      return await orStop(both, body(both));
    } catch (error) {
      ended.abort(error);
      throw named(error, doing);
    } finally {
      clearInterval(looking);
      broken.delete(tell);
    }
  };

  const ownDatabase = address.database ?? ownName;
  try {
    const server = await run('connecting', async () => {
      await client.connect();
      const admin = client.db('admin');
      const { version } = await admin.command({ buildInfo: 1 });
      if (Number.parseInt(version, 10) < leastMajor) {
        throw new DrError(
          'too-old',
          `${address.hosts} runs MongoDB ${version}`,
          `use MongoDB ${leastMajor}.0 or newer`,
        );
      }
      const { msg, maxWriteBatchSize } = await admin.command({ isMaster: 1 });
      if (address.database !== null) await findDatabase(client, address, address.database);
      return { version, isSharded: msg === 'isdbgrid', mostDocuments: maxWriteBatchSize ?? 100_000 } as Server;
    });
    return {
      work,
      address,
      client,
      server,
      own: client.db(ownDatabase).collection<Own>(ownName),
      db: (name) => client.db(name),
      run,
      [Symbol.asyncDispose]: () => client.close(),
    };
  } catch (error) {
    await client.close().catch(() => {});
    throw error;
  }
};

/** A database is there when anything is in it: a name that was mistyped must not be taken for an empty place. */
const findDatabase = async (client: MongoClient, address: Address, name: string): Promise<void> => {
  const cursor = client.db(name).listCollections({}, { nameOnly: true, authorizedCollections: true });
  const first = await cursor.next();
  await cursor.close();
  if (first !== null) return;
  throw new DrError(
    'missing',
    `there is no database ${JSON.stringify(name)} at ${address.hosts}`,
    `check the name; to restore into a new database, let the product make it, or make it with db.createCollection('${ownName}')`,
  );
};
