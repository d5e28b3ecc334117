import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { pgBin } from '../../support/servers.ts';
import { copyOf, database, open, sql, take } from './lab.ts';
import { types, zoo, zooRoles } from './zoo.ts';

const run = promisify(execFile);

/** Everything of a database as SQL, the product's own schema and the name apart. */
const dumped = async (url: string): Promise<string> => {
  const args = ['--exclude-schema=dr_runbooks', '--create', `--dbname=${url}`];
  const { stdout } = await run(join(await pgBin(), 'pg_dump'), args, { maxBuffer: 64 << 20 });
  const name = new URL(url).pathname.slice(1);
  return stdout.replaceAll(name, 'the_database').replace(/^\\(un)?restrict .*$/gm, '');
};

describe('a database with one of everything', () => {
  test('comes back as pg_dump sees it, rows, schema, rights, settings and all', async () => {
    const url = await database(zooRoles + zoo);
    const taken = await take(url);
    const copy = await copyOf(taken);
    expect(await dumped(copy)).toBe(await dumped(url));
    expect(compareFingerprints(taken.fingerprint, await (await open(copy)).fingerprint({}))).toEqual([]);

    expect(taken.leftOut.join('\n')).toMatch(/zoo_app.*\n.*shop\.far.*\n.*shop\.again, shop\.counted/);
    expect(await sql(copy, 'SELECT n FROM shop.counted')).toEqual([{ n: '900' }]);
    const [analyzed] = await sql(
      copy,
      `SELECT count(*)::int AS n FROM pg_class WHERE relname = 'orders' AND reltuples = 900`,
    );
    expect(analyzed).toEqual({ n: 1 });
    const invalid = await sql(copy, 'SELECT FROM pg_index WHERE NOT indisvalid OR NOT indisready');
    expect(invalid).toEqual([]);
    const unchecked = await sql(copy, 'SELECT conname FROM pg_constraint WHERE NOT convalidated');
    expect(unchecked).toEqual([{ conname: 'cheap' }]);
  });

  test('sequences and large objects count as content', async () => {
    const url = await database(zooRoles + zoo);
    const place = await open(url);
    const before = await place.fingerprint({});
    await sql(url, `SELECT nextval('shop.standalone')`);
    expect(compareFingerprints(before, await place.fingerprint({}))).toMatchObject([{ object: 'shop.standalone' }]);
    const after = await place.fingerprint({});
    await sql(url, `SELECT lo_put(oid, 3, '\\x01') FROM pg_largeobject_metadata ORDER BY oid LIMIT 1`);
    expect(compareFingerprints(after, await place.fingerprint({}))).toMatchObject([{ object: 'large objects' }]);
  });

  test('a table can be taken or brought back alone, with what it cannot be made without', async () => {
    const url = await database(zooRoles + zoo);
    const objects = async (of: string) => Object.keys((await (await open(of)).fingerprint({})).objects).sort();

    const some = await take(url, { only: ['shop.child', 'shop.events'] });
    expect(Object.keys(some.fingerprint.objects).sort()).toEqual([
      'shop.base',
      'shop.child',
      'shop.events_1',
      'shop.events_2a',
      'shop.standalone',
    ]);
    const copy = await copyOf(some);
    expect(await objects(copy)).toEqual(Object.keys(some.fingerprint.objects).sort());
    expect(await sql(copy, `SELECT count(*)::int AS n FROM shop.events WHERE note = 'note 7'`)).toEqual([{ n: 1 }]);

    const without = await take(url, { except: ['shop.events', 'large objects', 'shop.orders'] });
    expect(Object.keys(without.fingerprint.objects).join()).not.toMatch(/events|orders|large/);
    await copyOf(without);

    const all = await take(url);
    const part = await copyOf(all, { only: ['shop.customers'] });
    expect(await objects(part)).toEqual(['shop.customers', 'shop.customers_id_seq', 'shop.standalone']);
  });
});

describe('a value of every type', () => {
  test('comes back as it was, in text and in bits', async () => {
    const url = await database(types);
    const taken = await take(url);
    expect(taken.fingerprint.objects['public.things']!.rows).toBe(3);
    const copy = await copyOf(taken);
    const rows = `SET extra_float_digits = 3; SET bytea_output = hex; SELECT things::text AS row FROM things ORDER BY 1`;
    expect(await sql(copy, rows)).toEqual(await sql(url, rows));
    expect(compareFingerprints(taken.fingerprint, await (await open(copy)).fingerprint({}))).toEqual([]);
  });

  test('tables of built-in types travel in binary, those that hold object ids as text', async () => {
    const url = await database(`${types}
      CREATE TABLE fast (a int, b numeric[], c mood, d email, e vector(3));
      CREATE TABLE slow (a regclass); CREATE TABLE moods (a mood[]); CREATE TABLE pairs (a pair);`);
    const { meta } = await take(url);
    expect(Object.fromEntries(meta.tables.map(({ name, format }) => [name, format]))).toEqual({
      fast: 'binary',
      moods: 'text',
      pairs: 'text',
      slow: 'text',
      things: 'text',
    });
  });

  test('what compares as equal but is not the same shows in the fingerprint', async () => {
    const url = await database(`${types} DELETE FROM things WHERE ctid <> (SELECT min(ctid) FROM things);`);
    const place = await open(url);
    const before = await place.fingerprint({});
    for (const change of [
      `double = 0`,
      `exact = 1.100`,
      `length = '29 days 01:00'`,
      `docb = '{"b": 1.1, "a": null}'`,
      `doc = '{"a": 1, "a":2}'`,
      `list = '{7,8}'`,
      `nested = '{a,NULL,"",","}'`,
      `numerics = '{1.1,NaN}'`,
      `ints = '[1,6)'`,
      `padded = 'ac'`,
      `feeling = NULL`,
      `feeling = 'it''s "ok"'`,
      `couple = ROW (1, 'x,"', NULL)`,
      `relation = 'pg_class'`,
      `direction = '[0.1,0,3]'`,
      `words = words || ' '`,
      `bits = '100'`,
      `zoned = '11:30+05'`,
      `mail = 'b@b'`,
    ]) {
      await sql(url, `CREATE TABLE kept AS SELECT * FROM things; UPDATE things SET ${change}`);
      const changed = compareFingerprints(before, await place.fingerprint({ only: ['public.things'] }));
      expect(changed, change).toMatchObject([{ object: 'public.things', what: 'content' }]);
      await sql(url, 'TRUNCATE things; INSERT INTO things SELECT * FROM kept; DROP TABLE kept');
      expect(compareFingerprints(before, await place.fingerprint({})), change).toEqual([]);
    }
  });
});
