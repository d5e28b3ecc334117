import { createHash } from 'node:crypto';
import { type Db, type Document, MongoClient } from 'mongodb';
import { DrError, type ErrorKind, isDrError } from '../domain/errors.ts';
import type { PlaceSpec } from '../domain/words.ts';
import type { Provider } from './port.ts';
import { type Resolve, refuseUnlessMade, specOf } from './spec-of.ts';

/** Where the product keeps what is its own in a database, and the document by which a database says for which place it was made. */
const ownName = 'dr_runbooks';
const madeId = 'made';

const kinds: Readonly<Record<number, ErrorKind>> = {
  13: 'no-permission',
  18: 'no-permission',
  8000: 'no-permission',
  13297: 'already-exists',
  14031: 'no-space',
};

const isNetwork = (error: Error): boolean =>
  /^Mongo(Network|ServerSelection|NotConnected|Topology|Pool)/.test(error.name);

const failureOf = (error: unknown, doing: string): DrError => {
  if (isDrError(error)) return error;
  const cause = error as Error & { code?: number };
  const kind = kinds[cause.code ?? 0] ?? (isNetwork(cause) ? 'unreachable' : 'unexpected');
  const hint =
    kind === 'no-permission'
      ? 'the login of the server needs readWriteAnyDatabase and dbAdminAnyDatabase'
      : 'check the server and its connection string, then repeat the step';
  return new DrError(kind, `${doing} failed: ${cause.message}`, hint);
};

const shape = /^(mongodb(?:\+srv)?:\/\/)((?:[^/?#@]*@)?[^/?#@]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/**
 * The URL of one database of a server. Logins stay where they were looked for: a database in the URL would be searched for
 * them otherwise.
 * @throws DrError `bad-input`
 */
const urlIn = (server: string, ref: string, database: string): string => {
  const [, scheme, hosts, path = '', query = ''] = shape.exec(server) ?? [];
  if (scheme === undefined || hosts === undefined) {
    throw new DrError(
      'bad-input',
      `${ref} is not the URL of a MongoDB server`,
      'write it as mongodb://user:password@host:27017/?option=value, with special characters percent-encoded',
    );
  }
  const options = new URLSearchParams(query);
  if (hosts.includes('@') && !options.has('authSource')) {
    options.set('authSource', path === '' ? 'admin' : decodeURIComponent(path));
  }
  const more = options.size === 0 ? '' : `?${options}`;
  return `${scheme}${hosts}/${encodeURIComponent(database)}${more}`;
};

const mostBytes = 63;

/**
 * A name the server takes, another one for each name: it allows 63 bytes, and no dots, spaces, slashes and the like, on any
 * system.
 */
const legalName = (name: string): string => {
  const legal = name.replace(/[/\\. "$*<>:|?~\0]/g, (one) => `~${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
  if (Buffer.byteLength(legal) <= mostBytes) return legal;
  return `${createHash('sha256').update(name).digest('hex').slice(0, 32)}~`;
};

/** What a database says of itself: nothing where it is not there. */
const find = async (db: Db): Promise<{ isThere: boolean; made: Document | null }> => {
  const isThere = (await db.listCollections({}, { nameOnly: true }).toArray()).length > 0;
  return { isThere, made: isThere ? await db.collection<Document>(ownName).findOne({ _id: madeId as never }) : null };
};

const refuseStranger = (spec: PlaceSpec, database: string, place: unknown): void => {
  if (place === spec.id) return;
  throw new DrError(
    'refused',
    `database ${JSON.stringify(database)} was not made for place ${spec.id}: it lacks the document that says so`,
    'choose another name for the place, or look at who made the database',
  );
};

/**
 * New databases on a MongoDB server: `server` is its URL. A database is made by its first document, which says for which place
 * it is; nothing is removed without one. Killed half-way, making leaves nothing, and removing a part that the next attempt
 * removes: the document goes last, with the database.
 */
export const mongodbDatabase = (resolve: Resolve): Provider => {
  const placeOf = async (spec: PlaceSpec): Promise<{ url: string; database: string }> => {
    const { server, database } = specOf(spec, 'database');
    const legal = legalName(database);
    return { url: urlIn(await resolve(server), server, legal), database: legal };
  };

  const inDatabase = async <T>(
    spec: PlaceSpec,
    doing: string,
    body: (db: Db, database: string) => Promise<T>,
  ): Promise<T> => {
    const { url, database } = await placeOf(spec);
    let client: MongoClient | undefined;
    try {
      client = new MongoClient(url, { appName: 'dr-runbooks', readPreference: 'primary' });
      return await body(client.db(database), database);
    } catch (error) {
      throw failureOf(error, `${doing} database ${JSON.stringify(database)}`);
    } finally {
      await client?.close().catch(() => {});
    }
  };

  return {
    provider: 'database',
    async provide(spec) {
      refuseUnlessMade(spec);
      await inDatabase(spec, 'making', async (db, database) => {
        const { isThere, made } = await find(db);
        if (isThere) return refuseStranger(spec, database, made?.place);
        // Two at once: one is first, and the other finds what it wrote.
        const own = db.collection<Document>(ownName);
        const filter = { _id: madeId as never };
        await own
          .updateOne(filter, { $setOnInsert: { place: spec.id } }, { upsert: true, writeConcern: { w: 'majority' } })
          .catch((error: { code?: number }) => {
            if (error.code !== 11000) throw error;
          });
        refuseStranger(spec, database, (await own.findOne(filter))?.place);
      });
    },
    async describe(spec) {
      return inDatabase(spec, 'looking for', async (db, database) => {
        const { isThere, made } = await find(db);
        if (!isThere) return 'absent';
        refuseStranger(spec, database, made?.place);
        return 'ready';
      });
    },
    async url(spec) {
      return (await placeOf(spec)).url;
    },
    async discard(spec) {
      refuseUnlessMade(spec);
      await inDatabase(spec, 'removing', async (db, database) => {
        const { isThere, made } = await find(db);
        if (!isThere) return;
        refuseStranger(spec, database, made?.place);
        await db.dropDatabase({ writeConcern: { w: 'majority' } });
      });
    },
  };
};
