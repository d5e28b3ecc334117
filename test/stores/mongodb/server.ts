import { MongoClient } from 'mongodb';
import { mongodbServer } from '../../support/servers.ts';

/** The server all tests share, and a client of it that may do everything. */
export interface TestServer {
  /** Without a database. */
  url: string;
  client: MongoClient;
  isStandIn: boolean;
  /** Closes the client. */
  stop(): Promise<void>;
}

export const testServer = async (): Promise<TestServer> => {
  const { url, isStandIn } = await mongodbServer();
  const client = new MongoClient(url);
  await client.connect();
  return { url, client, isStandIn, stop: () => client.close() };
};

/** The URL of one database of a server. */
export const withDatabase = (url: string, name: string): string => {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(name)}`;
  if (other.username !== '' && !other.searchParams.has('authSource')) other.searchParams.set('authSource', 'admin');
  return other.href;
};

export const databaseIn = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));
