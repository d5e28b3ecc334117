// Row Y5 of docs/coverage.md.
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { carry } from '../../activities/carried/pack.ts';
import { putBack } from '../../activities/carried/put-back.ts';
import { readLines, readTree } from '../../activities/carried/tree.ts';
import { unpack } from '../../activities/carried/unpack.ts';
import type { Carried } from '../../src/domain/data.ts';
import type { SetReader } from '../../src/vault/port.ts';
import { memoryVault } from '../support/memory-vault.ts';
import { openBench, targetOf } from './bench.ts';

const set = '20260131T020000Z-3f9a1c';

const folder = async (): Promise<string> => {
  const made = await mkdtemp(join(tmpdir(), 'dr-carried-test-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
};

/** A folder with everything that settings are made of. */
const fill = async (at: string): Promise<void> => {
  await mkdir(join(at, 'conf.d', 'deep'), { recursive: true });
  await writeFile(join(at, 'app.env'), 'PORT=8080\n', { mode: 0o640 });
  await writeFile(join(at, 'conf.d', 'empty'), '');
  await writeFile(join(at, 'conf.d', 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(at, 'conf.d', 'deep', `${'long name '.repeat(15)}ä\n`), Buffer.alloc(300_000, 'x'));
  await symlink('../app.env', join(at, 'conf.d', 'link'));
  await symlink('/nowhere', join(at, 'dangling'));
  await chmod(join(at, 'conf.d', 'deep'), 0o750);
};

/** Carries a path and gives what a set would know of it. */
const carried = async (at: string, name = './config') => {
  const vault = memoryVault(65_536);
  const { carried: one, leftOut } = await carry(vault, 0, { name, at });
  const reader = { manifest: { set }, read: vault.read } as unknown as SetReader;
  return { one: one as Carried, leftOut, reader, vault };
};

describe('a carried folder', () => {
  test('comes back as it was, with modes and links', async () => {
    const from = join(await folder(), 'config');
    await mkdir(from);
    await fill(from);
    const { one, leftOut, reader } = await carried(from);
    expect(leftOut).toEqual([]);
    expect(one).toMatchObject({ path: './config', stream: 'carried/0', files: 4, entries: 9, bytes: 300_020 });
    const to = await folder();
    const { says, isBeside } = await putBack(reader, one, to);
    expect([says, isBeside]).toEqual(['./config is back: 4 files, 300 kB, equal by digest', false]);
    expect(await readLines(join(to, 'config'))).toEqual(await readLines(from));
    expect((await lstat(join(to, 'config', 'conf.d', 'run.sh'))).mode & 0o777).toBe(0o755);
    expect(await readlink(join(to, 'config', 'dangling'))).toBe('/nowhere');
    expect(await readdir(to)).toEqual(['config']);
    expect((await putBack(reader, one, to)).says).toBe(
      './config is as the set has it: 4 files, 300 kB, equal by digest',
    );
  });

  test('takes the place of an empty one, and stands beside one that holds anything', async () => {
    const from = join(await folder(), 'config');
    await mkdir(from);
    await fill(from);
    const { one, reader } = await carried(from);
    const to = await folder();
    await mkdir(join(to, 'config'));
    expect((await putBack(reader, one, to)).isBeside).toBe(false);
    await writeFile(join(to, 'config', 'app.env'), 'PORT=9090\n');
    const put = await putBack(reader, one, to);
    expect(put).toMatchObject({ isBeside: true, says: expect.stringContaining(`config.from-${set}`) });
    expect(await readFile(join(to, 'config', 'app.env'), 'utf8')).toBe('PORT=9090\n');
    expect(await readFile(join(to, `config.from-${set}`, 'app.env'), 'utf8')).toBe('PORT=8080\n');
    expect((await putBack(reader, one, to)).isBeside).toBe(true);
    await writeFile(join(to, `config.from-${set}`, 'more'), '');
    await expect(putBack(reader, one, to)).rejects.toMatchObject({ kind: 'already-exists' });
    expect((await readdir(to)).sort()).toEqual(['config', `config.from-${set}`]);
  });

  test('that was half put back by somebody who was killed is put back whole', async () => {
    const from = join(await folder(), 'config');
    await mkdir(from);
    await fill(from);
    const { one, reader } = await carried(from);
    const to = await folder();
    await mkdir(join(to, `.config.${set}.partial`));
    await writeFile(join(to, `.config.${set}.partial`, 'app.env'), 'half');
    await putBack(reader, one, to);
    expect(await readLines(join(to, 'config'))).toEqual(await readLines(from));
    expect(await readdir(to)).toEqual(['config']);
  });

  test('that is written otherwise than the set says is not put back', async () => {
    const from = join(await folder(), 'config');
    await mkdir(from);
    await fill(from);
    const { one, reader } = await carried(from);
    const to = await folder();
    const wrong = { ...one, sum: 'f'.repeat(64) };
    await expect(putBack(reader, wrong, to)).rejects.toMatchObject({ kind: 'not-equal' });
    expect(await readdir(to)).toEqual([]);
  });

  test('has the same archive and sum whenever it is taken, whatever the order on the disk', async () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-zä][a-z0-9 _.-]{0,12}$/), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(names, async (some) => {
        const taken = [];
        for (const order of [some, some.toReversed()]) {
          const at = await mkdtemp(join(tmpdir(), 'dr-carried-test-'));
          for (const name of order) await writeFile(join(at, name), name, { mode: 0o600 });
          taken.push((await carried(at)).one);
          await rm(at, { recursive: true });
        }
        expect(taken[0]).toEqual(taken[1]);
      }),
      { numRuns: 15 },
    );
  });

  test('is listed by name, not as the disk has it', async () => {
    const at = await folder();
    for (const name of ['b', 'ä', 'a.z', 'B', 'a', '10', '9']) await writeFile(join(at, name), '');
    await mkdir(join(at, 'a-z'));
    await writeFile(join(at, 'a-z', 'in'), '');
    const { entries } = await readTree(at);
    expect(entries.map(({ name }) => name)).toEqual(['.', '10', '9', 'B', 'a', 'a-z', 'a-z/in', 'a.z', 'b', 'ä']);
  });

  test('that is not there, or holds what nothing can carry, is said', async () => {
    const at = await folder();
    expect(await carried(join(at, 'gone'))).toMatchObject({
      one: null,
      leftOut: [expect.stringMatching(/^\.\/config, to be carried along: there is no such file or folder on /)],
    });
    const server = createServer().listen(join(at, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const { one, leftOut } = await carried(at);
    server.close();
    expect(one.entries).toBe(1);
    expect(leftOut).toEqual(['devices, sockets and pipes in ./config: socket']);
  });

  test('may be one file', async () => {
    const at = await folder();
    await writeFile(join(at, 'app.conf'), 'a = 1\n', { mode: 0o600 });
    const { one, reader } = await carried(join(at, 'app.conf'), 'app.conf');
    const to = await folder();
    await putBack(reader, one, to);
    expect(await readFile(join(to, 'app.conf'), 'utf8')).toBe('a = 1\n');
    await writeFile(join(to, 'app.conf'), 'a = 2\n');
    expect((await putBack(reader, one, to)).isBeside).toBe(true);
    expect(await readFile(join(to, 'app.conf'), 'utf8')).toBe('a = 2\n');
  });
});

describe('an archive that would write elsewhere', () => {
  const link = { type: 'symlink', linkname: '/tmp' } as const;
  const cases: [string, ...Parameters<ReturnType<typeof pack>['entry']>[0][]][] = [
    ['up', { name: '../out' }],
    ['up from inside', { name: 'a/../../out' }],
    ['the root', { name: '/tmp/out' }],
    ['through a link', { name: 'l', ...link }, { name: 'l/out' }],
    ['into what is no folder', { name: 'a/b' }],
    ['a device', { name: 'd', type: 'character-device' }],
    ['a hard link', { name: 'h', type: 'link', linkname: '/etc/passwd' }],
  ];
  test.each(cases)('(%s) is refused', async (_, ...entries) => {
    const archive = pack();
    archive.entry({ name: './', type: 'directory', mode: 0o755 });
    for (const entry of entries) archive.entry(entry, '');
    archive.finalize();
    const to = await folder();
    const unpacking = unpack(archive as unknown as AsyncIterable<Uint8Array>, join(to, 'config'));
    await expect(unpacking).rejects.toMatchObject({ kind: 'damaged' });
    expect(await readdir(to)).toEqual(['config']);
  });
});

describe('a set of a target that carries', () => {
  const benchOf = async () => {
    const bench = await openBench({
      targets: {
        'orders-db': targetOf({ backup: { everySeconds: null, only: [], except: [], carry: ['./config', './gone'] } }),
      },
    });
    bench.world.estate = { ...bench.world.estate, folder: await folder() };
    const config = join(bench.world.estate.folder, 'config');
    await mkdir(config);
    await fill(config);
    return { ...bench, config };
  };

  test('brings it back with a run, names what is not there, and only rehearses in a drill', async () => {
    const bench = await benchOf();
    const taken = await bench.call('takeSnapshot', { site: bench.primary, set });
    expect(taken.findings).toMatchObject([{ says: expect.stringContaining('./gone, to be carried along') }]);
    const reader = await bench.world.vault.open('orders-db', set, {
      signal: new AbortController().signal,
      parallel: 1,
    });
    expect(reader.manifest.carried).toMatchObject([{ path: './config', files: 4 }]);
    await rm(bench.config, { recursive: true });
    const { site } = bench.made('scratch');
    const drill = await bench.call('putBackCarried', { site, set }, { mode: 'drill' });
    expect(drill.says).toBe('./config can be put back: 4 files, 300 kB, equal by digest');
    await expect(lstat(bench.config)).rejects.toMatchObject({ code: 'ENOENT' });
    const live = await bench.call('putBackCarried', { site: bench.made('beside').site, set });
    expect(live).toMatchObject({ says: './config is back: 4 files, 300 kB, equal by digest', findings: [] });
    expect(await readFile(join(bench.config, 'app.env'), 'utf8')).toBe('PORT=8080\n');
  });

  test('writes nothing where the estate no longer wants it', async () => {
    const bench = await benchOf();
    await bench.call('takeSnapshot', { site: bench.primary, set });
    await rm(bench.config, { recursive: true });
    bench.world.estate = { ...bench.world.estate, targets: { 'orders-db': targetOf() } };
    const live = await bench.call('putBackCarried', { site: bench.made('beside').site, set });
    expect(live.findings).toMatchObject([{ says: expect.stringContaining('which the estate does not name now') }]);
    await expect(lstat(bench.config)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('is planned as a step only where there is something to put back', async () => {
    const bench = await benchOf();
    await bench.call('takeSnapshot', { site: bench.primary, set });
    const raw = { target: 'orders-db', mode: 'drill' };
    const plan = await bench.desk.freezePlan({ runbook: 'runDrill', run: 'run-1', raw, at: new Date().toISOString() });
    const steps = plan.phases.flatMap((phase) => phase.steps);
    expect(steps.find(({ id }) => id.startsWith('put-back'))?.says).toContain('./config');
  });
});

test('any tar unpacks what is carried', async () => {
  const from = join(await folder(), 'config');
  await mkdir(from);
  await fill(from);
  const { vault } = await carried(from);
  const to = await folder();
  const { spawn } = await import('node:child_process');
  const tar = spawn('tar', ['-xf', '-', '-C', to], { stdio: ['pipe', 'ignore', 'pipe'] });
  for await (const piece of vault.read('carried/0')) tar.stdin.write(piece);
  tar.stdin.end();
  expect(await text(tar.stderr)).toBe('');
  expect(await readLines(to)).toEqual(await readLines(from));
});
