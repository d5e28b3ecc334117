// Row Y12 of docs/coverage.md.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dr, freshFolder } from '../../cli/dr.ts';
import { connected } from './lab.ts';
import { digestsOf, ownServer } from './places.ts';

const fill = (url: string): Promise<void> =>
  connected(url, async (redis) => {
    await redis.hset('cart:1', { user: '1', note: 'a|b "c"\n' });
    await redis.set('session:1', 'token', 'EX', 86_400);
    await redis.zadd('user:1', 2.5, 'rank');
  });

const estate = (prefix: string): string => `name: shop
vault: { kind: folder, path: ./vault, key: env:VAULT_KEY }
targets:
  cache:
    kind: redis
    primary: env:CACHE
    besideServer: env:BESIDE
    checks:
      - { kind: objects, names: [${prefix}cart, ${prefix}session] }
      - { kind: orphans, child: ${prefix}cart, columns: [user], parent: ${prefix}user, parentColumns: ["user:*"] }
`;

/** From `from` to `to`, and to a place made on `server`, by commands that are processes of their own. Answers where that is. */
const throughCommands = async (from: string, to: string, server: string, prefix: string): Promise<string> => {
  await using folder = await freshFolder();
  await mkdir(join(folder.path, 'vault'));
  await folder.write('estate.yaml', estate(prefix));
  const env = { VAULT_KEY: randomBytes(32).toString('hex'), CACHE: from, BACK: to, BESIDE: server };
  const run = async (...args: string[]) => {
    const ran = await dr([...args, '--json'], { cwd: folder.path, env });
    expect(`${ran.out}${ran.err}`).not.toContain(new URL(from).password);
    expect(ran.err).not.toMatch(/\n\s+at /);
    return { code: ran.code, err: ran.err, ...ran.json() } as Record<string, unknown> & { err: string };
  };

  const taken = await run('snapshot', 'cache');
  expect(taken, taken.err).toMatchObject({ code: 0, objects: 3, rows: 3 });
  const set = String(taken.set);
  const [sets, verified, restored] = await Promise.all([
    run('sets'),
    run('verify', set),
    run('restore', set, '--to', 'env:BACK', '--yes'),
  ]);
  expect(sets).toMatchObject({ code: 0, sets: [{ set, kind: 'redis' }] });
  expect(verified, verified.err).toMatchObject({ code: 0, isWhole: true });
  expect(restored, restored.err).toMatchObject({ code: 0, isEqual: true, objects: 3, rows: 3 });

  const [fingerprint, part, checked, copy, again, mistyped, beside] = await Promise.all([
    run('fingerprint', 'cache'),
    run('fingerprint', 'cache', '--only', `${prefix}cart`),
    run('check', 'cache'),
    run('check', 'cache', '--at', 'env:BACK'),
    run('restore', set, '--to', 'env:BACK', '--yes', '--run', 'another'),
    run('snapshot', 'cache', '--only', `${prefix}cat`),
    run('restore', set, '--to', 'beside', '--yes'),
  ]);
  expect(fingerprint).toMatchObject({ code: 0, objects: { [`${prefix}cart`]: { rows: 1 } } });
  expect(Object.keys(part.objects as object)).toEqual([`${prefix}cart`]);
  expect(checked, checked.err).toMatchObject({ code: 0, isGreen: true });
  expect(copy, copy.err).toMatchObject({ code: 0, isGreen: true });
  expect(again).toMatchObject({ code: 3, error: { kind: 'not-empty' } });
  expect(mistyped).toMatchObject({ code: 2, error: { kind: 'no-match' } });
  expect(beside, beside.err).toMatchObject({ code: 0, isEqual: true });
  return String(beside.where);
};

describe('commands on Redis, each in a process of its own', () => {
  test('bring a whole server to others', async () => {
    const [from, to, spare] = [await ownServer(), await ownServer(), await ownServer()];
    await fill(`${from.url}/0`);
    const where = await throughCommands(from.url, to.url, spare.url, 'db0/');
    expect(where).toBe(`redis://127.0.0.1:${spare.server.port}`);
    expect(await digestsOf(to.url, 0)).toEqual(await digestsOf(from.url, 0));
    expect(await digestsOf(spare.url, 0)).toEqual(await digestsOf(from.url, 0));
  });

  test('bring one database to others, and say which one was made', async () => {
    const { url, server } = await ownServer();
    await fill(`${url}/2`);
    const where = await throughCommands(`${url}/2`, `${url}/7`, `${url}/*`, '');
    const made = Number(where.slice(`redis://127.0.0.1:${server.port}/`.length));
    expect(made).not.toBe(7);
    for (const db of [7, made]) expect(await digestsOf(url, db)).toEqual(await digestsOf(url, 2));
  });
});
