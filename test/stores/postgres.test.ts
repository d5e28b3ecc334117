// Rows C1 C2 Y1 of docs/coverage.md.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startPostgres } from '../../src/local/components/postgres.ts';
import { objectName } from '../../src/stores/postgres/connection/quote.ts';
import { fencedName } from '../../src/stores/postgres/fence/fenced-name.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import type { Row } from './conformance/harness.ts';
import { storeConformance } from './conformance.ts';

const ident = (name: string): string => `public.${pg.escapeIdentifier(name)}`;

const connected = async <T>(url: string, body: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return await body(client);
  } finally {
    await client.end();
  }
};

const nameIn = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

const withName = (url: string, name: string): string => {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(name)}`;
  return other.href;
};

/** As an administrator who knows that a fence renames. */
const inside = async <T>(url: string, body: (client: pg.Client) => Promise<T>): Promise<T> =>
  connected(url, body).catch((error: { code?: string }) => {
    if (error.code !== '3D000') throw error;
    return connected(withName(url, fencedName(nameIn(url))), body);
  });

storeConformance({
  kind: postgres,
  module: { href: new URL('../../src/stores/postgres/index.ts', import.meta.url).href, exportName: 'postgres' },
  can: { fence: true, canary: true, checks: true },
  selects: { parts: true, existing: true, owners: true },
  nameOf: (object) => objectName('public', object),
  longestName: 63,
  bigRows: 30_000,
  // A server of its own: it is restarted, where it is not one that somebody named. It outlives no power cut here, so nothing
  // waits for the disk.
  start: async () => {
    const named = process.env.DR_TEST_POSTGRES_URL;
    const own = named ? null : await startPostgres({ settings: { fsync: 'off' } });
    const server = { url: own?.url ?? named! };
    const made: string[] = [];
    return {
      async empty() {
        const name = `place_${randomBytes(6).toString('hex')}`;
        await connected(server.url, (client) => client.query(`CREATE DATABASE ${name}`));
        made.push(name);
        return withName(server.url, name);
      },
      absent: async () => withName(server.url, `absent_${randomBytes(6).toString('hex')}`),
      put: (url, object, rows) =>
        inside(url, async (client) => {
          await client.query('BEGIN');
          await client.query(`CREATE TABLE IF NOT EXISTS ${ident(object)} (key text, value text)`);
          await client.query(`TRUNCATE ${ident(object)}`);
          await client.query(
            `INSERT INTO ${ident(object)} SELECT key, value
              FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS r (key, value, n) ORDER BY n`,
            [rows.map(([key]) => key), rows.map(([, value]) => value)],
          );
          await client.query('COMMIT');
        }),
      drop: (url, object) => inside(url, async (client) => void (await client.query(`DROP TABLE ${ident(object)}`))),
      rows: (url, object) =>
        inside(url, async (client) => {
          const { rows } = await client.query<{ key: string; value: string | null }>(`TABLE ${ident(object)}`);
          return rows.map(({ key, value }): Row => [key, value]);
        }),
      async user(url) {
        const client = new pg.Client({ connectionString: url });
        client.on('error', () => {});
        await client.connect();
        return {
          write: async (object, row) =>
            void (await client.query(`INSERT INTO ${ident(object)} (key, value) VALUES ($1, $2)`, [...row])),
          [Symbol.asyncDispose]: () => client.end(),
        };
      },
      cut: (url) =>
        connected(server.url, async (client) => {
          await client.query(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
            [nameIn(url)],
          );
        }),
      ...(own === null ? {} : { restart: own.restart }),
      async stop() {
        if (own !== null) return own.stop();
        await connected(server.url, async (client) => {
          for (const name of made.flatMap((one) => [one, fencedName(one)])) {
            await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
          }
        });
      },
    };
  },
});
