import pg from 'pg';
import { DrError, type ErrorKind, isDrError } from '../domain/errors.ts';
import type { PlaceSpec } from '../domain/words.ts';
import type { Provider } from './port.ts';
import { type Resolve, refuseUnlessMade, specOf } from './spec-of.ts';

/**
 * How a database says that this product made it, and for which place: it goes with the database when that is renamed. It is
 * the first line of the comment; what a restore writes comes below.
 */
const commentOf = ({ id }: PlaceSpec): string => `made by dr-runbooks for place ${id}`;

const kinds: Readonly<Record<string, ErrorKind>> = {
  '28000': 'no-permission',
  '28P01': 'no-permission',
  '42501': 'no-permission',
  '3D000': 'missing',
  '53100': 'no-space',
  '55006': 'busy',
  '53300': 'busy',
};

const isNetwork = (error: Error & { code?: string }): boolean =>
  /^(E[A-Z]+|08...|57P..)$/.test(error.code ?? '') || /^Connection terminated|^timeout expired/.test(error.message);

const failureOf = (error: unknown, doing: string): DrError => {
  if (isDrError(error)) return error;
  const cause = error as Error & { code?: string };
  const kind = kinds[cause.code ?? ''] ?? (isNetwork(cause) ? 'unreachable' : 'unexpected');
  const hint =
    kind === 'no-permission'
      ? 'the login of the server needs CREATEDB'
      : 'check the server and its connection string, then repeat the step';
  return new DrError(kind, `${doing} failed: ${cause.message}`, hint);
};

const readServer = (text: string, ref: string): URL => {
  const url = URL.parse(text);
  if (url?.protocol === 'postgres:' || url?.protocol === 'postgresql:') return url;
  throw new DrError(
    'bad-input',
    `${ref} is not the URL of a PostgreSQL server`,
    'write it as postgres://user:password@host:5432/postgres, with special characters percent-encoded',
  );
};

interface Database {
  name: string;
  isOurs: boolean;
  /** Made by a process that was killed before it could say whose it is: nobody was ever let in. */
  isHalfMade: boolean;
}

/** The database of a place, under its own name or under one it was given since. */
const find = async (client: pg.Client, spec: PlaceSpec & { database: string }): Promise<Database | null> => {
  const { rows } = await client.query<Database>(
    `SELECT d.datname AS name, coalesce(split_part(s.description, E'\\n', 1) = $2, false) AS "isOurs",
        s.description IS NULL AND NOT d.datallowconn AND d.datname = $1 AS "isHalfMade"
      FROM pg_database d
      LEFT JOIN pg_shdescription s ON s.classoid = 'pg_database'::regclass AND s.objoid = d.oid
      WHERE d.datname = $1 OR split_part(s.description, E'\\n', 1) = $2
      ORDER BY d.datname = $1 DESC LIMIT 1`,
    [spec.database, commentOf(spec)],
  );
  return rows[0] ?? null;
};

const refuseStranger = (spec: PlaceSpec, database: Database): void => {
  if (database.isOurs || database.isHalfMade) return;
  throw new DrError(
    'refused',
    `database ${JSON.stringify(database.name)} was not made for place ${spec.id}: it lacks the comment that says so`,
    'choose another name for the place, or look at who made the database',
  );
};

/** What `pg_database` says; columns come and go between versions. */
interface Locale {
  datlocprovider?: string;
  datcollate: string;
  datctype: string;
  daticulocale?: string | null;
  datlocale?: string | null;
}

const providers: Readonly<Record<string, readonly [name: string, option: string]>> = {
  i: ['icu', 'ICU_LOCALE'],
  b: ['builtin', 'BUILTIN_LOCALE'],
};

/** Like the database the server's URL names, so that texts have the same encoding and sort the same. Nobody is let in yet. */
const createSql = async (client: pg.Client, name: string): Promise<string> => {
  const { rows } = await client.query<{ encoding: string; locale: Locale }>(
    `SELECT pg_encoding_to_char(encoding) AS encoding, to_jsonb(d) AS locale
      FROM pg_database d WHERE datname = current_database()`,
  );
  const { encoding, locale } = rows[0]!;
  const options = [`ENCODING ${pg.escapeLiteral(encoding)}`];
  options.push(`LC_COLLATE ${pg.escapeLiteral(locale.datcollate)}`, `LC_CTYPE ${pg.escapeLiteral(locale.datctype)}`);
  const named = providers[locale.datlocprovider ?? 'c'];
  const value = locale.daticulocale ?? locale.datlocale;
  if (named && value) options.push(`LOCALE_PROVIDER ${named[0]}`, `${named[1]} ${pg.escapeLiteral(value)}`);
  return `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0 ${options.join(' ')} ALLOW_CONNECTIONS false`;
};

