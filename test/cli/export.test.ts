import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld } from '../../activities/open-world.ts';
import { placeOf } from '../../activities/plan/pre-allocate.ts';
import { lookRun, sweepScratch } from '../../src/cli/engine/sweep-scratch.ts';
import { compareFingerprints } from '../../src/domain/fingerprint.ts';
import { readEstate } from '../../src/estate/read-estate.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { freshDatabase, pgBin } from '../support/servers.ts';
import { dr, startDr } from './dr.ts';
import { openShop, type Shop, sql } from './shop.ts';

const run = promisify(execFile);
const work = { signal: new AbortController().signal, beat: () => {}, parallel: 2 };

const printOf = async (url: string) => {
  await using place = await postgres.open(url, work);
  return place.fingerprint({});
};

describe('export', () => {
  let shop: Shop;
  let set: string;
  let bin: string;
  beforeAll(async () => {
    bin = await pgBin();
    shop = await openShop('export-db');
    const taken = await shop.dr(['snapshot', 'export-db', '--json']);
    expect(taken.code, taken.err).toBe(0);
    set = String(taken.json().set);
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  const file = (name: string): string => join(shop.folder.path, name);
  const manifestPrint = async () => {
    const { vault } = await openWorld(await readEstate(file('estate.yaml')));
    return (await vault.open('export-db', set, work)).manifest.fingerprint;
  };
  const psql = (url: string, ...args: string[]) =>
    run(join(bin, 'psql'), ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', url, ...args]);

  it('writes SQL that psql loads, equal to the set', async () => {
    await using empty = await freshDatabase();
    const ran = await shop.dr(['export', set, '--format', 'plain', '--out', file('shop.sql'), '--json']);
    expect(ran.code, ran.err).toBe(0);
    const found = ran.json();
    const body = await readFile(file('shop.sql'));
    expect(found).toMatchObject({ isProven: true, bytes: body.length, rows: 20_963 });
    expect(found.sha256).toBe(createHash('sha256').update(body).digest('hex'));
    expect((await stat(file('shop.sql'))).mode & 0o777).toBe(0o600);
    expect(found.leftOut).toContain('a setting of the database: ALTER DATABASE … SET search_path');
    expect(body.toString()).not.toContain('dr_runbooks');
    await psql(empty.url, '--file', file('shop.sql'));
    expect(compareFingerprints(await manifestPrint(), await printOf(empty.url))).toEqual([]);
    expect(await sql(empty.url, 'SELECT sum(total)::text FROM shop.totals')).toEqual([{ sum: '80200.00' }]);
    expect(await shop.scratches()).toEqual([]);
  });

  it('writes an archive that pg_restore lists, cuts and restores in parallel, equal to the set', async () => {
    await using empty = await freshDatabase();
    const ran = await shop.dr(['export', set, '--format', 'custom', '--out', file('shop.dump')]);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.out).toContain('restored and compared: equal');
    const listed = await run(join(bin, 'pg_restore'), ['--list', file('shop.dump')]);
    expect(listed.stdout).toContain('TABLE DATA shop orders');
    await run(join(bin, 'pg_restore'), ['--jobs=2', '--exit-on-error', `--dbname=${empty.url}`, file('shop.dump')]);
    expect(compareFingerprints(await manifestPrint(), await printOf(empty.url))).toEqual([]);
  });

  it('sends it to standard output, and nothing else', async () => {
    await using empty = await freshDatabase();
    const ran = await shop.dr(['export', set]);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.err).toContain(createHash('sha256').update(ran.out).digest('hex'));
    await writeFile(file('sent.sql'), ran.out);
    await psql(empty.url, '--file', file('sent.sql'));
    expect(compareFingerprints(await manifestPrint(), await printOf(empty.url))).toEqual([]);
  });

  it('takes the objects asked for', async () => {
    await using empty = await freshDatabase();
    const only = ['--only', 'shop.events', 'shop.keyless', '--except', 'shop.a_2025'];
    const ran = await shop.dr(['export', set, '--out', file('some.sql'), '--json', ...only]);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.json()).toMatchObject({ isProven: true, rows: 305 + 3 });
    await psql(empty.url, '--file', file('some.sql'));
    const { objects } = await printOf(empty.url);
    const expected = (await manifestPrint()).objects;
    for (const name of ['shop.events_2024', 'shop.keyless']) expect(objects[name], name).toEqual(expected[name]);
    expect(Object.keys(objects)).not.toContain('shop.orders');
    const none = await shop.dr(['export', set, '--only', 'shop.ordrs', '--out', file('none.sql'), '--json']);
    expect(none.json()).toMatchObject({ exit: 2, error: { kind: 'no-match' } });
  });

  it('writes definitions alone without a server as SQL, and with one as an archive', async () => {
    await using empty = await freshDatabase();
    const offline = ['--estate', file('no-scratch.yaml')];
    const ran = await shop.dr(['export', set, '--schema-only', '--out', file('schema.sql'), '--json', ...offline]);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.json()).toMatchObject({ isProven: false, schemaOnly: true, rows: 0 });
    await psql(empty.url, '--file', file('schema.sql'));
    expect(await sql(empty.url, 'SELECT count(*)::int FROM shop.orders')).toEqual([{ count: 0 }]);
    expect(await sql(empty.url, 'SELECT count(*)::int FROM pg_largeobject_metadata')).toEqual([{ count: 0 }]);

    const custom = ['export', set, '--schema-only', '--format', 'custom', '--out', file('schema.dump'), '--json'];
    expect((await shop.dr([...custom, ...offline])).err).toContain('scratchServer');
    expect((await shop.dr(custom)).code).toBe(0);
    const listed = await run(join(bin, 'pg_restore'), ['--list', file('schema.dump')]);
    expect(listed.stdout).toContain('TABLE shop orders');
    expect(listed.stdout).not.toContain('TABLE DATA');
  });

  it('replaces no file unless told to, and leaves none behind when it fails', async () => {
    await writeFile(file('there.sql'), 'mine');
    const args = ['export', set, '--schema-only', '--out', file('there.sql'), '--json'];
    expect((await shop.dr(args)).json()).toMatchObject({ exit: 3, error: { kind: 'already-exists' } });
    expect(await readFile(file('there.sql'), 'utf8')).toBe('mine');
    expect((await shop.dr([...args, '--force'])).code).toBe(0);
    expect(await readFile(file('there.sql'), 'utf8')).toContain('CREATE TABLE shop.orders');
    expect((await readdir(shop.folder.path)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.for([
    ['a format that is none', ['--format', 'costum', '--out', 'x'], 'did you mean "custom"?'],
    ['no file with --json', ['--json'], 'give --out <file>'],
    ['a folder that is not there', ['--out', '/no/such/folder/x.sql'], 'there is no folder /no/such/folder'],
    ['a file that is a folder', ['--out', '/tmp'], '/tmp is not a file'],
  ] as const)('refuses %s', async ([, args, says]) => {
    const ran = await shop.dr(['export', set, ...args]);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(says);
  });

  it('refuses rows of a set that holds definitions alone', async () => {
    const taken = await shop.dr(['snapshot', 'export-db', '--schema-only', '--json']);
    const bare = String(taken.json().set);
    for (const args of [
      ['export', bare, '--out', file('bare.sql')],
      ['peek', bare, 'TABLE orders'],
    ]) {
      const ran = await shop.dr([...args, '--json']);
      expect(ran.json(), ran.err).toMatchObject({ exit: 2, error: { kind: 'not-supported' } });
    }
    const schema = await shop.dr(['export', bare, '--schema-only', '--out', file('bare.sql'), '--json']);
    expect(schema.code, schema.err).toBe(0);
    const compared = await shop.dr(['diff', bare, set, '--json']);
    expect(compared.json(), compared.err).toMatchObject({
      isEqual: true,
      notes: [expect.stringContaining('rows are not compared')],
    });
    expect(await shop.scratches()).toEqual([]);
  });

  it('refuses a set that is none', async () => {
    const ran = await shop.dr(['export', '20200101T000000Z-aaaaaa', '--json', '--out', file('never.sql')]);
    expect(ran.json()).toMatchObject({ exit: 2, error: { kind: 'unknown-name' } });
  });

  describe('stopped', () => {
    const start = (...args: string[]) =>
      startDr(args, { cwd: shop.folder.path, env: { ...shop.env, PATH: process.env.PATH! } });
    const isMade = () => expect.poll(() => shop.scratches(), { timeout: 20_000, interval: 5 }).toHaveLength(1);

    it('by Ctrl-C leaves neither a file nor a database', async () => {
      const child = start('export', set, '--out', 'stopped.sql');
      const ended = once(child, 'close');
      await isMade();
      child.kill('SIGINT');
      expect((await ended)[0]).toBe(1);
      expect(await shop.scratches()).toEqual([]);
      expect((await readdir(shop.folder.path)).filter((name) => name.includes('stopped'))).toEqual([]);
    });

    it('by a reader that has seen enough, cleans up too', async () => {
      const child = start('export', set);
      const ended = once(child, 'close');
      await once(child.stdout, 'data');
      child.stdout.destroy();
      expect((await ended)[0]).toBe(1);
      expect(await shop.scratches()).toEqual([]);
    });

    it('by whatever, is left alone while somebody is connected to its database', async () => {
      const world = await openWorld(await readEstate(file('estate.yaml')));
      const at = '2026-01-31T02:00:00.000Z';
      const run = lookRun('peek', 'export-db', at, 'abcdef');
      const place = placeOf(world.estate.targets['export-db']!, 'scratch', { run, at })!;
      await world.vault.places.register(run, place);
      await world.providers.database.provide(place);
      const client = new Client({ connectionString: await world.providers.database.url(place) });
      await client.connect();
      await sweepScratch(world, work, 'export-db', () => {});
      expect(await shop.scratches()).toHaveLength(1);
      await client.end();
      const sweep = async () => {
        await sweepScratch(world, work, 'export-db', () => {});
        return shop.scratches();
      };
      await expect.poll(sweep, { timeout: 20_000 }).toEqual([]);
    });

    it('by SIGKILL leaves a database that the doctor names and the next such command removes', async () => {
      const child = start('export', set, '--out', 'killed.sql');
      const ended = once(child, 'close');
      await isMade();
      child.kill('SIGKILL');
      await ended;
      const doctor = await dr(['doctor', '--json'], { cwd: shop.folder.path, env: shop.env });
      expect(JSON.stringify(doctor.json())).toContain('the next dr export, peek or diff removes it');

      const world = await openWorld(await readEstate(file('estate.yaml')));
      const soon = { ...world, now: () => new Date(Date.now() - 60_000).toISOString() };
      await sweepScratch(soon, work, 'export-db', () => {});
      expect(await shop.scratches(), 'a young one may be in use').toHaveLength(1);
      const later = { ...world, now: () => new Date(Date.now() + 60_000).toISOString() };
      const said: string[] = [];
      const sweep = async () => {
        await sweepScratch(later, work, 'export-db', (text) => said.push(text));
        return shop.scratches();
      };
      await expect.poll(sweep, { timeout: 20_000 }).toEqual([]);
      expect(said.join()).toContain('had left behind');
      expect(await world.vault.places.leftovers()).toEqual([]);
    });
  });
});
