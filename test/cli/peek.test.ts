import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostile, openShop, quotedHostile, type Shop } from './shop.ts';

describe('peek', () => {
  let shop: Shop;
  let set: string;
  beforeAll(async () => {
    shop = await openShop('peek-db');
    const taken = await shop.dr(['snapshot', 'peek-db', '--json']);
    expect(taken.code, taken.err).toBe(0);
    set = String(taken.json().set);
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  const ask = async (query: string, ...more: string[]) => {
    const ran = await shop.dr(['peek', set, query, '--json', ...more]);
    return { ...ran.json(), code: ran.code, err: ran.err } as Record<string, unknown> & { code: number; err: string };
  };

  it('lists what a set holds without any server', async () => {
    const ran = await shop.dr(['peek', set, '--json', '--estate', `${shop.folder.path}/no-scratch.yaml`]);
    expect(ran.code, ran.err).toBe(0);
    const { objects } = ran.json() as { objects: { object: string; kind: string; rows: number; bytes: number }[] };
    const of = Object.fromEntries(objects.map((one) => [one.object, one]));
    expect(of['shop.orders']).toMatchObject({ kind: 'table', rows: 400 });
    expect(of['shop.bulk']!.bytes).toBeGreaterThan(5_000_000);
    expect(of['shop.alone']).toMatchObject({ kind: 'sequence' });
    expect(of['large objects']).toMatchObject({ kind: 'large-objects' });
    expect(of['shop.events']).toMatchObject({ kind: 'partitioned', rows: null, bytes: 0 });
  });

  it('answers from the tables that the question reads, and loads no other', async () => {
    const found = await ask('SELECT count(*), min(total) FROM orders;');
    expect(found, found.err).toMatchObject({
      code: 0,
      columns: [
        { name: 'count', type: 'bigint' },
        { name: 'min', type: 'numeric' },
      ],
      rows: [['400', '1.00']],
      loaded: ['shop.orders'],
      hasMore: false,
    });
    expect(Number(found.bytes)).toBeLessThan(Number(found.totalBytes) / 10);
    expect(await shop.scratches()).toEqual([]);
  });

  it.for([
    ['a view that needs a key', 'SELECT max(n) FROM by_key', [['400']], ['shop.orders']],
    ['a view over two tables', 'TABLE happy LIMIT 1', 1, ['shop.customers', 'shop.orders']],
    ['a materialized view', 'SELECT sum(total) FROM totals', [['80200.00']], ['shop.orders']],
    ['one over partitions', 'SELECT at FROM newest', [['2025-07-14']], ['shop.a_2025', 'shop.events_2024']],
    ['all partitions', 'SELECT count(*) FROM events', [['500']], ['shop.a_2025', 'shop.events_2024']],
    ['one partition', "SELECT count(*) FROM events WHERE at < '2024-06-01'", [['91']], ['shop.events_2024']],
    ['a function that the planner does not see into', 'SELECT count_orders()', [['400']], ['shop.orders']],
    [
      'SQL in a text',
      `SELECT count(*) FROM ts_stat('SELECT to_tsvector(note) FROM shop.orders')`,
      [['1']],
      ['shop.orders'],
    ],
    ['a large object', 'SELECT length(lo_get(4711))', [['15000']], ['large objects']],
    ['a sequence', 'SELECT last_value FROM alone', [['77']], []],
    [
      'no table',
      "VALUES (1, 'a'), (2, NULL)",
      [
        ['1', 'a'],
        ['2', null],
      ],
      [],
    ],
    ['the catalog', "SELECT count(*) FROM pg_tables WHERE schemaname = 'shop'", [['7']], []],
  ] as const)('reads %s', async ([, query, rows, loaded]) => {
    const found = await ask(query);
    expect(found.code, found.err).toBe(0);
    expect(found.loaded).toEqual(loaded);
    if (typeof rows === 'number') expect(found.rows).toHaveLength(rows);
    else expect(found.rows).toEqual(rows);
  });

  it('shows hostile names and values, and nothing that a terminal would obey', async () => {
    const ran = await shop.dr(['peek', set, `SELECT * FROM public.${quotedHostile} ORDER BY 1`]);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.out).toContain('\\u001b[31mred');
    expect(ran.out).toContain('🧊');
    expect(ran.out).not.toContain('\u001b');
    expect(ran.err).toContain(hostile.replaceAll('"', '""'));
  });

  it('answers with as many rows as wanted, and says that there are more', async () => {
    const found = await ask('SELECT id FROM orders ORDER BY id', '--limit', '3');
    expect(found).toMatchObject({ code: 0, rows: [['1'], ['2'], ['3']], hasMore: true });
    expect((await ask('SELECT 1 FROM orders LIMIT 3', '--limit', '3')).hasMore).toBe(false);
    expect(await ask('SELECT 1', '--limit', 'all')).toMatchObject({ code: 2, error: { kind: 'bad-input' } });
  });

  it.for([
    ['DELETE FROM orders', 'bad-input'],
    ['SELECT write_one()', 'bad-input'],
    ['SELECT * FROM far', 'not-supported'],
    ['', 'bad-input'],
  ] as const)('refuses %s', async ([query, kind]) => {
    const found = await ask(query);
    expect({ code: found.code, error: found.error }, found.err).toMatchObject({ code: 2, error: { kind } });
    expect(await shop.scratches()).toEqual([]);
  });

  it('names the table that is near', async () => {
    const found = await ask('SELECT * FROM ordrs');
    expect(found).toMatchObject({ code: 2, error: { kind: 'unknown-name' } });
    expect(found.err).toContain('did you mean "orders"?');
  });

  it('says what is missing when the estate names no scratch server', async () => {
    const ran = await shop.dr(['peek', set, 'SELECT 1', '--json', '--estate', `${shop.folder.path}/no-scratch.yaml`]);
    expect(ran.json()).toMatchObject({ exit: 2, error: { kind: 'bad-input' } });
    expect(ran.err).toContain('targets.peek-db.scratchServer');
  });
});
