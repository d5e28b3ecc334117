import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rotateVaultKey } from '../../src/vault/rotate-vault-key.ts';
import { newVault, rows, takeSet, type VaultUnderTest } from './new-vault.ts';

const MiB = 1024 * 1024;
const target = 'orders-db';
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const home = await mkdtemp(join(tmpdir(), 'dr-kit-'));
afterAll(() => rm(home, { recursive: true, force: true }));

interface Answer {
  code: number;
  out: string;
  err: string;
}

/** The kit alone: one file in an empty folder, run with no environment at all. */
const runKit = async (args: readonly string[], node: readonly string[] = []): Promise<Answer> => {
  const alone = await mkdtemp(join(home, 'alone-'));
  const kit = join(alone, 'restore-kit.mjs');
  await copyFile(join(import.meta.dirname, '../../bin/restore-kit.mjs'), kit);
  return new Promise((resolve) =>
    execFile(process.execPath, [...node, kit, ...args], { env: {}, cwd: alone }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    ),
  );
};

const keyFileOf = async ({ bytes }: { bytes: Uint8Array }, encoding: 'hex' | 'base64' = 'hex'): Promise<string> => {
  const file = join(await mkdtemp(join(home, 'key-')), 'vault.key');
  await writeFile(file, `${Buffer.from(bytes).toString(encoding)}\n`);
  return file;
};

const restoreWithKit = async (at: VaultUnderTest, set: string, key: { bytes: Uint8Array } = at.key) => {
  const to = join(await mkdtemp(join(home, 'out-')), 'new');
  const answer = await runKit(['restore', at.root, target, set, to, '--key-file', await keyFileOf(key)]);
  const index = async () =>
    JSON.parse(await readFile(join(to, 'streams.json'), 'utf8')) as Record<string, { file: string; sha256: string }>;
  return { ...answer, to, index };
};

