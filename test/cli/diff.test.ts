import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostile, openShop, quotedHostile, type Shop, sql } from './shop.ts';

const change = `
  SET search_path = shop, public;
  ALTER TABLE orders DISABLE TRIGGER refused;
  DELETE FROM orders WHERE id = 7;
  UPDATE orders SET note = 'changed', total = 9.90 WHERE id = 8;
  INSERT INTO orders (id, customer, total, note) VALUES (1000, 1, 5, NULL);
  ALTER TABLE orders ENABLE TRIGGER refused;
  UPDATE events SET note = 'moved', at = '2025-07-01' WHERE id = 1;
  DELETE FROM keyless WHERE a = 1;
  INSERT INTO keyless VALUES (1, 'x'), (3, 'z');
  ALTER TABLE customers ADD COLUMN email text;
  DROP TABLE bulk;
  CREATE TABLE fresh (id int);
  CREATE OR REPLACE FUNCTION count_orders() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN 0; END $$;
  UPDATE public.${quotedHostile} SET "__proto__" = 'other' WHERE "a 'b'" = 1;
  INSERT INTO public.${quotedHostile} VALUES (3, '${'𝄞'}')`;

interface Row {
  what: string;
  before: Record<string, string | null> | null;
  after: Record<string, string | null> | null;
}

interface Found extends Record<string, unknown> {
  code: number;
  err: string;
  isEqual: boolean;
  objects: { object: string; what: string; rowsBefore: number | null; rowsAfter: number | null }[];
  definitions: { name: string; what: string; before: string | null; after: string | null }[];
  rows: Row[];
}

