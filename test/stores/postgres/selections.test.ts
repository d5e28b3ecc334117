// Row Y1 of docs/coverage.md.
import { beforeAll, describe, expect, test } from 'vitest';
import type { RestoreSelection } from '../../../src/domain/data.ts';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { postgres } from '../../../src/stores/postgres/index.ts';
import { freshDatabase } from '../../support/servers.ts';
import { database, open, sql, type Taken, take, takenFrom, writer } from './lab.ts';
import { bring, bringAll, definitions, shop } from './selecting.ts';

const refusal = (kind: string, message: RegExp, hint: RegExp = /\w/) => ({
  kind,
  message: expect.stringMatching(message),
  hint: expect.stringMatching(hint),
});

const events = '"audit ""log".ev*nts';

describe('of one set of a shop', () => {
  let source: string;
  let whole: Taken;
  beforeAll(async () => {
    const fresh = await freshDatabase('shop');
    source = fresh.url;
    await sql(source, shop);
    whole = await takenFrom(source);
    return () => fresh.drop();
  });
  const explain = (selection: RestoreSelection): readonly string[] => postgres.explain(whole.meta, selection);
  const begin = async (url: string, selection: RestoreSelection): Promise<void> =>
    (await open(url)).begin({ ...writer(), selection }, whole.meta);

  test('definitions come back alone, as pg_dump sees them', async () => {
    const url = await database();
    await bringAll(whole, url, { parts: 'schema' });
    expect(await definitions(url)).toBe(await definitions(source));
    expect(await sql(url, 'SELECT count(*)::int AS n FROM shop.orders')).toEqual([{ n: 0 }]);
    expect(await sql(url, 'SELECT last_value, is_called FROM shop.alone')).toEqual([
      { last_value: '5', is_called: false },
    ]);
  });

  test('rows come back alone into what is there, whatever its triggers and the order of its columns', async () => {
    const url = await database();
    await bringAll(whole, url, { parts: 'schema' });
    await sql(
      url,
      `ALTER TABLE shop.lines DROP COLUMN id CASCADE; ALTER TABLE shop.lines ADD COLUMN id int PRIMARY KEY`,
    );
    const before = await definitions(url);
    await bringAll(whole, url, { parts: 'data' });
    expect(compareFingerprints(whole.fingerprint, await (await open(url)).fingerprint({}))).toEqual([]);
    expect(await definitions(url)).toBe(before);
    expect(before).toMatch(/ENABLE ALWAYS TRIGGER "al ""ways"[\s\S]*DISABLE TRIGGER off|DISABLE TRIGGER off/);
    expect(await sql(url, `INSERT INTO shop.customers (name) VALUES ('next') RETURNING id`)).toEqual([{ id: '201' }]);
  });

  test('rows are added to others once, whoever asks again, and sequences do not go back', async () => {
    const url = await database();
    const only = ['shop.customers'];
    await bringAll(whole, url, { parts: 'schema' });
    await sql(
      url,
      `ALTER TABLE shop.customers ALTER id RESTART WITH 1000; INSERT INTO shop.customers (name) VALUES ('theirs')`,
    );
    await expect(begin(url, { parts: 'data', only })).rejects.toMatchObject(
      refusal('not-empty', /hold rows already: shop\.customers/, /--into-existing/),
    );
    const selection: RestoreSelection = { parts: 'data', only, into: 'existing' };
    const { by, differences } = await bring(whole, url, selection);
    expect(differences).toEqual([]);
    await expect(begin(url, selection)).rejects.toMatchObject(refusal('refused', /has begun .* and has not ended/));
    const place = await open(url);
    await place.begin(by, whole.meta);
    await place.end(by);
    await place.end(by);
    await expect(place.begin(by, whole.meta)).rejects.toMatchObject(refusal('refused', /loaded these rows/, /--run/));
    expect(
      await sql(
        url,
        `SELECT count(*)::int AS n, count(*) FILTER (WHERE name = 'theirs')::int AS theirs FROM shop.customers`,
      ),
    ).toEqual([{ n: 201, theirs: 1 }]);
    expect(await sql(url, `INSERT INTO shop.customers (name) VALUES ('next') RETURNING id`)).toEqual([{ id: '1001' }]);
  });

  test('what rows alone go into is looked at first, and nothing is changed', async () => {
    const url = await database();
    const asked = { parts: 'data' } as const;
    await expect(begin(url, asked)).rejects.toMatchObject(
      refusal('missing', /lacks what the rows go into: .*shop\.customers/, /--schema-only/),
    );
    await bringAll(whole, url, { parts: 'schema' });
    await sql(
      url,
      `ALTER TABLE shop.lines ALTER id TYPE bigint; ALTER TABLE shop.orders ADD more int;
      ALTER TABLE "audit ""log"."ev*nts" DROP at`,
    );
    await expect(begin(url, asked)).rejects.toMatchObject(
      refusal(
        'refused',
        /has no column "at".*int4 in the set and int8 there.*"more" that the set lacks|"more" that the set lacks/,
      ),
    );
    expect(await sql(url, 'SELECT run FROM dr_runbooks.guard')).toEqual([{ run: null }]);
    expect(await sql(url, 'SELECT count(*)::int AS n FROM shop.orders')).toEqual([{ n: 0 }]);
  });

  test('rows without what they reference fail by the name of the key, unless that is allowed', async () => {
    const url = await database();
    await bringAll(whole, url, { parts: 'schema' });
    expect(explain({ parts: 'data', only: ['shop.orders'] }).join('\n')).toMatch(
      /has to be there already: foreign key orders_customer_fkey of shop\.orders \(references shop\.customers\)/,
    );
    const selection: RestoreSelection = { parts: 'data', only: ['shop.orders'] };
    const by = { ...writer(), selection };
    await expect(bring(whole, url, selection, by)).rejects.toMatchObject(
      refusal('not-equal', /500 rows of shop\.orders reference nothing in shop\.customers \(orders_customer_fkey\)/),
    );
    const allowed = { ...selection, keys: 'leave-out' } as const;
    expect((await bring(whole, url, allowed, { ...by, selection: allowed })).differences).toEqual([]);
  });

  test('a selection that breaks a foreign key names it before it starts, and goes on without it when told to', async () => {
    const only = ['shop.orders', events];
    const url = await database();
    expect(() => explain({ only })).toThrow(
      expect.objectContaining(
        refusal(
          'refused',
          /^the selection breaks foreign keys: foreign key orders_customer_fkey of shop\.orders \(references shop\.customers\)$/,
          /--allow-missing-keys/,
        ),
      ),
    );
    await expect(begin(url, { only })).rejects.toMatchObject({ kind: 'refused' });
    expect((await (await open(url)).inspect()).mark).toBeNull();
    expect(explain({ only: ['shop.customers'] })).toEqual([expect.stringMatching(/left out: view shop\.named/)]);
    const allowed = { only, keys: 'leave-out' } as const;
    expect(explain(allowed).join('\n')).toMatch(/orders_customer_fkey.*\n.*view shop\.named \(needs shop\.customers\)/);
    await bringAll(whole, url, allowed);
    expect(await sql(url, `SELECT conname FROM pg_constraint WHERE contype = 'f'`)).toEqual([
      { conname: 'orders_parent_fkey' },
    ]);
    await expect((await open(source)).snapshot(whole.vault, { only, keys: 'refuse' })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('orders_customer_fkey'),
    });
  });

  test('patterns name tables and schemas; one that matches nothing is an error', async () => {
    const loaded = (selection: RestoreSelection) =>
      [...postgres.units(whole.meta, 'data', selection)].map(({ says }) => says.split(' of ').at(-1));
    expect(loaded({ only: [events] })).toEqual([events]);
    expect(loaded({ only: ['"audit ""log".'] })).toEqual([events]);
    expect(loaded({ only: ['shop.*'], except: ['shop.lines'] })).toEqual(['shop.customers', 'shop.orders']);
    expect(loaded({ except: ['shop.'] })).toEqual([events]);
    expect(loaded({ only: ['*'] })).toHaveLength(4);
    for (const selection of [
      { only: ['shop'] },
      { only: ['shop.nothing'] },
      { except: ['*'] },
      { parts: 'data', only: ['orders'] },
    ] as const) {
      expect(() => explain(selection)).toThrow(expect.objectContaining({ kind: 'no-match' }));
      await expect(begin(source, selection)).rejects.toMatchObject({ kind: 'no-match' });
    }
  });

  test('a table that was dropped comes back into its database, with its keys, and beside what changed since', async () => {
    const url = await database();
    await bringAll(whole, url, {});
    await sql(
      url,
      `DROP TABLE shop.orders CASCADE; ALTER TABLE shop.lines ADD more int; DELETE FROM shop.lines WHERE id > 100`,
    );
    const selection: RestoreSelection = { only: ['shop.orders'], into: 'existing' };
    const notes = explain(selection).join('\n');
    expect(notes).toMatch(/has to be there already: shop\.customers/);
    expect(notes).toMatch(/not made: shop\.lines lines_order_fkey/);
    await bringAll(whole, url, selection);
    const table = ['--table=shop.orders'];
    expect(await definitions(url, ...table)).toBe(await definitions(source, ...table));
    expect(await sql(url, `INSERT INTO shop.lines VALUES (900, 1, 2) RETURNING "order"`)).toEqual([{ order: 1 }]);
    await expect(begin(url, selection)).rejects.toMatchObject(
      refusal('not-empty', /holds already what is to be made: shop\.orders/, /--data-only/),
    );
    await sql(url, `DROP TABLE shop.orders, shop.lines CASCADE; DROP TABLE shop.customers CASCADE`);
    await expect(begin(url, selection)).rejects.toMatchObject(
      refusal('missing', /shop\.customers/, /--allow-missing-keys/),
    );
    await bringAll(whole, url, { ...selection, keys: 'leave-out' });
  });

  test('what a table needs comes with it into a database that has none of it', async () => {
    const url = await database('CREATE TABLE theirs (a int); CREATE SCHEMA shop');
    await bringAll(whole, url, { only: ['shop.customers'], into: 'existing' });
    expect(await sql(url, `SELECT proname FROM pg_proc WHERE pronamespace = 'shop'::regnamespace`)).toEqual([
      { proname: 'refuse' },
    ]);
    expect(await sql(url, `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'audit%'`)).toEqual([]);
    expect(await sql(url, 'SELECT n FROM shop.counted')).toEqual([{ n: '200' }]);
  });

  test('a unit that the writer does not select is refused, and so is more than a set holds', async () => {
    const url = await database();
    const by = { ...writer(), selection: { only: [events] } };
    const place = await open(url);
    await place.begin(by, whole.meta);
    const [foreign] = postgres.units(whole.meta, 'data', { only: ['shop.customers'] });
    await expect(place.restore(foreign!, whole.meta, whole.vault, by)).rejects.toMatchObject({ kind: 'refused' });
    await expect(place.begin({ ...by, selection: {} }, whole.meta)).resolves.toBeUndefined();
    await expect(place.ledger(by)).resolves.toEqual(new Set());
  });

  test.each(['schema', 'data'] as const)('a set of %s alone says so, and is not taken for more', async (parts) => {
    const taken = await take(source, { parts });
    expect(taken.leftOut[0]).toMatch(parts === 'schema' ? /^rows of every table/ : /^definitions of everything/);
    expect([...taken.vault.streams.keys()].some((name) => name.startsWith('data/'))).toBe(parts === 'data');
    expect(taken.vault.streams.has('schema')).toBe(parts === 'schema');
    const url = await database();
    for (const other of [{}, { parts: parts === 'schema' ? 'data' : 'schema' }] as const) {
      expect(() => postgres.explain(taken.meta, other)).toThrow(expect.objectContaining({ kind: 'not-supported' }));
      await expect((await open(url)).begin({ ...writer(), selection: other }, taken.meta)).rejects.toMatchObject(
        refusal('not-supported', /the set holds/, parts === 'schema' ? /--schema-only/ : /--data-only/),
      );
    }
    if (parts === 'data') await bringAll(whole, url, { parts: 'schema' });
    await bringAll(taken, url, { parts });
    expect(await definitions(url)).toBe(await definitions(source));
    if (parts === 'data') {
      expect(compareFingerprints(whole.fingerprint, await (await open(url)).fingerprint({}))).toEqual([]);
    }
  });
});
