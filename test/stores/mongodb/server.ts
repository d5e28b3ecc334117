import { MongoClient } from 'mongodb';
import { startMongodb } from '../../../src/local/components/mongodb.ts';

/** A server for tests: the one that `DR_TEST_MONGODB_URL` names, or one of its own. */
export interface TestServer {
  /** Without a database; may do everything. */
  url: string;
  /** Kept open. */
  client: MongoClient;
  /** What it says of itself: a stand-in lacks much of a server. */
  isStandIn: boolean;
  stop(): Promise<void>;
}

export const testServer = async (): Promise<TestServer> => {
  const { DR_TEST_MONGODB_URL: given } = process.env;
  const own = given === undefined ? await startMongodb({ isVolatile: true }) : null;
  const url = own?.url ?? given!;
  const client = new MongoClient(url);
  await client.connect();
  return {
    url,
    client,
    isStandIn: own?.isStandIn ?? false,
    async stop() {
      await client.close();
      await own?.stop();
    },
  };
};

/** The URL of one database of a server. */
export const withDatabase = (url: string, name: string): string => {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(name)}`;
  if (other.username !== '' && !other.searchParams.has('authSource')) other.searchParams.set('authSource', 'admin');
  return other.href;
};

export const databaseIn = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));
