// Rows B2 of docs/coverage.md.
import { describe, expect, test } from 'vitest';
import { memoryServer } from '../../src/memory/server.ts';
import { memory } from '../../src/stores/memory/index.ts';
import type { Inspection } from '../../src/stores/port.ts';
import { type Bench, openBench } from './bench.ts';

const set = '20260131T020000Z-3f9a1c';
const target = 'orders-db';

/** Every place now looks like this. */
const looksLike = (bench: Bench, seen: Partial<Inspection>): void => {
  bench.world.kinds = {
    ...bench.world.kinds,
    memory: {
      ...memory,
      open: async (url, work) => {
        const place = await memory.open(url, work);
        return { ...place, inspect: async () => ({ ...(await place.inspect()), ...seen }) };
      },
    },
  };
};

const ready = async () => {
  const bench = await openBench();
  await bench.call('takeSnapshot', { site: bench.primary, set });
  return bench;
};

describe('readiness', () => {
  test('of vault, set and a place still to be made is a fact', async () => {
    const bench = await ready();
    const { site, url } = bench.made('beside');
    const fact = await bench.call('checkReady', { target, sites: [site], set }, { mode: 'plan' });
    expect(fact).toMatchObject({ set, findings: [], says: expect.stringContaining('is writable') });
    expect(memoryServer.find(url)).toBeUndefined();
  });

  test('of the place in service is a fact, before its first backup too', async () => {
    const bench = await openBench();
    await bench.call('checkReady', { target, sites: [bench.primary] });
    expect(memoryServer.find(bench.primaryUrl)?.mark).toBeNull();
  });

  test.each([
    ['a login that may not', { missingPermissions: ['no SELECT on orders: GRANT it'] }, 'no-permission', 'GRANT it'],
    ['a server older than the set', { version: 'memory 0' }, 'too-old', 'expected at least memory 1, found memory 0'],
    ['less space than the set needs', { freeBytes: 10 }, 'no-space', 'expected at least its size'],
    [
      'the mark of another target',
      { mark: { id: 'm', target: 'x', role: 'primary', epoch: 1 } },
      'wrong-mark',
      'found x',
    ],
  ] as const)('is refused for %s', async (_, seen, type, message) => {
    const bench = await ready();
    looksLike(bench, seen);
    await expect(bench.call('checkReady', { target, sites: [bench.primary], set })).rejects.toMatchObject({
      type,
      message: expect.stringContaining(message),
    });
  });

  test('says what is tight but enough, and clocks that differ', async () => {
    const bench = await ready();
    const [{ bytes } = { bytes: 0 }] = await bench.world.vault.sets(target);
    looksLike(bench, { freeBytes: bytes + 1, skewMs: -5000 });
    const { findings } = await bench.call('checkReady', { target, sites: [bench.primary], set });
    expect(findings).toEqual([
      { says: expect.stringContaining('expected twice its size'), isFailure: false },
      { says: expect.stringContaining('-5000 ms'), isFailure: false },
    ]);
  });

  test('fails while the vault cannot be written', async () => {
    const bench = await openBench();
    const { rm } = await import('node:fs/promises');
    await rm(bench.folder, { recursive: true });
    await expect(bench.call('checkReady', { target, sites: [] })).rejects.toMatchObject({ nonRetryable: false });
  });
});
