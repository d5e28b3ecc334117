// Rows C1 C2 Y1 of docs/coverage.md.
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../support/servers.ts';
import { dr, estateYaml, type Folder, freshFolder, startDr, vaultKey } from './dr.ts';

const rowsOfBig = 60_000;
const hostile = 'we "quote" — ünïcode';

const fill = `
  CREATE TABLE big (id bigint PRIMARY KEY, payload text NOT NULL);
  INSERT INTO big SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, ${rowsOfBig}) n;
  CREATE INDEX big_payload ON big (left(payload, 16));
  CREATE TABLE "${hostile.replaceAll('"', '""')}" (a int, b timestamptz DEFAULT now());
  INSERT INTO "${hostile.replaceAll('"', '""')}" (a) VALUES (1), (2), (NULL);
`;

const query = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  // The name of our own: a place with somebody else in it is not restored into.
  const client = new Client({ connectionString: url, application_name: 'dr-runbooks test' });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('engine commands on PostgreSQL, each in a process of its own', () => {
  let folder: Folder;
  let [primary, empty, killed]: FreshDatabase[] = [];
  let env: Record<string, string>;
  let set: string;
  const json = async (...args: string[]) => {
    const ran = await dr([...args, '--json'], { cwd: folder.path, env });
    return { ...ran.json(), code: ran.code, err: ran.err };
  };

  beforeAll(async () => {
    folder = await freshFolder();
    await folder.write('estate.yaml', estateYaml());
    await mkdir(`${folder.path}/vault`);
    [primary, empty, killed] = await Promise.all([freshDatabase('orders'), freshDatabase(), freshDatabase()]);
    await query(primary!.url, fill);
    const pg = { PATH: process.env.PATH ?? '' };
    env = {
      ...pg,
      VAULT_KEY: vaultKey,
      ORDERS_URL: primary!.url,
      SERVER_URL: primary!.url,
      EMPTY: empty!.url,
      KILLED: killed!.url,
    };
    const taken = await json('snapshot', 'orders-db');
    expect(taken, taken.err).toMatchObject({ code: 0, objects: 2, rows: rowsOfBig + 3 });
    set = (taken as unknown as { set: string }).set;
  });
  afterAll(async () => {
    await Promise.all([primary, empty, killed].map((database) => database?.drop()));
    await folder[Symbol.asyncDispose]();
  });

  it('list and verify the set', async () => {
    expect(await json('sets')).toMatchObject({ code: 0, sets: [{ set, kind: 'postgres' }] });
    expect(await json('verify', set)).toMatchObject({ code: 0, isWhole: true });
  });

  it('restore it, equal by its own fingerprint and by the count of an ordinary client', async () => {
    const restored = await json('restore', set, '--to', 'env:EMPTY', '--yes');
    expect(restored, restored.err).toMatchObject({ code: 0, isEqual: true, objects: 2, rows: rowsOfBig + 3 });
    expect(await query(empty!.url, 'SELECT count(*)::int, sum(id)::int AS sum FROM big')).toEqual(
      await query(primary!.url, 'SELECT count(*)::int, sum(id)::int AS sum FROM big'),
    );
    const again = await json('restore', set, '--to', 'env:EMPTY', '--yes');
    expect(again).toMatchObject({ code: 3, error: { kind: 'not-empty' } });
  });

  it('make a database beside, restore into it, and say where it is', async () => {
    const restored = await json('restore', 'orders-db/latest', '--to', 'beside', '--yes');
    expect(restored, restored.err).toMatchObject({ code: 0, isEqual: true, place: { server: 'env:SERVER_URL' } });
    const { place } = restored as unknown as { place: { database: string } };
    const url = new URL(primary!.url);
    url.pathname = `/${place.database}`;
    expect(await query(url.href, 'SELECT count(*)::int AS rows FROM big')).toEqual([{ rows: rowsOfBig }]);
    await query(primary!.url, `DROP DATABASE "${place.database}"`);
  });

  it('go on after a SIGKILL, and apply nothing twice', async () => {
    const restore = ['restore', set, '--to', 'env:KILLED', '--yes', '--json'];
    const child = startDr(restore, { cwd: folder.path, env });
    const ended = once(child, 'close');
    const hasRows = async () =>
      query(killed!.url, 'SELECT count(*)::int AS rows FROM big').then(
        ([first]) => Number(first?.rows) > 0,
        () => false,
      );
    await expect.poll(hasRows, { timeout: 30_000, interval: 10 }).toBe(true);
    child.kill('SIGKILL');
    await ended;
    const again = await json(...restore.slice(0, -1));
    expect(again, again.err).toMatchObject({ code: 0, isEqual: true });
    expect(Number((again as unknown as { skipped: number }).skipped)).toBeGreaterThan(0);
  });

  it('never print a password, whatever goes wrong', async () => {
    const { password } = new URL(primary!.url);
    const url = new URL(primary!.url);
    url.port = '1';
    const gone = await json('fingerprint', 'orders-db').then(() =>
      dr(['fingerprint', 'orders-db', '--json'], { cwd: folder.path, env: { ...env, ORDERS_URL: url.href } }),
    );
    expect(gone.code).toBe(1);
    expect(gone.json()).toMatchObject({ error: { kind: 'unreachable' } });
    if (password !== '') expect(gone.out + gone.err).not.toContain(password);
  });
});
