import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { folderBackend } from '../../src/vault/folder-backend.ts';
import { backendConformance, kindOf } from './backend-conformance.ts';

const home = await mkdtemp(join(tmpdir(), 'dr-vault-folder-'));
afterAll(() => rm(home, { recursive: true, force: true }));
const freshRoot = (): Promise<string> => mkdtemp(join(home, 'root-'));

backendConformance({ name: 'folder', fresh: async () => folderBackend(await freshRoot()) });

describe('folder backend', () => {
  it('makes its root', async () => {
    const root = join(await freshRoot(), 'not', 'yet', 'there');
    expect(await folderBackend(root).create('a', Buffer.from('x'))).toBe(true);
  });

  it('follows no symbolic link out of the root', async () => {
    const root = await freshRoot();
    const outside = await freshRoot();
    await writeFile(join(outside, 'secret'), 'x');
    await symlink(outside, join(root, 'door'));
    await symlink(join(outside, 'secret'), join(root, 'window'));
    const backend = folderBackend(root);
    expect(await kindOf(backend.create('door/new', Buffer.from('x')))).toBe('refused');
    expect(await kindOf(backend.get('door/secret'))).toBe('refused');
    expect(await kindOf(backend.get('window'))).not.toBe('no error');
    expect(await readdir(outside)).toEqual(['secret']);
    expect(await Array.fromAsync(backend.list(''))).toEqual([]);
  });

  it('works below a root that is itself reached by a symbolic link', async () => {
    const real = await freshRoot();
    const link = join(home, 'linked-root');
    await symlink(real, link);
    const backend = folderBackend(link);
    expect(await backend.create('a/b', Buffer.from('x'))).toBe(true);
    expect(Buffer.from(await backend.get('a/b')).toString()).toBe('x');
  });

  it('says unreachable, not missing, while the folder is gone', async () => {
    const root = await freshRoot();
    const backend = folderBackend(root);
    await backend.create('a/b', Buffer.from('x'));
    await rename(root, `${root}-away`);
    expect(await kindOf(backend.get('a/b'))).toBe('unreachable');
    expect(await kindOf(backend.head('a/b'))).toBe('unreachable');
    expect(await kindOf(backend.create('a/c', Buffer.from('x')))).toBe('unreachable');
    await rename(`${root}-away`, root);
    expect(Buffer.from(await backend.get('a/b')).toString()).toBe('x');
  });

  it('makes folders again that were tidied away under it', async () => {
    const root = await freshRoot();
    const backend = folderBackend(root);
    await backend.create('a/b/c', Buffer.from('x'));
    await rm(join(root, 'a'), { recursive: true });
    await rm(join(root, '.tmp'), { recursive: true });
    expect(await backend.create('a/b/c', Buffer.from('x'))).toBe(true);
  });

  it('clears the half-written files of writers that died days ago, and only those', async () => {
    const root = await freshRoot();
    await mkdir(join(root, '.tmp'));
    await writeFile(join(root, '.tmp', 'old'), 'x');
    await writeFile(join(root, '.tmp', 'young'), 'x');
    const longAgo = new Date(Date.now() - 3 * 24 * 3600_000);
    await utimes(join(root, '.tmp', 'old'), longAgo, longAgo);
    await folderBackend(root).create('a', Buffer.from('x'));
    expect(await readdir(join(root, '.tmp'))).toEqual(['young']);
  });

  it.runIf(process.getuid?.() === 0)('says no-space on a full disk and leaves nothing half-written', async () => {
    const root = await freshRoot();
    const run = async (...command: [string, ...string[]]): Promise<number> =>
      (await once(spawn(command[0], command.slice(1), { stdio: 'ignore' }), 'exit'))[0] as number;
    expect(await run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', root)).toBe(0);
    try {
      const backend = folderBackend(root);
      expect(await backend.create('fits', Buffer.alloc(200_000))).toBe(true);
      expect(await kindOf(backend.create('big', Buffer.alloc(2_000_000)))).toBe('no-space');
      expect(await backend.head('big')).toBeNull();
      expect(await readdir(join(root, '.tmp'))).toEqual([]);
      expect(await backend.create('fits-too', Buffer.alloc(200_000))).toBe(true);
    } finally {
      await run('umount', root);
    }
  });
});
