// Row Y1 of docs/coverage.md.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryServer } from '../../src/memory/server.ts';
import { freshDatabase } from '../support/servers.ts';
import { estateYaml, freshFolder, vaultKey } from './dr.ts';
import { inProcess, memoryEstate, rows } from './in-process.ts';

describe('selections on the command line', () => {
  it('restore definitions, then rows into them, once', async () => {
    const { dr, empty } = await memoryEstate();
    await dr(['snapshot', 'orders-db']);
    const restore = (...options: string[]) =>
      dr(['restore', 'orders-db/latest', '--to', empty.ref, '--only', 'orders', '--yes', ...options]);
    expect(await restore('--data-only')).toMatchObject({ code: 1, out: expect.stringContaining('"missing"') });
    const made = await restore('--schema-only');
    expect(made.code, made.err).toBe(0);
    expect(memoryServer.rows(empty.url, 'orders')).toEqual([]);
    expect((await restore('--data-only')).json()).toMatchObject({ isEqual: true, objects: 1, rows: 40 });
    expect(memoryServer.rows(empty.url, 'orders')).toEqual(rows.orders);
    expect(await restore('--data-only')).toMatchObject({ code: 3, out: expect.stringContaining('--into-existing') });
    expect(await restore('--data-only', '--into-existing')).toMatchObject({ code: 0 });
    const again = await restore('--data-only', '--into-existing');
    expect(again.json()).toMatchObject({ error: { kind: 'refused', hint: expect.stringContaining('--run') } });
    expect(memoryServer.rows(empty.url, 'orders')).toHaveLength(80);
  });

  it('never take a partial set for the latest, nor for the whole', async () => {
    const { dr, empty } = await memoryEstate();
    const whole = (await dr(['snapshot', 'orders-db'])).json().set;
    const partial = (await dr(['snapshot', 'orders-db', '--schema-only'])).json();
    expect(partial.leftOut).toEqual(['rows of every object']);
    await dr(['snapshot', 'orders-db', '--only', 'items']);
    expect((await dr(['verify', 'orders-db/latest'])).json()).toMatchObject({ set: whole });
    expect((await dr(['doctor'])).out).toContain(`newest set ${whole} is`);
    const refused = await dr(['restore', String(partial.set), '--to', empty.ref, '--yes']);
    expect(refused).toMatchObject({ code: 2, out: expect.stringContaining('--schema-only') });
    expect(memoryServer.find(empty.url)).toMatchObject({ mark: null, ledger: null });
    expect(await dr(['restore', String(partial.set), '--to', empty.ref, '--yes', '--schema-only'])).toMatchObject({
      code: 0,
    });
  });

  it('refuse what makes no sense, or what the store cannot do, before anything is changed', async () => {
    const { dr, empty } = await memoryEstate();
    await dr(['snapshot', 'orders-db']);
    for (const [options, says] of [
      [['--schema-only', '--data-only'], 'exclude each other'],
      [['--owner', 'old'], 'names no two roles'],
      [['--owner', 'a=b', 'a=c'], 'two new owners'],
      [['--owner', 'a=b'], 'no owners'],
      [['--no-owner'], 'no owners'],
      [['--no-privileges'], 'no privileges'],
      [['--only', 'no-such'], 'matches no object'],
    ] as const) {
      const refused = await dr(['restore', 'orders-db/latest', '--to', empty.ref, '--yes', ...options]);
      expect(refused, options.join(' ')).toMatchObject({ code: 2, out: expect.stringContaining(says) });
    }
    const nowhere = await dr(['restore', 'orders-db/latest', '--to', 'beside', '--yes', '--data-only']);
    expect(nowhere).toMatchObject({ code: 2, out: expect.stringContaining('would be made empty') });
    expect(memoryServer.find(empty.url)).toMatchObject({ mark: null, ledger: null });
  });

  it('say of PostgreSQL which foreign keys a selection breaks, and whose what comes back is', async () => {
    const [source, empty] = await Promise.all([freshDatabase('shop'), freshDatabase()]);
    const folder = await freshFolder();
    const role = `app_${randomBytes(4).toString('hex')}`;
    const query = async (url: string, sql: string): Promise<unknown[]> => {
      const client = new Client({ connectionString: url });
      await client.connect();
      return client
        .query(sql)
        .then(({ rows: found }) => found)
        .finally(() => client.end());
    };
    const unique = { EMPTY: `EMPTY_${role}` };
    Object.assign(process.env, {
      VAULT_KEY: vaultKey,
      ORDERS_URL: source.url,
      SERVER_URL: source.url,
      [unique.EMPTY]: empty.url,
    });
    onTestFinished(async () => {
      await Promise.all([source.drop(), empty.drop()]);
      await folder[Symbol.asyncDispose]();
      for (const name of ['VAULT_KEY', 'ORDERS_URL', 'SERVER_URL', unique.EMPTY]) delete process.env[name];
    });
    const path = await folder.write('estate.yaml', estateYaml());
    await mkdir(`${folder.path}/vault`);
    const dr = (...args: string[]) => inProcess([...args, '--json', '--estate', path]);
    await query(
      source.url,
      `CREATE ROLE ${role}; CREATE TABLE customers (id int PRIMARY KEY); ALTER TABLE customers OWNER TO ${role};
      CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers); INSERT INTO customers VALUES (1);
      INSERT INTO orders VALUES (1, 1), (2, NULL)`,
    );

    const key = 'foreign key orders_customer_fkey of public.orders (references public.customers)';
    const broken = await dr('snapshot', 'orders-db', '--only', 'public.orders');
    expect(broken.json()).toMatchObject({ error: { kind: 'refused', message: expect.stringContaining(key) } });
    expect(broken.code).toBe(3);
    const partial = await dr('snapshot', 'orders-db', '--only', 'public.orders', '--allow-missing-keys');
    expect(partial.json()).toMatchObject({ leftOut: expect.arrayContaining([expect.stringContaining(key)]) });

    await dr('snapshot', 'orders-db');
    const restore = (...options: string[]) =>
      dr('restore', 'orders-db/latest', '--to', `env:${unique.EMPTY}`, '--yes', ...options);
    const stopped = await restore('--only', 'public.orders');
    expect(stopped.json()).toMatchObject({
      error: { kind: 'refused', hint: expect.stringContaining('--allow-missing-keys') },
    });
    expect(await query(empty.url, `SELECT FROM pg_namespace WHERE nspname = 'dr_runbooks'`)).toEqual([]);

    await query(source.url, `DROP TABLE orders, customers; DROP ROLE ${role}`);
    expect((await restore()).json()).toMatchObject({
      error: { kind: 'missing', message: expect.stringContaining(role) },
    });
    const done = await restore('--owner', `${role}=postgres`);
    expect(done.json(), done.err).toMatchObject({ isEqual: true, objects: 2, rows: 3, notes: [] });
    expect(
      await query(empty.url, `SELECT relowner::regrole::text AS owner FROM pg_class WHERE relname = 'customers'`),
    ).toEqual([{ owner: 'postgres' }]);
    expect((await dr('restore', String(partial.json().set), '--to', 'beside', '--yes')).json()).toMatchObject({
      isEqual: true,
      objects: 1,
    });
  });
});
