import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { RestoreSelection } from '../../../src/domain/data.ts';
import { compareFingerprints, type Difference } from '../../../src/domain/fingerprint.ts';
import type { Writer } from '../../../src/stores/port.ts';
import { pgBin } from '../../support/servers.ts';
import { open, restoreRest, type Taken, writer } from './lab.ts';

const run = promisify(execFile);

/** A shop whose triggers would refuse every row, with names that break what is concatenated. */
export const shop = `
  CREATE SCHEMA shop; CREATE SCHEMA "audit ""log";
  CREATE TYPE shop.mood AS ENUM ('sad', 'ok');
  CREATE FUNCTION shop.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trigger fired'; END $$;
  CREATE FUNCTION shop.unused() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE SEQUENCE shop.alone START 5;
  CREATE TABLE shop.customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, mood shop.mood,
    twice int GENERATED ALWAYS AS (length(name) * 2) STORED);
  CREATE TABLE shop.orders (id serial PRIMARY KEY, customer bigint NOT NULL REFERENCES shop.customers,
    parent int REFERENCES shop.orders, note text);
  CREATE TABLE shop.lines (id int PRIMARY KEY, "order" int REFERENCES shop.orders);
  CREATE INDEX orders_note ON shop.orders (note);
  CREATE TABLE "audit ""log"."ev*nts" (at int, note text);
  CREATE VIEW shop.named AS SELECT o.id, c.name FROM shop.orders o JOIN shop.customers c ON c.id = o.customer;
  CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) AS n FROM shop.customers;
  INSERT INTO shop.customers (name, mood) SELECT 'name ' || i, (ARRAY['sad', 'ok']::shop.mood[])[1 + i % 2] FROM generate_series(1, 200) i;
  INSERT INTO shop.orders (customer, parent, note) SELECT 1 + i % 200, nullif(i % 7, 0), 'note ' || i FROM generate_series(1, 500) i;
  INSERT INTO shop.lines SELECT i, 1 + i % 500 FROM generate_series(1, 300) i;
  INSERT INTO "audit ""log"."ev*nts" SELECT i, 'event ' || i FROM generate_series(1, 100) i;
  REFRESH MATERIALIZED VIEW shop.counted; SELECT nextval('shop.alone');
  CREATE TRIGGER plain BEFORE INSERT ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.refuse();
  CREATE TRIGGER "al ""ways" BEFORE INSERT ON shop.orders FOR EACH STATEMENT EXECUTE FUNCTION shop.refuse();
  ALTER TABLE shop.orders ENABLE ALWAYS TRIGGER "al ""ways";
  CREATE TRIGGER replica AFTER INSERT ON shop.customers FOR EACH ROW EXECUTE FUNCTION shop.refuse();
  ALTER TABLE shop.customers ENABLE REPLICA TRIGGER replica;
  CREATE TRIGGER off BEFORE INSERT ON shop.lines FOR EACH ROW EXECUTE FUNCTION shop.refuse();
  ALTER TABLE shop.lines DISABLE TRIGGER off;`;

/** Definitions as pg_dump writes them, the product's own schema apart. */
export const definitions = async (url: string, ...more: string[]): Promise<string> => {
  const args = ['--schema-only', '--exclude-schema=dr_runbooks', ...more, `--dbname=${url}`];
  const { stdout } = await run(join(await pgBin(), 'pg_dump'), args, { maxBuffer: 64 << 20 });
  return stdout.replace(/^\\(un)?restrict .*$/gm, '');
};

/** Restores what is selected of a set into a place, and holds it against the set. The writer has not ended. */
export const bring = async (
  { meta, vault, fingerprint }: Taken,
  url: string,
  selection: RestoreSelection,
  by: Writer = { ...writer(), selection },
): Promise<{ by: Writer; differences: Difference[] }> => {
  const place = await open(url);
  await place.begin(by, meta);
  await restoreRest(place, meta, vault, by);
  const { expected, found } = await place.prove(by, meta, fingerprint);
  return { by, differences: compareFingerprints(expected, found) };
};

/** The same, equal and ended. */
export const bringAll = async (taken: Taken, url: string, selection: RestoreSelection): Promise<Writer> => {
  const { by, differences } = await bring(taken, url, selection);
  expect(differences).toEqual([]);
  const place = await open(url);
  await place.end(by);
  return by;
};
