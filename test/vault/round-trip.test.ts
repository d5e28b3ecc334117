import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/vault/chunk-codec.ts';
import { smallBytes } from '../../src/vault/cut.ts';
import type { Backend } from '../../src/vault/port.ts';
import { kindOf } from './backend-conformance.ts';
import { bytesOf, keysOf, newVault, nextSet, of, publish, quiet, rows, takeSet } from './new-vault.ts';

const MiB = 1024 * 1024;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Counts what reaches the backend. */
const counting = (): { around(backend: Backend): Backend; calls: Record<'create' | 'get', string[]> } => {
  const calls = { create: [] as string[], get: [] as string[] };
  const around = (backend: Backend): Backend => ({
    ...backend,
    create: (key, ...rest) => {
      calls.create.push(key);
      return backend.create(key, ...rest);
    },
    get: (key, ...rest) => {
      calls.get.push(key);
      return backend.get(key, ...rest);
    },
  });
  return { calls, around };
};
const chunksIn = (keys: readonly string[]): string[] => keys.filter((key) => key.startsWith('chunks/'));

describe('a set', () => {
  it('gives back every stream byte for byte, whatever its size and however it arrived', async () => {
    await using at = await newVault();
    const edges = [smallBytes, chunkBytes].flatMap((edge) => [edge - 1, edge, edge + 1]);
    const sizes = [0, 1, 100_000, ...edges, MiB, 9 * MiB + 17];
    const streams = Object.fromEntries(sizes.map((size, seed) => [`s/${size}`, rows(size, seed + 1)]));
    const taken = await takeSet(at.vault, streams);
    const reader = await (await at.reopen()).open('orders-db', taken.manifest.set, quiet());
    for (const [name, bytes] of Object.entries(streams)) {
      expect(sha256(await bytesOf(reader.read(name))), name).toBe(sha256(bytes));
      expect(reader.manifest.streams[name]!.bytes).toBe(bytes.length);
    }
    expect(await reader.meta()).toEqual({ made: 'here' });
    expect(reader.digest).toBe(taken.digest);
    expect(await Array.fromAsync(reader.check(() => {}))).toEqual([]);
  });

  it('does the same for any streams in any pieces (property)', async () => {
    await using at = await newVault();
    const plenty = rows(11 * MiB);
    const range = fc.tuple(fc.integer({ min: 0, max: 6 * MiB }), fc.integer({ min: 0, max: 5 * MiB }));
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      range.map(([from, bytes]) => plenty.subarray(from, from + bytes)),
    );
    const name = fc.string({ minLength: 1, unit: 'binary' }).filter((one) => one !== 'meta.json');
    const set = fc.dictionary(name, fc.array(piece, { maxLength: 3 }), { maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(set, async (streams) => {
        const writer = await at.vault.write('orders-db', nextSet(), quiet());
        await Promise.all(Object.entries(streams).map(([name, parts]) => writer.write(name, of(...parts))));
        const reader = await publish(writer);
        for (const [name, parts] of Object.entries(streams)) {
          expect(Buffer.compare(await bytesOf(reader.read(name)), Buffer.concat(parts))).toBe(0);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('gives equal streams equal digests, however they arrived', async () => {
    await using at = await newVault();
    const bytes = rows(5 * MiB);
    const writer = await at.vault.write('orders-db', nextSet(), quiet());
    const whole = await writer.write('whole', of(bytes));
    const inPieces = await writer.write(
      'pieces',
      of(bytes.subarray(0, 7), bytes.subarray(7, 2 * MiB), bytes.subarray(2 * MiB)),
    );
    const other = await writer.write('other', of(bytes.subarray(1)));
    expect(inPieces.sha256).toBe(whole.sha256);
    expect(other.sha256).not.toBe(whole.sha256);
    expect(whole.bytes).toBe(bytes.length);
    expect(whole.storedBytes).toBeLessThan(bytes.length / 2);
  });

  it('keeps stream names that would be hostile anywhere else', async () => {
    await using at = await newVault();
    const names = ['../../etc/passwd', '__proto__', 'constructor', 'a\nb', '"quoted"', 'ünïcödé 表', '/abs', '.'];
    const reader = await takeSet(at.vault, Object.fromEntries(names.map((name, i) => [name, rows(10, i + 1)])));
    for (const [i, name] of names.entries())
      expect((await bytesOf(reader.read(name))).equals(rows(10, i + 1)), name).toBe(true);
    expect(await kindOf(bytesOf(reader.read('toString')))).toBe('missing');
    const keys = await keysOf(at.backend);
    expect(keys.every((key) => /^[A-Za-z0-9._=/-]+$/.test(key))).toBe(true);
  });

  it('refuses a name written twice, a name that is no text, and a write after publish', async () => {
    await using at = await newVault();
    const writer = await at.vault.write('orders-db', nextSet(), quiet());
    await writer.write('a', of(rows(10)));
    expect(await kindOf(writer.write('a', of(rows(10))))).toBe('already-exists');
    expect(await kindOf(writer.write('', of(rows(10))))).toBe('bad-input');
    expect(await kindOf(writer.write('\ud800', of(rows(10))))).toBe('bad-input');
    await publish(writer);
    expect(await kindOf(writer.write('b', of(rows(10))))).toBe('bad-input');
    expect(await kindOf(publish(writer))).toBe('bad-input');
  });

  it('is not published while a stream is unfinished or has failed', async () => {
    await using at = await newVault();
    const writer = await at.vault.write('orders-db', nextSet(), quiet());
    const failing = (async function* () {
      yield rows(10);
      throw new Error('the store went away');
    })();
    await expect(writer.write('a', failing)).rejects.toThrow('the store went away');
    expect(await kindOf(publish(writer))).toBe('bad-input');
    expect(await at.vault.sets('orders-db')).toEqual([]);
  });

  it('puts thousands of small streams into a few chunks, and reads them with a few requests', async () => {
    const { around, calls } = counting();
    await using at = await newVault(around);
    const names = Array.from({ length: 2000 }, (_, i) => `data/${i}`);
    const writer = await at.vault.write('orders-db', nextSet(), quiet());
    for (const [i, name] of names.entries()) await writer.write(name, of(rows(2000, i + 1)));
    const reader = await publish(writer);
    expect(chunksIn(calls.create).length).toBeLessThan(8);
    calls.get.length = 0;
    for (const [i, name] of names.entries())
      expect((await bytesOf(reader.read(name))).equals(rows(2000, i + 1))).toBe(true);
    expect(chunksIn(calls.get).length).toBeLessThan(8);
    calls.get.length = 0;
    expect(await Array.fromAsync(reader.check(() => {}))).toEqual([]);
    expect(chunksIn(calls.get).length).toBeLessThan(8);
  });

  it('stores equal chunks of a target once, and sends what last night had not again', async () => {
    const { around, calls } = counting();
    await using at = await newVault(around);
    const unchanged = rows(9 * MiB);
    await takeSet(at.vault, { a: unchanged, twin: unchanged, small: rows(100) });
    const first = chunksIn(calls.create).length;
    const chunks = Math.ceil(unchanged.length / chunkBytes);
    expect(first).toBe(chunks + 1);
    calls.create.length = 0;
    const second = await takeSet(await at.reopen(), { a: unchanged, changed: rows(MiB, 77), small: rows(100) });
    expect(chunksIn(calls.create).length).toBe(1);
    expect((await bytesOf(second.read('a'))).equals(unchanged)).toBe(true);
    calls.create.length = 0;
    await takeSet(at.vault, { a: unchanged }, { target: 'other-db' });
    expect(chunksIn(calls.create).length).toBe(chunks + 1);
  });

  it('uses again what an attempt that died had sent', async () => {
    await using at = await newVault();
    const bytes = rows(5 * MiB);
    const set = nextSet();
    const died = await at.vault.write('orders-db', set, quiet());
    await died.write('a', of(bytes));
    const before = await keysOf(at.backend, 'chunks');
    const reader = await takeSet(await at.reopen(), { a: bytes }, { set });
    expect((await bytesOf(reader.read('a'))).equals(bytes)).toBe(true);
    expect(await keysOf(at.backend, 'chunks')).toEqual(expect.arrayContaining(before));
  });

  it('stops at once when told to, writing and reading, and leaves no set', async () => {
    await using at = await newVault();
    const stop = new AbortController();
    const work = { signal: stop.signal, parallel: 2 };
    const reader = await takeSet(at.vault, { a: rows(12 * MiB) });
    const writer = await at.vault.write('orders-db', nextSet(), work);
    const again = await at.vault.open('orders-db', reader.manifest.set, work);
    const endless = (async function* () {
      for (let seed = 1; ; seed += 1) yield rows(MiB, seed);
    })();
    const writing = kindOf(writer.write('endless', endless));
    const reading = (async () => {
      for await (const _ of again.read('a')) stop.abort();
    })();
    expect(await writing).toBe('interrupted');
    expect(await kindOf(reading)).toBe('interrupted');
    expect(await kindOf(publish(writer))).toBe('interrupted');
    expect(await at.vault.sets('orders-db')).toHaveLength(1);
  });

  it('lets many readers of one set go on when one leaves early', async () => {
    await using at = await newVault();
    const bytes = rows(12 * MiB);
    const reader = await takeSet(at.vault, { a: bytes, b: rows(12 * MiB, 2) });
    const open = Array.from({ length: 10 }, () => reader.read('a')[Symbol.asyncIterator]());
    for (const one of open) await one.next();
    for (const one of open.slice(1)) await one.return?.();
    const rest = await bytesOf({ [Symbol.asyncIterator]: () => open[0]! });
    expect(rest.equals(bytes.subarray(chunkBytes))).toBe(true);
    expect((await bytesOf(reader.read('b'))).equals(rows(12 * MiB, 2))).toBe(true);
  });
});
