import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DataType, ErrorCode, MilvusClient, type ResStatus } from '@zilliz/milvus2-sdk-node';
import { DrError, isDrError } from '../domain/errors.ts';
import type { PlaceSpec } from '../domain/words.ts';
import type { Provider } from './port.ts';
import { type Resolve, refuseUnlessMade, specOf } from './spec-of.ts';

/** Says of a prefix that this product made it, and for which place: an empty collection with this setting. */
const marker = 'dr_place';
const setting = 'dr_runbooks.place';

/**
 * The beginning of the names of a place's collections. No two places share one, and none begins with another: two underscores
 * are nowhere but at its end. A name with anything Milvus does not allow gets a digest of itself.
 */
const prefixOf = (database: string): string => {
  const legal = database.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  const begin = /^[0-9]/.test(legal) ? `d${legal}` : legal;
  if (begin === database && begin.length <= 100) return `${begin}__`;
  const digest = createHash('sha256').update(database).digest('hex').slice(0, 10);
  return `${begin.slice(0, 80).replace(/_+$/, '') || 'd'}_${digest}__`;
};

const readServer = (text: string, ref: string): URL => {
  const url = URL.parse(text);
  if (url !== null && /^(milvuss?|https?):$/.test(url.protocol) && url.hostname !== '') return url;
  throw new DrError(
    'bad-input',
    `${ref} is not the URL of a Milvus server`,
    'write it as milvus://user:password@host:19530/database, with special characters percent-encoded',
  );
};

const failureOf = (error: unknown, doing: string): DrError => {
  if (isDrError(error)) return error;
  const { message = String(error), code } = error as Error & { code?: number };
  const isDenied = code === 7 || code === 16 || /permission|auth/i.test(message);
  const isGone = code === 4 || code === 14 || /UNAVAILABLE|DEADLINE|ECONN|connect/i.test(message);
  const kind = isDenied
    ? 'no-permission'
    : isGone
      ? 'unreachable'
      : /quota|space/i.test(message)
        ? 'no-space'
        : 'unexpected';
  const hint = isDenied
    ? 'the login of the server needs the right to make and drop collections'
    : 'check the server and its connection string, then repeat the step';
  return new DrError(kind, `${doing} failed: ${message.slice(0, 300)}`, hint);
};

/** The driver gives refusals back instead of throwing them. */
const done = async <T extends ResStatus | { status: ResStatus }>(answer: Promise<T>): Promise<T> => {
  const given = await answer;
  const { error_code, code, reason } = 'status' in given ? given.status : given;
  if ((error_code !== ErrorCode.SUCCESS && error_code !== '') || Number(code ?? 0) !== 0) throw new Error(reason);
  return given;
};

const connect = async (url: URL): Promise<MilvusClient> => {
  const isTls = url.protocol === 'milvuss:' || url.protocol === 'https:';
  const database = decodeURIComponent(url.pathname.slice(1));
  const client = new MilvusClient({
    address: `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '19530')}`,
    ssl: isTls,
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(database === '' ? {} : { database }),
    logLevel: 'error',
    maxRetries: 2,
    timeout: 60_000,
    channelOptions: { 'grpc.keepalive_time_ms': 300_000, 'grpc.keepalive_permit_without_calls': 0 },
  });
  try {
    await client.connectPromise;
    return client;
  } catch (error) {
    await client.closeConnection();
    throw error;
  }
};

/** Which place the prefix was made for: null when it was made for none. */
const ownerOf = async (client: MilvusClient, prefix: string): Promise<string | null> => {
  const collection_name = prefix + marker;
  const { value } = await done(client.hasCollection({ collection_name }));
  if (value !== true) return null;
  const { properties } = await done(client.describeCollection({ collection_name, cache: false }));
  return String(properties.find(({ key }) => key === setting)?.value ?? '');
};

/** Another call may be making it at this moment. */
const ownerSoon = async (client: MilvusClient, prefix: string): Promise<string | null> => {
  for (let tries = 0; tries < 20; tries += 1) {
    const owner = await ownerOf(client, prefix);
    if (owner !== null) return owner;
    await delay(100);
  }
  return null;
};

