import type { MilvusClient, ResStatus } from '@zilliz/milvus2-sdk-node';
import { DrError, type ErrorKind, isDrError } from '../domain/errors.ts';
import type { Switch } from './port.ts';

/** A collection on a server, as the connection string of a place names it. `url` is a secret. */
interface At {
  url: URL;
  host: string;
  database: string;
  collection: string;
}

const connectMs = 10_000;

const readAt = (place: string, collection: string, says: string): At => {
  const url = URL.parse(place);
  if (url === null || !/^(milvuss?|https?):$/.test(url.protocol) || url.hostname === '') {
    throw new DrError(
      'bad-input',
      `${says}: the place is not on a Milvus server`,
      'lead its users with another kind of switch',
    );
  }
  return {
    url,
    host: `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '19530')}`,
    database: decodeURIComponent(url.pathname.slice(1)) || 'default',
    collection: (url.searchParams.get('collections') ?? '') + collection,
  };
};

const failureOf = (error: unknown, says: string): DrError => {
  if (isDrError(error)) return error;
  const { message = String(error), code } = error as Error & { code?: number };
  const isDenied = code === 7 || code === 16 || /permission|auth/i.test(message);
  const isGone = code === 4 || code === 14 || /UNAVAILABLE|DEADLINE|ECONN|connect/i.test(message);
  const kind: ErrorKind = isDenied ? 'no-permission' : isGone ? 'unreachable' : 'unexpected';
  const hint = isDenied
    ? 'the login of the place needs the right to describe and alter aliases'
    : 'check the server and the connection string of the place, then repeat the step';
  return new DrError(kind, `${says} failed: ${message.slice(0, 300)}`, hint);
};

/** The driver gives refusals back instead of throwing them. */
const done = <T extends ResStatus | { status: ResStatus }>(given: T): T => {
  const { error_code, code, reason } = 'status' in given ? given.status : given;
  if ((error_code !== 'Success' && error_code !== '') || Number(code ?? 0) !== 0) throw new Error(reason);
  return given;
};

const atServer = async <T>(at: At, says: string, body: (client: MilvusClient) => Promise<T>): Promise<T> => {
  // Loaded when an estate has such a switch and it is used: the driver takes memory.
  const { MilvusClient: Client } = await import('@zilliz/milvus2-sdk-node');
  const { url, host, database } = at;
  const client = new Client({
    address: host,
    ssl: url.protocol === 'milvuss:' || url.protocol === 'https:',
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    logLevel: 'error',
    maxRetries: 1,
    timeout: connectMs,
    channelOptions: { 'grpc.keepalive_time_ms': 300_000, 'grpc.keepalive_permit_without_calls': 0 },
  });
  try {
    await client.connectPromise;
    return await body(client);
  } catch (error) {
    throw failureOf(error, says);
  } finally {
    await client.closeConnection();
  }
};

/** The collection that an alias leads to, null when there is no such alias. */
const shownBy = async (client: MilvusClient, { collection }: At, alias: string): Promise<string | null> => {
  // The driver asks for the name of a collection, and servers do not look at it.
  const answer = await client.describeAlias({ alias, collection_name: collection });
  const { reason = '' } = answer.status;
  if (/alias.*not (found|exist)|not (found|exist).*alias|can't find alias/i.test(reason)) return null;
  return done(answer).collection;
};

/**
 * An alias that users search by, on the server of a place. A connection string leads it to `collection` of that place, so that
 * old and new place have to be on one server and in one database. Milvus moves an alias in one step and has no comparing with it:
 * two who set it at the same moment are told by what it shows afterwards. `set(next, expected)` is its undo.
 * @throws DrError `refused` (there is no such alias, it leads elsewhere, or the places are on two servers), `missing` (no such
 * collection in the new place), `bad-input`, `no-permission`, `unreachable`; nothing is changed then
 */
export const milvusAlias = ({ alias, collection }: { alias: string; collection: string }): Switch => {
  const says = `alias ${alias} of collection ${collection}`;
  const refused = (why: string, hint: string): DrError => new DrError('refused', `${says}: ${why}`, hint);
  const refuseElsewhere = (shown: string | null): DrError =>
    shown === null
      ? refused('there is no such alias', 'make it, leading to the collection in service now')
      : refused(
          'it leads neither to the place to leave nor to the one to reach',
          'someone changed it: lead it back to the collection of the place in service, or abort',
        );
  return {
    says,
    leadsTo: async (place) => {
      const at = readAt(place, collection, says);
      return atServer(at, says, async (client) => (await shownBy(client, at, alias)) === at.collection);
    },
    async set(expected, next) {
      const [from, to] = [expected, next].map((place) => readAt(place, collection, says)) as [At, At];
      if (from.host !== to.host || from.database !== to.database) {
        throw refused(
          'the places are on two servers or in two databases, and an alias leads to collections of its own',
          'make the new place on the server and in the database of the old one (besideServer)',
        );
      }
      await atServer(to, says, async (client) => {
        const shown = await shownBy(client, to, alias);
        if (shown === to.collection) return;
        if (shown !== from.collection) throw refuseElsewhere(shown);
        if ((await client.hasCollection({ collection_name: to.collection })).value !== true) {
          throw new DrError(
            'missing',
            `${says}: the place to reach has no such collection`,
            'correct the name in the estate, or restore the collection first',
          );
        }
        done(await client.alterAlias({ collection_name: to.collection, alias }));
        const after = await shownBy(client, to, alias);
        if (after !== to.collection) throw refuseElsewhere(after);
      });
    },
  };
};
