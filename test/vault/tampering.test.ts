// Rows B6 of docs/coverage.md.
import { randomBytes } from 'node:crypto';
import { copyFile, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/vault/chunk-codec.ts';
import type { SetReader } from '../../src/vault/port.ts';
import { kindOf } from './backend-conformance.ts';
import { bytesOf, keysOf, newVault, quiet, rows, takeSet } from './new-vault.ts';
import { edit, failureOf, flipped, MiB, removeVaults, target, withSet } from './tamper.ts';

afterAll(removeVaults);

describe('a chunk that is not what it was', () => {
  it('is told apart: truncated', async () => {
    const { at, chunk, readFailure } = await withSet();
    await edit(at, chunk('a', 1), (bytes) => bytes.subarray(0, bytes.length - 1));
    expect(await readFailure('a')).toMatchObject({ kind: 'damaged', says: expect.stringContaining('truncated') });
    await edit(at, chunk('a', 1), () => Buffer.alloc(0));
    expect(await readFailure('a')).toMatchObject({ kind: 'damaged', says: expect.stringContaining('truncated') });
  });

  it('is told apart: one bit flipped, anywhere in it', async () => {
    const { at, chunk, readFailure } = await withSet();
    for (const where of [0, 10, 40, 60, 5000, -1]) {
      await edit(at, chunk('a', 0), flipped(where));
      expect((await readFailure('a')).kind, `byte ${where}`).toBe('damaged');
      await edit(at, chunk('a', 0), flipped(where));
    }
    expect((await readFailure('a')).kind).toBe('no error');
  });

  it('is told apart: exchanged with another authentic chunk of the same target', async () => {
    const { at, chunk, readFailure } = await withSet();
    const [one, two] = [join(at.root, chunk('a', 0)), join(at.root, chunk('b', 0))];
    await rename(one, `${one}.x`);
    await rename(two, one);
    await rename(`${one}.x`, two);
    const first = await readFailure('a');
    expect(first.kind).toBe('damaged');
    expect((await readFailure('b')).kind).toBe('damaged');
    expect(first.says).toMatch(/swapped|truncated|longer/);
  });

  it('is told apart: exchanged with one of the same size', async () => {
    await using at = await newVault();
    const noise = [randomBytes(MiB), randomBytes(MiB)] as const;
    const taken = await takeSet(at.vault, { a: noise[0], b: noise[1] });
    const [a, b] = ['a', 'b'].map((stream) => taken.manifest.streams[stream]!.chunks[0]!);
    const fileOf = ({ name }: { name: string }): string =>
      join(at.root, `chunks/${target}/${name.slice(0, 2)}/${name}`);
    expect(a!.storedBytes).toBe(b!.storedBytes);
    await copyFile(fileOf(a!), fileOf(b!));
    const reader = await at.vault.open(target, taken.manifest.set, quiet());
    expect(await failureOf(bytesOf(reader.read('b')))).toMatchObject({
      kind: 'damaged',
      says: expect.stringContaining('swapped'),
    });
    await edit(at, `chunks/${target}/${b!.name.slice(0, 2)}/${b!.name}`, (bytes) =>
      Buffer.concat([bytes.subarray(0, 4), Buffer.from(b!.name, 'hex'), bytes.subarray(36)]),
    );
    expect((await failureOf(bytesOf(reader.read('b')))).kind).toBe('damaged');
  });

  it('is told apart: missing', async () => {
    const { at, chunk, readFailure } = await withSet();
    await rm(join(at.root, chunk('a', 1)));
    expect(await readFailure('a')).toMatchObject({ kind: 'missing', says: expect.stringContaining('chunk') });
    expect((await readFailure('b')).kind).toBe('no error');
  });

  it('is not used again by the next backup: truncated it is refused, with what to do, and missing it is made anew', async () => {
    const { at, chunk, readFailure } = await withSet();
    const truncated = await readFile(join(at.root, chunk('a', 0)));
    await edit(at, chunk('a', 0), (bytes) => bytes.subarray(1));
    const refused = await takeSet(await at.reopen(), { a: rows(9 * MiB, 1) }).catch((error) => error);
    expect(refused).toMatchObject({ kind: 'damaged', hint: expect.stringContaining(`remove ${chunk('a', 0)}`) });
    await rm(join(at.root, chunk('a', 0)));
    await takeSet(await at.reopen(), { a: rows(9 * MiB, 1) });
    expect(await readFailure('a')).toEqual({ kind: 'no error', says: '' });
    expect((await readFile(join(at.root, chunk('a', 0)))).length).toBe(truncated.length);
  });

  it('yields nothing of itself before it is found out', async () => {
    const { at, chunk, open } = await withSet();
    await edit(at, chunk('a', 1), flipped(-1));
    const got: number[] = [];
    const reading = (async () => {
      for await (const part of (await open()).read('a')) got.push(part.length);
    })();
    expect(await kindOf(reading)).toBe('damaged');
    expect(got).toEqual([chunkBytes]);
  });

  it('is named by a check, with every other damage of the set', async () => {
    const { at, chunk, damages } = await withSet();
    expect(await damages()).toEqual([]);
    await edit(at, chunk('a', 0), flipped(-1));
    await rm(join(at.root, chunk('b', 1)));
    await edit(at, chunk('c', 0), (bytes) => bytes.subarray(1));
    const found = await damages();
    expect(found.map(({ stream }) => stream).sort()).toEqual(['a', 'b', 'c', 'd', 'meta.json']);
    expect(found.find(({ stream }) => stream === 'b')!.damage).toContain('gone');
  });
});

describe('a manifest that is not what it was', () => {
  it('is found out: truncated or edited, at any byte', async () => {
    const { at, manifest, open } = await withSet();
    const whole = await readFile(join(at.root, manifest));
    for (const length of [0, 1, 100, whole.length - 1]) {
      await edit(at, manifest, () => whole.subarray(0, length));
      expect(await kindOf(open()), `cut to ${length}`).toMatch(/damaged|rolled-back/);
    }
    for (let where = 0; where < whole.length; where += 41) {
      await edit(at, manifest, () => flipped(where)(whole));
      expect(await kindOf(open()), `byte ${where}`).toBe('damaged');
    }
    for (let where = -150; where < 0; where += 1) {
      await edit(at, manifest, () => flipped(where)(whole));
      expect(await kindOf(open()), `byte ${where}`).toBe('damaged');
    }
  });

  it('is found out: another set’s manifest under its name', async () => {
    const { at, manifest, open } = await withSet();
    const later = await takeSet(at.vault, { a: rows(10) });
    await copyFile(join(at.root, `sets/${target}/${later.manifest.set}.json`), join(at.root, manifest));
    expect(await kindOf(open())).toBe('damaged');
  });

  it('is found out: gone, in the middle, at the end, and where nothing else is left', async () => {
    await using at = await newVault();
    const taken: SetReader[] = [];
    for (let n = 0; n < 3; n += 1) taken.push(await takeSet(at.vault, { a: rows(10, n + 1) }));
    const fileOf = (n: number): string => join(at.root, `sets/${target}/${taken[n]!.manifest.set}.json`);
    for (const gone of [[1], [2], [0], [0, 1, 2]]) {
      for (const n of gone) await rename(fileOf(n), `${fileOf(n)}.away`);
      const vault = await at.reopen();
      expect(await failureOf(vault.sets(target)), `without ${gone}`).toMatchObject({ kind: 'rolled-back' });
      expect(await kindOf(vault.open(target, taken[gone[0]!]!.manifest.set, quiet()))).toBe('rolled-back');
      for (const n of gone) await rename(`${fileOf(n)}.away`, fileOf(n));
      expect(await vault.sets(target)).toHaveLength(3);
    }
  });

  it('is found out: gone together with its head, by whoever has seen it', async () => {
    await using at = await newVault();
    const watching = at.vault;
    await takeSet(watching, { a: rows(10, 1) });
    const newest = await takeSet(watching, { a: rows(10, 2) });
    await rm(join(at.root, `sets/${target}/${newest.manifest.set}.json`));
    await rm(join(at.root, `audit/heads/${target}/00000001.json`));
    expect(await kindOf(watching.sets(target))).toBe('rolled-back');
  });

  it('is found out: removed, and another set published under its id', async () => {
    await using at = await newVault();
    const first = await takeSet(at.vault, { a: rows(10, 1) });
    const { set } = first.manifest;
    await rm(join(at.root, `sets/${target}/${set}.json`));
    expect(await kindOf(takeSet(await at.reopen(), { a: rows(10, 2) }, { set }))).toBe('rolled-back');
    expect(await kindOf((await at.reopen()).open(target, set, quiet()))).toBe('rolled-back');
  });

  it('is found out by its successor when it is gone together with every later head', async () => {
    await using at = await newVault();
    for (let n = 0; n < 3; n += 1) await takeSet(at.vault, { a: rows(10, n + 1) });
    const [, middle] = await keysOf(at.backend, `sets/${target}`);
    await rm(join(at.root, middle!));
    await rm(join(at.root, `audit/heads/${target}/00000001.json`));
    await rm(join(at.root, `audit/heads/${target}/00000002.json`));
    const vault = await at.reopen();
    expect(await kindOf(vault.sets(target))).toBe('rolled-back');
  });

  it('does not keep intact sets from being opened, nor new ones from being taken', async () => {
    await using at = await newVault();
    const kept = await takeSet(at.vault, { a: rows(10, 1) });
    const lost = await takeSet(at.vault, { a: rows(10, 2) });
    await rm(join(at.root, `sets/${target}/${lost.manifest.set}.json`));
    await rm(join(at.root, `audit/heads/${target}/00000000.json`));
    const vault = await at.reopen();
    const reader = await vault.open(target, kept.manifest.set, quiet());
    expect((await bytesOf(reader.read('a'))).equals(rows(10, 1))).toBe(true);
    const fresh = await takeSet(vault, { a: rows(10, 3) });
    expect((await bytesOf(fresh.read('a'))).equals(rows(10, 3))).toBe(true);
    const listing = await vault.sets(target).catch((error) => error);
    expect(listing).toMatchObject({ kind: 'rolled-back', message: expect.stringContaining('and 1 more') });
    expect(listing.hint).toContain(`${fresh.manifest.set}, ${kept.manifest.set}`);
  });

  it('leaves a listing that names what still opens, when one of many is damaged', async () => {
    await using at = await newVault();
    const sets = [];
    for (let n = 0; n < 3; n += 1) sets.push((await takeSet(at.vault, { a: rows(10, n + 1) })).manifest.set);
    await edit(at, `sets/${target}/${sets[1]}.json`, flipped(30));
    const listing = await (await at.reopen()).sets(target).catch((error) => error);
    expect(listing).toMatchObject({ kind: 'damaged', hint: expect.stringContaining(`${sets[2]}, ${sets[0]}`) });
  });

  it('does not keep a newer set from being opened by its id, when an older manifest or its record is damaged', async () => {
    await using at = await newVault();
    const sets = [];
    for (let n = 0; n < 3; n += 1) sets.push((await takeSet(at.vault, { a: rows(10, n + 1) })).manifest.set);
    await edit(at, `sets/${target}/${sets[0]}.json`, flipped(30));
    await edit(at, `audit/heads/${target}/00000001.json`, flipped(30));
    const vault = await at.reopen();
    const reader = await vault.open(target, sets[2]!, quiet());
    expect((await bytesOf(reader.read('a'))).equals(rows(10, 3))).toBe(true);
    expect(await kindOf(vault.sets(target))).toBe('damaged');
    expect(await kindOf(vault.open(target, sets[0]!, quiet()))).toBe('damaged');
    await edit(at, `sets/${target}/${sets[2]}.json`, flipped(40));
    expect(await kindOf(vault.open(target, sets[2]!, quiet()))).toBe('damaged');
    expect(await kindOf((await at.reopen()).open(target, sets[2]!, quiet()))).toBe('damaged');
  });

  it('is read again by a process that has opened it before, once it has changed or gone', async () => {
    const { at, set, manifest } = await withSet();
    await at.vault.open(target, set, quiet());
    await edit(at, manifest, flipped(40));
    expect(await kindOf(at.vault.open(target, set, quiet()))).toBe('damaged');
    await rm(join(at.root, manifest));
    expect(await kindOf(at.vault.open(target, set, quiet()))).toBe('rolled-back');
  });

  it('is called unknown, with the names that exist, when it never was', async () => {
    const { at, set } = await withSet();
    const failure = await at.vault.open(target, '20200101T000000Z-abcdef', quiet()).catch((error) => error);
    expect(failure).toMatchObject({ kind: 'unknown-name', hint: expect.stringContaining(set) });
    expect(await kindOf(at.vault.open(target, '../../etc', quiet()))).toBe('bad-input');
    expect(await kindOf(at.vault.open('../x', set, quiet()))).toBe('bad-input');
  });
});
