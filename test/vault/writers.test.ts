import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DrError } from '../../src/domain/errors.ts';
import { until } from '../support/until.ts';
import { kindOf } from './backend-conformance.ts';
import { bytesOf, keysOf, newVault, nextSet, of, publish, quiet, rows, takeSet } from './new-vault.ts';

const MiB = 1024 * 1024;
const target = 'orders-db';

describe('two writers', () => {
  it('of one set id: one publishes, the other is told, and the first one’s set stays as it is', async () => {
    await using at = await newVault();
    const other = await at.reopen();
    const set = nextSet();
    const writers = [await at.vault.write(target, set, quiet()), await other.write(target, set, quiet())];
    for (const [n, writer] of writers.entries()) await writer.write('a', of(rows(1000, n + 1)));
    const published = await Promise.all(writers.map((writer) => kindOf(publish(writer))));
    expect([...published].sort()).toEqual(['already-exists', 'no error']);
    const winner = published.indexOf('no error');
    const reader = await (await at.reopen()).open(target, set, quiet());
    expect((await bytesOf(reader.read('a'))).equals(rows(1000, winner + 1))).toBe(true);
    expect(await kindOf(at.vault.write(target, set, quiet()))).toBe('already-exists');
  });

  it('of one target: both sets count, and the chain holds', async () => {
    await using at = await newVault();
    await takeSet(at.vault, { a: rows(10) });
    const vaults = await Promise.all(Array.from({ length: 6 }, () => at.reopen()));
    await Promise.all(vaults.map((vault, n) => takeSet(vault, { a: rows(1000, n + 2) })));
    await takeSet(at.vault, { a: rows(10, 9) });
    const sets = await (await at.reopen()).sets(target);
    expect(sets).toHaveLength(8);
    expect(await keysOf(at.backend, `audit/heads/${target}`)).toHaveLength(8);
  });
});

describe('a writer whose vault is full', () => {
  it('is told while its stream still runs, not at its end', async () => {
    await using at = await newVault((backend) => ({
      ...backend,
      create: async (key, body, signal) => {
        if (key.startsWith('chunks/')) throw new DrError('no-space', 'the disk is full', 'free some');
        return backend.create(key, body, signal);
      },
    }));
    const writer = await at.vault.write(target, nextSet(), quiet());
    const endless = (async function* () {
      for (let seed = 1; ; seed += 1) yield rows(MiB, seed);
    })();
    expect(await kindOf(writer.write('endless', endless))).toBe('no-space');
    expect(await kindOf(publish(writer))).toBe('no-space');
  });

  it('half-way fails as no-space, leaves no set, and can be tried again once there is space', async () => {
    const disk = { leftBytes: 3_000_000 };
    await using at = await newVault((backend) => ({
      ...backend,
      create: async (key, body, signal) => {
        disk.leftBytes -= body.length;
        if (disk.leftBytes < 0) throw new DrError('no-space', 'the disk is full', 'free some');
        return backend.create(key, body, signal);
      },
    }));
    const streams = Object.fromEntries([1, 2, 3, 4].map((n) => [`s${n}`, randomBytes(2 * MiB)]));
    const set = nextSet();
    expect(await kindOf(takeSet(at.vault, streams, { set }))).toBe('no-space');
    expect(await at.vault.sets(target)).toEqual([]);
    disk.leftBytes = Number.POSITIVE_INFINITY;
    const reader = await takeSet(at.vault, streams, { set });
    expect((await bytesOf(reader.read('s4'))).equals(streams.s4!)).toBe(true);
  });
});

describe('a writer that is killed', () => {
  it('in the middle of a backup leaves no set, and chunks that a sweep finds', async () => {
    await using at = await newVault();
    const env = { ...process.env, ROOT: at.root, KEY: Buffer.from(at.key.bytes).toString('hex') };
    const child = fork(join(import.meta.dirname, 'endless-writer.ts'), { env });
    const ended = once(child, 'exit');
    await until('chunks arrive', async () => (await keysOf(at.backend, 'chunks')).length >= 3, 30_000);
    child.kill('SIGKILL');
    await ended;
    const vault = await at.reopen();
    expect(await vault.sets(target)).toEqual([]);
    const chunks = (await keysOf(at.backend, 'chunks')).length;
    const graceMs = 24 * 3600_000;
    const now = new Date(Date.now() + 2 * graceMs).toISOString();
    expect((await vault.sweep({ graceMs, remove: false, now })).chunks).toBe(chunks);
    const reader = await takeSet(vault, { a: rows(5 * MiB) });
    expect((await bytesOf(reader.read('a'))).equals(rows(5 * MiB))).toBe(true);
  });

  it('between its manifest and its head leaves a set that counts, and whose loss shows after the next backup', async () => {
    const dies = { now: true };
    await using at = await newVault((backend) => ({
      ...backend,
      create: async (key, ...rest) => {
        if (dies.now && key.startsWith('audit/heads/')) throw new Error('killed here');
        return backend.create(key, ...rest);
      },
    }));
    await expect(takeSet(at.vault, { a: rows(10) })).rejects.toThrow('killed here');
    dies.now = false;
    const [left] = await at.vault.sets(target);
    const next = await takeSet(at.vault, { a: rows(10, 2) });
    expect(next.manifest.previous).toBe(left!.digest);
    expect(next.manifest.sequence).toBe(1);
    await at.backend.remove(`sets/${target}/${left!.manifest.set}.json`);
    expect(await kindOf((await at.reopen()).sets(target))).toBe('rolled-back');
  });
});
