import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { freshDatabase } from '../support/servers.ts';
import { type Folder, freshFolder, type Ran, vaultKey } from './dr.ts';
import { inProcess } from './in-process.ts';

export const hostile = 'we "quote" — ünïcode; DROP TABLE x; --';
const quoted = `"${hostile.replaceAll('"', '""')}"`;

/** Something of everything that makes looking into a set hard. */
export const shopSql = `
  CREATE SCHEMA shop;
  CREATE TYPE shop.mood AS ENUM ('sad', 'happy');
  CREATE TABLE shop.customers (id int PRIMARY KEY, name text NOT NULL, mood shop.mood, twice int GENERATED ALWAYS AS (id * 2) STORED);
  CREATE TABLE shop.orders (id serial PRIMARY KEY, customer int NOT NULL REFERENCES shop.customers, total numeric(12, 2), note text);
  CREATE TABLE shop.bulk (id bigint PRIMARY KEY, payload text NOT NULL);
  CREATE TABLE shop.events (at date NOT NULL, id bigint, note text, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
  CREATE TABLE shop.events_2024 PARTITION OF shop.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE shop.a_2025 PARTITION OF shop.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  CREATE TABLE shop.keyless (a int, b text);
  CREATE TABLE ${quoted} ("a 'b'" int PRIMARY KEY, "__proto__" text);
  CREATE SEQUENCE shop.alone START 5;
  CREATE VIEW shop.by_key AS SELECT id, total, count(*) OVER () AS n FROM shop.orders GROUP BY id;
  CREATE VIEW shop.happy AS SELECT o.id, c.name FROM shop.orders o JOIN shop.customers c ON c.id = o.customer WHERE c.mood = 'happy';
  CREATE MATERIALIZED VIEW shop.totals AS SELECT customer, sum(total) AS total FROM shop.orders GROUP BY customer;
  CREATE MATERIALIZED VIEW shop.newest AS SELECT max(at) AS at FROM shop.events;
  CREATE FUNCTION shop.count_orders() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM shop.orders); END $$;
  CREATE FUNCTION shop.write_one() RETURNS void LANGUAGE sql AS 'INSERT INTO shop.keyless VALUES (1)';
  CREATE FUNCTION shop.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
  CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
  CREATE FOREIGN TABLE shop.far (a int) SERVER elsewhere;
  INSERT INTO shop.customers (id, name, mood) SELECT n, 'name ' || n, (ARRAY['sad', 'happy']::shop.mood[])[1 + n % 2] FROM generate_series(1, 50) n;
  INSERT INTO shop.orders (customer, total, note) SELECT 1 + n % 50, n, E'tab\\there' FROM generate_series(1, 400) n;
  INSERT INTO shop.bulk SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, 20000) n;
  INSERT INTO shop.events SELECT '2024-03-01'::date + n, n, 'note ' || n FROM generate_series(1, 500) n;
  INSERT INTO shop.keyless VALUES (1, 'x'), (1, 'x'), (2, NULL);
  INSERT INTO ${quoted} VALUES (1, E'\\x1b[31mred'), (2, '🧊');
  SELECT lo_from_bytea(4711, decode(repeat('00ff11', 5000), 'hex'));
  SELECT setval('shop.alone', 77, true);
  CREATE TRIGGER refused BEFORE INSERT ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.refuse();
  REFRESH MATERIALIZED VIEW shop.totals; REFRESH MATERIALIZED VIEW shop.newest;
  DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = shop, public', current_database()); END $$;`;

export const quotedHostile = quoted;

/** Runs SQL on a connection of its own and answers with the rows of its last statement. */
export const sql = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const result = await client.query(text);
    return (Array.isArray(result) ? result.at(-1) : result).rows;
  } finally {
    await client.end();
  }
};

export interface Shop extends AsyncDisposable {
  folder: Folder;
  url: string;
  /** Variables of a process that works with the estate. */
  env: Record<string, string>;
  dr(args: readonly string[], signal?: AbortSignal): Promise<Ran>;
  /** Scratch databases of this target that are there now. */
  scratches(): Promise<string[]>;
}

/** An estate of one PostgreSQL target that is full of things, and a vault in a folder. */
export const openShop = async (target: string): Promise<Shop> => {
  const folder = await freshFolder();
  const database = await freshDatabase('shop');
  await sql(database.url, shopSql);
  const prefix = target.toUpperCase().replaceAll('-', '_');
  const env = { [`${prefix}_KEY`]: vaultKey, [`${prefix}_URL`]: database.url };
  Object.assign(process.env, env);
  const yaml = `name: shop
vault: { kind: folder, path: ./vault, key: env:${prefix}_KEY }
targets:
  ${target}:
    kind: postgres
    objective: { rto: 4h, rpo: 1h }
    primary: env:${prefix}_URL
`;
  const path = await folder.write('estate.yaml', `${yaml}    scratchServer: env:${prefix}_URL\n`);
  await folder.write('no-scratch.yaml', yaml);
  await mkdir(join(folder.path, 'vault'));
  return {
    folder,
    url: database.url,
    env,
    dr: (args, signal) =>
      inProcess(args.includes('--estate') ? args : [...args, '--estate', path], signal === undefined ? {} : { signal }),
    scratches: async () => {
      const like = `dr_${target.replaceAll('-', '_')}_%`;
      const rows = await sql(database.url, `SELECT datname FROM pg_database WHERE datname LIKE '${like}'`);
      return rows.map(({ datname }) => String(datname));
    },
    async [Symbol.asyncDispose]() {
      for (const name of Object.keys(env)) delete process.env[name];
      await database.drop();
      await folder[Symbol.asyncDispose]();
    },
  };
};
