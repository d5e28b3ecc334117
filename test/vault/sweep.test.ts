import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/vault/chunk-codec.ts';
import { until } from '../support/until.ts';
import { kindOf } from './backend-conformance.ts';
import { bytesOf, keysOf, newVault, nextSet, of, publish, quiet, rows, takeSet } from './new-vault.ts';

const MiB = 1024 * 1024;
const day = 24 * 3600_000;
const target = 'orders-db';
const later = (ms: number): string => new Date(Date.now() + ms).toISOString();
const graceMs = 2 * day;

describe('a sweep', () => {
  it('counts and then removes chunks of a backup that died, once the grace period is over', async () => {
    await using at = await newVault();
    const kept = await takeSet(at.vault, { a: rows(5 * MiB, 1) });
    const died = await at.vault.write(target, nextSet(), quiet());
    await died.write('a', of(rows(9 * MiB, 2)));
    const chunksOf = (bytes: number): number => Math.ceil(bytes / chunkBytes);
    const all = chunksOf(5 * MiB) + 1 + chunksOf(9 * MiB);
    await until('the chunks have arrived', async () => (await keysOf(at.backend, 'chunks')).length === all);
    const named = new Set(kept.manifest.streams.a!.chunks.map(({ name }) => name));
    const { vault } = at;
    expect(await vault.sweep({ graceMs, remove: true, now: later(0) })).toEqual({ chunks: 0, bytes: 0 });
    const found = await vault.sweep({ graceMs, remove: false, now: later(3 * day) });
    expect(found.chunks).toBe(chunksOf(9 * MiB));
    expect(await vault.sweep({ graceMs, remove: true, now: later(3 * day) })).toEqual(found);
    expect(await vault.sweep({ graceMs, remove: true, now: later(3 * day) })).toEqual({ chunks: 0, bytes: 0 });
    const left = (await keysOf(at.backend, 'chunks')).map((key) => key.split('/')[3]!);
    expect(left.filter((name) => named.has(name))).toHaveLength(named.size);
    expect((await bytesOf(kept.read('a'))).equals(rows(5 * MiB, 1))).toBe(true);
  });

  it('never removes a chunk younger than the grace period, whatever else it can see', async () => {
    await using at = await newVault();
    const died = await at.vault.write(target, nextSet(), quiet());
    await died.write('a', of(rows(chunkBytes, 2)));
    await until('the chunk has arrived', async () => (await keysOf(at.backend, 'chunks')).length === 1);
    await rm(join(at.root, 'audit/writing'), { recursive: true });
    expect(await at.vault.sweep({ graceMs, remove: true, now: later(day) })).toEqual({ chunks: 0, bytes: 0 });
    expect((await at.vault.sweep({ graceMs, remove: true, now: later(3 * day) })).chunks).toBe(1);
  });

  it('leaves a target alone while a backup of it is under way, even one that uses old chunks again', async () => {
    await using at = await newVault();
    const old = await takeSet(at.vault, { a: rows(5 * MiB, 1) });
    const writer = await at.vault.write(target, nextSet(), quiet());
    await writer.write('a', of(rows(5 * MiB, 1)));
    await rm(join(at.root, `sets/${target}/${old.manifest.set}.json`));
    await rm(join(at.root, `audit/heads/${target}`), { recursive: true });
    const longAgo = new Date(Date.now() - 3 * day);
    for (const key of await keysOf(at.backend, 'chunks')) await utimes(join(at.root, key), longAgo, longAgo);
    const other = await at.reopen();
    expect(await other.sweep({ graceMs, remove: false, now: later(0) })).toEqual({ chunks: 0, bytes: 0 });
    expect(await other.sweep({ graceMs, remove: true, now: later(0) })).toEqual({ chunks: 0, bytes: 0 });
    const reader = await publish(writer);
    expect((await bytesOf(reader.read('a'))).equals(rows(5 * MiB, 1))).toBe(true);
  });

  it('makes a backup wait that starts while it removes', async () => {
    await using at = await newVault((backend) => ({
      ...backend,
      remove: async (key) => {
        if (key.startsWith('chunks/')) seen.push(await kindOf(at.vault.write(target, nextSet(), quiet())));
        return backend.remove(key);
      },
    }));
    const seen: string[] = [];
    const died = await at.vault.write(target, nextSet(), quiet());
    await died.write('a', of(rows(chunkBytes, 2)));
    await until('the chunk has arrived', async () => (await keysOf(at.backend, 'chunks')).length === 1);
    await at.vault.sweep({ graceMs, remove: true, now: later(3 * day) });
    expect(seen).toEqual(['busy']);
    await takeSet(at.vault, { a: rows(10) });
  });

  it('gives way to a backup that began just before it announced itself', async () => {
    let begin = async (): Promise<void> => {};
    await using at = await newVault((backend) => ({
      ...backend,
      create: async (key, ...rest) => {
        if (key.startsWith('audit/sweeping/')) await begin();
        return backend.create(key, ...rest);
      },
    }));
    const died = await at.vault.write(target, nextSet(), quiet());
    await died.write('a', of(rows(chunkBytes, 2)));
    await until('the chunk has arrived', async () => (await keysOf(at.backend, 'chunks')).length === 1);
    const longAgo = new Date(Date.now() - 3 * day);
    for (const key of [...(await keysOf(at.backend, 'chunks')), ...(await keysOf(at.backend, 'audit/writing'))]) {
      await utimes(join(at.root, key), longAgo, longAgo);
    }
    begin = async () => {
      await (await at.reopen()).write(target, nextSet(), quiet());
    };
    expect((await at.vault.sweep({ graceMs, remove: false, now: later(0) })).chunks).toBe(1);
    expect(await at.vault.sweep({ graceMs, remove: true, now: later(0) })).toEqual({ chunks: 0, bytes: 0 });
  });

  it('keeps a backup from being published that it gave up for dead', async () => {
    await using at = await newVault();
    const slow = await at.vault.write(target, nextSet(), quiet());
    await slow.write('a', of(rows(chunkBytes, 2)));
    await until('the chunk has arrived', async () => (await keysOf(at.backend, 'chunks')).length === 1);
    expect((await at.vault.sweep({ graceMs, remove: true, now: later(3 * day) })).chunks).toBe(1);
    expect(await kindOf(publish(slow))).toBe('refused');
    expect(await at.vault.sets(target)).toEqual([]);
  });

  it('removes nothing of a target whose chain of sets is broken', async () => {
    await using at = await newVault();
    const lost = await takeSet(at.vault, { a: rows(2 * MiB, 1) });
    await takeSet(at.vault, { a: rows(chunkBytes, 2) });
    await rm(join(at.root, `sets/${target}/${lost.manifest.set}.json`));
    const before = await keysOf(at.backend, 'chunks');
    expect(await kindOf((await at.reopen()).sweep({ graceMs, remove: true, now: later(3 * day) }))).toBe('rolled-back');
    expect(await keysOf(at.backend, 'chunks')).toEqual(before);
  });
});