/** A database that subscribes to another one cannot be dropped. Slots at the publisher stay: they may be the original's. */
const dropSubscriptions = async (client: pg.Client, name: string, server: URL): Promise<void> => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT s.subname AS name FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = $1`,
    [name],
  );
  if (rows.length === 0) return;
  const url = new URL(server);
  url.pathname = `/${encodeURIComponent(name)}`;
  const inside = new pg.Client({ connectionString: url.href, database: name, application_name: 'dr-runbooks' });
  inside.on('error', () => {});
  await inside.connect();
  try {
    // One that forbids changes of the schema goes with its database anyway.
    const { rows: triggers } = await inside.query<{ name: string }>('SELECT evtname AS name FROM pg_event_trigger');
    for (const trigger of triggers) await inside.query(`DROP EVENT TRIGGER ${pg.escapeIdentifier(trigger.name)}`);
    for (const subscription of rows) {
      const subscribed = pg.escapeIdentifier(subscription.name);
      await inside.query(`ALTER SUBSCRIPTION ${subscribed} DISABLE`);
      await inside.query(`ALTER SUBSCRIPTION ${subscribed} SET (slot_name = NONE)`);
      await inside.query(`DROP SUBSCRIPTION ${subscribed}`);
    }
  } finally {
    await inside.end().catch(() => {});
  }
};

/**
 * New databases on a PostgreSQL server: `server` is the URL of any database there, whose encoding and locale they take. What
 * it makes bears a comment that names the place, and it removes nothing without one. Killed half-way through making one, it
 * leaves a database that nobody can connect to, and finishes it the next time.
 */
export const postgresDatabase = (resolve: Resolve): Provider => {
  const serverOf = async (spec: PlaceSpec): Promise<URL> => {
    const { server } = specOf(spec, 'database');
    return readServer(await resolve(server), server);
  };

  /** One call about a database at a time: the server has no conditional create. */
  const atServer = async <T>(
    spec: PlaceSpec,
    doing: string,
    body: (client: pg.Client, spec: PlaceSpec & { database: string }) => Promise<T>,
  ): Promise<T> => {
    const { database } = specOf(spec, 'database');
    const client = new pg.Client({
      connectionString: (await serverOf(spec)).href,
      application_name: 'dr-runbooks',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query("SELECT set_config('statement_timeout', '0', false), set_config('search_path', '', false)");
      await client.query('SELECT pg_advisory_lock(hashtextextended($1, 7038330159))', [database]);
      return await body(client, { ...spec, database });
    } catch (error) {
      throw failureOf(error, `${doing} database ${JSON.stringify(database)}`);
    } finally {
      await client.end().catch(() => {});
    }
  };

  return {
    provider: 'database',
    async provide(spec) {
      refuseUnlessMade(spec);
      await atServer(spec, 'making', async (client, place) => {
        const found = await find(client, place);
        if (found?.isOurs) return;
        if (found) refuseStranger(spec, found);
        else await client.query(await createSql(client, place.database));
        const name = pg.escapeIdentifier(place.database);
        await client.query(
          `COMMENT ON DATABASE ${name} IS ${pg.escapeLiteral(commentOf(spec))}; ALTER DATABASE ${name} ALLOW_CONNECTIONS true`,
        );
      });
    },
    async describe(spec) {
      return atServer(spec, 'looking for', async (client, place) => {
        const found = await find(client, place);
        if (found === null || found.isHalfMade) return 'absent';
        refuseStranger(spec, found);
        return 'ready';
      });
    },
    async url(spec) {
      const url = new URL(await serverOf(spec));
      url.pathname = `/${encodeURIComponent(specOf(spec, 'database').database)}`;
      return url.href;
    },
    async discard(spec) {
      refuseUnlessMade(spec);
      await atServer(spec, 'removing', async (client, place) => {
        for (let found = await find(client, place); found; found = await find(client, place)) {
          refuseStranger(spec, found);
          await dropSubscriptions(client, found.name, await serverOf(spec));
          await client.query(`DROP DATABASE ${pg.escapeIdentifier(found.name)} WITH (FORCE)`);
        }
      });
    },
  };
};
