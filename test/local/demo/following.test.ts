import { describe, expect, test } from 'vitest';
import { following } from '../../../src/local/demo/shop/following.ts';

/** Connections by address, and what became of them. */
const open = () => {
  const log: string[] = [];
  let url = 'one';
  const held = following(
    async () => url,
    async (address) => {
      log.push(`open ${address}`);
      if (address === 'broken') throw new Error('nobody is there');
      return { address, close: async () => void log.push(`close ${address}`) };
    },
  );
  const lead = (to: string): void => {
    url = to;
  };
  return { log, held, lead };
};

describe('a connection that follows an address', () => {
  test('stays open while the address stays, whoever asks at once', async () => {
    const { held, log } = open();
    await Promise.all([held.get(), held.get()]);
    expect((await held.get()).address).toBe('one');
    expect(log).toEqual(['open one']);
  });

  test('is another one, and the old one is closed, when the address changes', async () => {
    const { held, log, lead } = open();
    await held.get();
    lead('two');
    expect((await held.get()).address).toBe('two');
    await held.close();
    expect(log).toEqual(['open one', 'open two', 'close one', 'close two']);
  });

  test('is tried again after it could not be opened', async () => {
    const { held, log, lead } = open();
    lead('broken');
    await expect(held.get()).rejects.toThrow('nobody is there');
    await expect(held.get()).rejects.toThrow('nobody is there');
    lead('one');
    expect((await held.get()).address).toBe('one');
    expect(log).toEqual(['open broken', 'open broken', 'open one']);
  });
});
