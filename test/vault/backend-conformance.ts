import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isDrError } from '../../src/domain/errors.ts';
import type { Backend } from '../../src/vault/port.ts';

/** What a suite needs of one backend: an empty one for every test. */
export interface BackendUnderTest {
  name: string;
  fresh(): Promise<Backend>;
}

export const kindOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    return isDrError(error) ? error.kind : `not a DrError: ${String(error)}`;
  }
  return 'no error';
};

const keysOf = async (backend: Backend, prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of backend.list(prefix)) keys.push(key);
  return keys;
};

/** Every promise of the Backend port, said as tests over any backend. */
export const backendConformance = ({ name, fresh }: BackendUnderTest): void => {
  describe(`backend ${name}`, () => {
    it('gives back exactly what was created', async () => {
      const backend = await fresh();
      for (const size of [0, 1, 1000, 5 * 1024 * 1024]) {
        const body = randomBytes(size);
        expect(await backend.create(`a/size-${size}`, body)).toBe(true);
        expect(Buffer.compare(await backend.get(`a/size-${size}`), body)).toBe(0);
        expect((await backend.head(`a/size-${size}`))?.bytes).toBe(size);
      }
    });

    it('never overwrites: a second create is refused and changes nothing', async () => {
      const backend = await fresh();
      expect(await backend.create('a/b', Buffer.from('first'))).toBe(true);
      expect(await backend.create('a/b', Buffer.from('second'))).toBe(false);
      expect(Buffer.from(await backend.get('a/b')).toString()).toBe('first');
    });

    it('lets exactly one of many racing creators win', async () => {
      const backend = await fresh();
      const won = await Promise.all(Array.from({ length: 16 }, (_, i) => backend.create('race', Buffer.from(`${i}`))));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(Buffer.from(await backend.get('race')).toString()).toBe(`${won.indexOf(true)}`);
    });

    it('says that an absent key is missing', async () => {
      const backend = await fresh();
      expect(await backend.head('no/such')).toBeNull();
      expect(await kindOf(backend.get('no/such'))).toBe('missing');
      await backend.create('no/such-thing', Buffer.from('x'));
      expect(await kindOf(backend.get('no'))).toBe('missing');
      expect(await backend.head('no')).toBeNull();
    });

    it('lists whole keys in byte order, below the prefix only', async () => {
      const backend = await fresh();
      const keys = ['a-b/1', 'a/1', 'a/1-x', 'a/1/z', 'a/B', 'a/a.json', 'a/a=2F', 'ab', 'b'];
      for (const key of [...keys].reverse()) {
        if (key !== 'a/1') await backend.create(key, Buffer.from(key));
      }
      const expected = keys.filter((key) => key !== 'a/1').sort();
      expect(await keysOf(backend, '')).toEqual(expected);
      expect(await keysOf(backend, 'a')).toEqual(expected.filter((key) => key.startsWith('a/')));
      expect(await keysOf(backend, 'a/1')).toEqual(['a/1/z']);
      expect(await keysOf(backend, 'nothing')).toEqual([]);
    });

    it('lists more keys than one page holds, with sizes and times', async () => {
      const backend = await fresh();
      const began = Date.now();
      const names = Array.from({ length: 1100 }, (_, i) => `many/${String(i).padStart(5, '0')}`);
      for (let at = 0; at < names.length; at += 50) {
        await Promise.all(names.slice(at, at + 50).map((key) => backend.create(key, Buffer.from(key))));
      }
      expect(await keysOf(backend, 'many')).toEqual(names);
      for await (const { bytes, changedAt } of backend.list('many')) {
        expect(bytes).toBe(10);
        expect(Math.abs(Date.parse(changedAt) - began)).toBeLessThan(120_000);
      }
    });

    it('removes, and finds removing an absent key fine', async () => {
      const backend = await fresh();
      await backend.create('gone/soon', Buffer.from('x'));
      await backend.remove('gone/soon');
      await backend.remove('gone/soon');
      expect(await backend.head('gone/soon')).toBeNull();
      expect(await backend.create('gone/soon', Buffer.from('y'))).toBe(true);
    });

    it('refuses keys that could leave the root', async () => {
      const backend = await fresh();
      const hostile = [
        '../out',
        'a/../../out',
        '/etc/passwd',
        'a//b',
        'a/',
        '',
        '.',
        'a/.hidden',
        'a\\b',
        'a\0b',
        'a\nb',
        'ü',
      ];
      for (const key of hostile) {
        expect(await kindOf((async () => backend.create(key, Buffer.from('x')))()), key).toBe('bad-input');
        expect(await kindOf((async () => backend.get(key))()), key).toBe('bad-input');
      }
      expect(await keysOf(backend, '')).toEqual([]);
    });

    it('stops when told to', async () => {
      const backend = await fresh();
      await backend.create('a', randomBytes(1000));
      const stopped = AbortSignal.abort();
      expect(await kindOf(backend.create('b', randomBytes(1000), stopped))).toBe('interrupted');
      expect(await kindOf(backend.get('a', stopped))).toBe('interrupted');
    });
  });
};