const refuseStranger = (spec: PlaceSpec, prefix: string, owner: string): void => {
  if (owner === spec.id) return;
  throw new DrError(
    'refused',
    `collections ${prefix}* were not made for place ${spec.id}: ${prefix}${marker} does not say so`,
    'choose another name for the place, or look at who made the collections',
  );
};

const namesOf = async (client: MilvusClient, prefix: string): Promise<string[]> => {
  const { data } = await done(client.showCollections());
  return data.map(({ name }) => name).filter((name) => name.startsWith(prefix));
};

/** With its aliases, which Milvus does not drop by itself. What another call has dropped meanwhile is gone. */
const drop = async (client: MilvusClient, prefix: string, collection_name: string): Promise<void> => {
  try {
    const { aliases } = await done(client.listAliases({ collection_name }));
    const outside = aliases.find((alias) => !alias.startsWith(prefix));
    if (outside !== undefined) {
      throw new DrError(
        'refused',
        `alias ${outside} leads to ${collection_name}: the place is in service`,
        'move the alias first',
      );
    }
    for (const alias of aliases) await done(client.dropAlias({ alias }));
    await done(client.dropCollection({ collection_name }));
  } catch (error) {
    const { value } = await done(client.hasCollection({ collection_name }));
    if (value === true || isDrError(error)) throw error;
  }
};

/**
 * Sets of collections on a Milvus server, side by side in one database: `server` is its URL, and a place is the collections whose
 * names begin with the name of the place and two underscores. What it makes holds an empty collection that names the place, and
 * it removes nothing without one: that one goes last.
 */
export const milvusDatabase = (resolve: Resolve): Provider => {
  const at = async (spec: PlaceSpec): Promise<{ url: URL; prefix: string }> => {
    const { server, database } = specOf(spec, 'database');
    const url = readServer(await resolve(server), server);
    return { url, prefix: (url.searchParams.get('collections') ?? '') + prefixOf(database) };
  };

  const atServer = async <T>(
    spec: PlaceSpec,
    doing: string,
    body: (client: MilvusClient, prefix: string) => Promise<T>,
  ): Promise<T> => {
    const { url, prefix } = await at(spec);
    let client: MilvusClient | null = null;
    try {
      client = await connect(url);
      return await body(client, prefix);
    } catch (error) {
      throw failureOf(error, `${doing} collections ${prefix}* on ${url.host}`);
    } finally {
      await client?.closeConnection();
    }
  };

  return {
    provider: 'database',
    async provide(spec) {
      refuseUnlessMade(spec);
      await atServer(spec, 'making', async (client, prefix) => {
        const owner = await ownerOf(client, prefix);
        if (owner !== null) return refuseStranger(spec, prefix, owner);
        const strangers = await namesOf(client, prefix);
        if (strangers.some((name) => name !== prefix + marker)) refuseStranger(spec, prefix, '');
        try {
          await done(
            client.createCollection({
              collection_name: prefix + marker,
              fields: [
                { name: 'id', data_type: DataType.Int64, is_primary_key: true },
                { name: 'nothing', data_type: DataType.FloatVector, dim: 2 },
              ],
              properties: { [setting]: spec.id },
            }),
          );
        } catch (error) {
          const made = await ownerSoon(client, prefix);
          if (made === null) throw error;
          refuseStranger(spec, prefix, made);
        }
      });
    },
    async describe(spec) {
      return atServer(spec, 'looking for', async (client, prefix) => {
        const owner = await ownerOf(client, prefix);
        if (owner === null) return 'absent';
        refuseStranger(spec, prefix, owner);
        return 'ready';
      });
    },
    async url(spec) {
      const { url, prefix } = await at(spec);
      url.searchParams.set('collections', prefix);
      return url.href;
    },
    async discard(spec) {
      refuseUnlessMade(spec);
      await atServer(spec, 'removing', async (client, prefix) => {
        const owner = await ownerOf(client, prefix);
        if (owner === null) return;
        refuseStranger(spec, prefix, owner);
        const names = (await namesOf(client, prefix)).filter((name) => name !== prefix + marker);
        for (const name of names) await drop(client, prefix, name);
        await drop(client, prefix, prefix + marker);
      });
    },
  };
};