describe('the restore kit', () => {
  it('restores every stream of a set with the escrowed key alone, whatever the streams are called', async () => {
    await using at = await newVault();
    const names = [
      '../../etc/passwd',
      '/abs',
      '.',
      '..',
      '__proto__',
      'a/b',
      'A/b',
      'a\nb',
      'q\'uo"te',
      '表',
      'x'.repeat(500),
      `${'x'.repeat(500)}y`,
    ];
    const streams: Record<string, Buffer> = Object.fromEntries(names.map((name, n) => [name, rows(n * 100, n + 1)]));
    const large = { empty: rows(0), large: rows(9 * MiB + 5), noise: randomBytes(5 * MiB) };
    const taken = await takeSet(at.vault, { ...streams, ...large });
    const { code, err, out, to, index } = await restoreWithKit(at, 'latest');
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain(taken.digest);
    const restored = await index();
    for (const [name, bytes] of [...Object.entries(streams), ...Object.entries(large)]) {
      const { file, sha256: digest } = Object.getOwnPropertyDescriptor(restored, name)!.value;
      expect(file, name).toMatch(/^streams\/[A-Za-z0-9_=~][A-Za-z0-9._=~-]*$/);
      expect(sha256(await readFile(join(to, file))), name).toBe(sha256(bytes));
      expect(digest).toBe(sha256(bytes));
    }
    expect(await readdir(join(to, 'streams'))).toHaveLength(Object.keys(restored).length - 1);
    expect(JSON.parse(await readFile(join(to, 'meta.json'), 'utf8'))).toEqual({ made: 'here' });
    expect(JSON.parse(await readFile(join(to, 'set.json'), 'utf8'))).toMatchObject({ set: taken.manifest.set, target });
    expect((await readdir(to)).sort()).toEqual(['meta.json', 'set.json', 'streams', 'streams.json']);
  });

  it('needs nothing but Node', async () => {
    const kit = await readFile(join(import.meta.dirname, '../../bin/restore-kit.mjs'), 'utf8');
    const imports = [...kit.matchAll(/^import .* from '([^']+)'|\bimport\(|\brequire\(/gm)].map(([, name]) => name);
    expect(imports.length).toBeGreaterThan(3);
    expect(imports.filter((name) => name?.startsWith('node:') !== true)).toEqual([]);
  });

  it('lists what there is, and restores a named set rather than the newest', async () => {
    await using at = await newVault();
    const first = await takeSet(at.vault, { a: rows(10, 1) });
    await takeSet(at.vault, { a: rows(10, 2) });
    const listed = await runKit(['list', at.root, '--key-file', await keyFileOf(at.key, 'base64')]);
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(listed.out.trim().split('\n')).toHaveLength(2);
    const { to } = await restoreWithKit(at, first.manifest.set);
    expect(await readFile(join(to, 'streams/a'))).toEqual(rows(10, 1));
  });

  it('opens a vault whose key was rotated, with the new key and with the old', async () => {
    await using at = await newVault();
    await takeSet(at.vault, { a: rows(10) });
    const newKey = { name: '2026-07', bytes: randomBytes(32) };
    await rotateVaultKey(at.backend, at.key, newKey);
    expect((await restoreWithKit(at, 'latest')).code).toBe(0);
    expect((await restoreWithKit(at, 'latest', newKey)).code).toBe(0);
  });

  it('says which key it needs when given another', async () => {
    await using at = await newVault();
    await takeSet(at.vault, { a: rows(10) });
    const { code, err } = await restoreWithKit(at, 'latest', { bytes: randomBytes(32) });
    expect(code).toBe(1);
    expect(err).toContain('"2026-01"');
  });

  it('restores what is whole, names what is not, and leaves no half stream', async () => {
    await using at = await newVault();
    const taken = await takeSet(at.vault, { a: rows(9 * MiB, 1), b: rows(5 * MiB, 2), c: rows(MiB, 3) });
    const fileOf = (stream: string, n: number): string => {
      const { name } = taken.manifest.streams[stream]!.chunks[n]!;
      return join(at.root, 'chunks', target, name.slice(0, 2), name);
    };
    const bytes = await readFile(fileOf('a', 2));
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(fileOf('a', 2), bytes);
    await copyFile(fileOf('c', 0), fileOf('b', 0));
    const { code, err, to } = await restoreWithKit(at, 'latest');
    expect(code).toBe(1);
    expect(err).toMatch(/DAMAGED: stream "a".*does not authenticate/);
    expect(err).toMatch(/DAMAGED: stream "b"/);
    expect(await readdir(join(to, 'streams'))).toEqual(['c']);
    expect(await readFile(join(to, 'streams/c'))).toEqual(rows(MiB, 3));
  });

  it('refuses `latest` when the newest set may be gone, and still restores a set by name', async () => {
    await using at = await newVault();
    const first = await takeSet(at.vault, { a: rows(10, 1) });
    const gone = await takeSet(at.vault, { a: rows(10, 2) });
    const file = join(at.root, `sets/${target}/${gone.manifest.set}.json`);
    await rename(file, `${file}.away`);
    const latest = await restoreWithKit(at, 'latest');
    expect(latest.code).toBe(1);
    expect(latest.err).toContain(first.manifest.set);
    const named = await restoreWithKit(at, first.manifest.set);
    expect(named.code).toBe(0);
    expect(named.err).toContain('WARNING');
    await rename(`${file}.away`, file);
    const edited = (await readFile(file, 'utf8')).replace('"sequence":1', '"sequence":2');
    await writeFile(file, edited);
    expect((await restoreWithKit(at, gone.manifest.set)).err).toContain('edited');
  });

  it('writes into nothing but a new folder', async () => {
    await using at = await newVault();
    await takeSet(at.vault, { a: rows(10) });
    const to = await mkdtemp(join(home, 'full-'));
    await mkdir(join(to, 'precious'));
    const answer = await runKit(['restore', at.root, target, 'latest', to, '--key-file', await keyFileOf(at.key)]);
    expect(answer).toMatchObject({ code: 1, err: expect.stringContaining('not empty') });
    expect(await readdir(to)).toEqual(['precious']);
  });

  it('says how it is used, and which Node it needs on one that is too old', async () => {
    expect(await runKit([])).toMatchObject({ code: 2, err: expect.stringContaining('restore-kit.mjs restore') });
    expect(await runKit(['restore', '/nowhere'])).toMatchObject({ code: 2 });
    const withoutZstd = `data:text/javascript,import zlib from 'node:zlib'; import { syncBuiltinESMExports } from 'node:module';
      delete zlib.zstdDecompressSync; zlib.zstdDecompressSync = undefined; syncBuiltinESMExports();`;
    const old = await runKit(['list', '/nowhere'], ['--import', withoutZstd]);
    expect(old).toMatchObject({ code: 2, err: expect.stringContaining('use Node 24') });
  });
});