describe('diff', () => {
  let shop: Shop;
  let before: string;
  let after: string;
  beforeAll(async () => {
    shop = await openShop('diff-db');
    const take = async (): Promise<string> => {
      const taken = await shop.dr(['snapshot', 'diff-db', '--json']);
      expect(taken.code, taken.err).toBe(0);
      return String(taken.json().set);
    };
    before = await take();
    await sql(shop.url, change);
    after = await take();
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  const diff = async (...args: string[]): Promise<Found> => {
    const ran = await shop.dr(['diff', ...args, '--json']);
    return { ...ran.json(), code: ran.code, err: ran.err } as Found;
  };

  it('says what became of every object and definition of two sets, without any server', async () => {
    const found = await diff(before, after, '--estate', `${shop.folder.path}/no-scratch.yaml`);
    expect(found.code, found.err).toBe(1);
    const objects = Object.fromEntries(found.objects.map(({ object, ...rest }) => [object, rest]));
    expect(objects).toMatchObject({
      'shop.bulk': { what: 'removed', rowsBefore: 20_000, rowsAfter: null },
      'shop.fresh': { what: 'added', rowsBefore: null, rowsAfter: 0 },
      'shop.orders': { what: 'changed', rowsBefore: 400, rowsAfter: 400 },
      'shop.events_2024': { what: 'changed', rowsBefore: 305, rowsAfter: 304 },
      'shop.keyless': { what: 'changed', rowsBefore: 3, rowsAfter: 3 },
    });
    expect(objects['shop.alone']).toBeUndefined();
    const definitions = Object.fromEntries(found.definitions.map(({ name, ...rest }) => [name, rest]));
    expect(definitions['FUNCTION shop.count_orders()']).toMatchObject({ what: 'changed' });
    expect(definitions['FUNCTION shop.count_orders()']!.after).toContain('RETURN 0');
    expect(definitions['TABLE shop.customers']!.after).toContain('email text');
    expect(definitions['TABLE shop.fresh']).toMatchObject({ what: 'added', before: null });
    expect(definitions['CONSTRAINT shop.bulk bulk_pkey']).toMatchObject({ what: 'removed' });
    expect(Object.keys(definitions).filter((name) => /orders_id_seq|shop\.events|mood/.test(name))).toEqual([]);
  });

  it('says it to people too', async () => {
    const ran = await shop.dr(['diff', before, after]);
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/shop\.events_2024 +\| changed +\| +305 +\| +304 +\| +-1/);
    expect(ran.out).toContain('~ TABLE shop.customers\n');
    expect(ran.out).toContain('    + ');
  });

  it('finds a set equal to itself', async () => {
    const found = await diff(before, `diff-db/${before}`);
    expect(found).toMatchObject({ code: 0, isEqual: true, objects: [], definitions: [], equal: 10 });
  });

  it('compares with a target as it is now', async () => {
    expect(await diff(after, 'diff-db')).toMatchObject({ code: 0, isEqual: true, definitions: [] });
    const found = await diff(before, 'diff-db', '--only', 'shop.orders', 'shop.bulk');
    expect(found.code, found.err).toBe(1);
    expect(found.objects.map(({ object, what }) => [object, what])).toEqual([
      ['shop.bulk', 'removed'],
      ['shop.orders', 'changed'],
    ]);
    const unchanged = await diff(before, 'diff-db', '--only', 'shop.nothing*');
    expect(unchanged).toMatchObject({ code: 2, error: { kind: 'unknown-name' } });
  });

  it.for([
    ['two sets', (): string => after],
    ['a set and a target', (): string => 'diff-db'],
  ] as const)('names the rows that differ, by primary key: %s', async ([, other]) => {
    const found = await diff(before, other(), '--rows', 'shop.orders');
    expect(found, found.err).toMatchObject({ code: 1, added: 1, removed: 1, changed: 1, key: ['id'] });
    const of = Object.fromEntries(found.rows.map((row) => [row.what, row]));
    expect(of.removed).toMatchObject({ before: { id: '7' }, after: null });
    expect(of.added).toMatchObject({ before: null, after: { id: '1000', note: null } });
    expect(of.changed).toMatchObject({
      before: { id: '8', note: 'tab\there', total: '8.00' },
      after: { id: '8', note: 'changed', total: '9.90' },
    });
    expect(await shop.scratches()).toEqual([]);
  });

  it('follows rows across partitions', async () => {
    const found = await diff(before, 'diff-db', '--rows', 'shop.events');
    expect(found, found.err).toMatchObject({ code: 1, added: 1, removed: 1, changed: 0, key: ['at', 'id'] });
    const leaf = await diff(before, 'diff-db', '--rows', 'shop.a_2025');
    expect(leaf, leaf.err).toMatchObject({ added: 1, removed: 0 });
  });

  it('pairs off rows without a key', async () => {
    const found = await diff(before, 'diff-db', '--rows', 'shop.keyless');
    expect(found, found.err).toMatchObject({ code: 1, key: [], added: 1, removed: 1 });
    expect(found.rows.find(({ what }) => what === 'removed')).toMatchObject({ before: { a: '1', b: 'x' } });
  });

  it('takes hostile names, and shows as many rows as wanted', async () => {
    const object = `public.${quotedHostile}`;
    const found = await diff(before, 'diff-db', '--rows', object, '--limit', '1');
    expect(found, found.err).toMatchObject({ added: 1, changed: 1, table: object });
    expect(found.rows).toHaveLength(1);
    expect(Object.entries(found.rows[0]!.after ?? {})).toContainEqual(['__proto__', 'other']);
    const shown = await shop.dr(['diff', before, 'diff-db', '--rows', object]);
    expect(shown.out).toContain("~ a 'b'=1  __proto__: \\u001b[31mred → other");
    expect(shown.out).toContain("+ a 'b'=3  __proto__: 𝄞");
    expect(shown.out).not.toContain('\u001b');
    expect(hostile).toContain('DROP');
  });

  it('compares the columns that both sides have', async () => {
    const found = await diff(before, 'diff-db', '--rows', 'shop.customers');
    expect(found, found.err).toMatchObject({ code: 0, isEqual: true, onlyAfter: ['email'], onlyBefore: [] });
  });

  it('compares large objects page by page', async () => {
    expect(await diff(before, 'diff-db', '--rows', 'large objects')).toMatchObject({
      code: 0,
      key: ['loid', 'pageno'],
    });
  });

  it.for([
    ['a set that is none', ['20200101T000000Z-aaaaaa', 'diff-db'], 'unknown-name', 'no set'],
    ['a target that is none', ['diff-db/latest', 'dif-db'], 'unknown-name', 'did you mean "diff-db"?'],
    ['a table that is none', ['diff-db/latest', 'diff-db', '--rows', 'shop.ordrs'], 'unknown-name', 'shop.orders'],
    ['a table of one side', ['diff-db/latest', 'diff-db', '--rows', 'shop.bulk'], 'unknown-name', 'no table'],
    ['a filter of nothing', ['diff-db/latest', 'diff-db', '--except', '*'], 'no-match', 'leaves no object'],
  ] as const)('refuses %s', async ([, args, kind, says]) => {
    const found = await diff(...args);
    expect(found, found.err).toMatchObject({ code: 2, error: { kind } });
    expect(found.err).toContain(says);
  });

  it('refuses rows of a table that one side does not have', async () => {
    const found = await diff(before, after, '--rows', 'shop.bulk');
    expect(found, found.err).toMatchObject({ code: 2, error: { kind: 'unknown-name' } });
    expect(await shop.scratches()).toEqual([]);
  });
});
