import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test, vi } from 'vitest';
import { eachBounded } from '../../activities/each-bounded.ts';
import { createVerbs } from '../../activities/index.ts';
import { memoryServer } from '../../src/memory/server.ts';
import { openBench, orderOf } from './bench.ts';

const set = '20260131T020000Z-3f9a1c';

describe('a long activity', () => {
  test('beats by clock with what it did so far, whether or not anything moves', async () => {
    const bench = await openBench();
    const blocked = Promise.withResolvers<void>();
    memoryServer
      .create(bench.primaryUrl)
      .troubles.push({ on: 'snapshot', when: 'before', times: 1, does: { waitFor: blocked.promise } });
    const beats: unknown[] = [];
    const env = new MockActivityEnvironment();
    env.on('heartbeat', (details: unknown) => beats.push(details));
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const done = env.run(createVerbs(bench.world).takeSnapshot, orderOf(), { site: bench.primary, set });
      for (const count of [1, 2, 3]) {
        expect(beats).toHaveLength(count);
        vi.advanceTimersByTime(2000);
      }
      blocked.resolve();
      await done;
      const after = beats.length;
      vi.advanceTimersByTime(60_000);
      expect(beats).toHaveLength(after);
    } finally {
      vi.useRealTimers();
    }
    expect(beats[0]).toEqual({ says: 'step', bytes: 0, totalBytes: null });
  });

  test('that is cancelled stops within a second and ends as cancelled, with nothing half done', async () => {
    const bench = await openBench();
    memoryServer
      .create(bench.primaryUrl)
      .troubles.push({ on: 'snapshot', when: 'half-way', does: { waitFor: new Promise(() => {}) } });
    const env = new MockActivityEnvironment();
    const done = env.run(createVerbs(bench.world).takeSnapshot, orderOf(), { site: bench.primary, set });
    await expect.poll(() => memoryServer.find(bench.primaryUrl)?.calls.some(({ on }) => on === 'snapshot')).toBe(true);
    const began = Date.now();
    env.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
    await expect(done).rejects.toBeInstanceOf(CancelledFailure);
    expect(Date.now() - began).toBeLessThan(1000);
    expect(await bench.world.vault.sets('orders-db')).toEqual([]);
  });

  test('that meets a secret in an error tells Temporal without it', async () => {
    const bench = await openBench();
    await bench.world.secrets.resolve('env:CODE_SECOND');
    bench.world.vault.checkWritable = async () => {
      throw new TypeError('cannot read KRSXG5DSN5XGOLLU of undefined');
    };
    const failure = await bench.call('checkReady', { target: 'orders-db', sites: [] }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'unexpected', nonRetryable: false, message: 'cannot read *** of undefined' });
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('KRSXG5');
  });
});

describe('bounded work', () => {
  test('does everything, never more than so many at once, beginning in order', async () => {
    const begun: number[] = [];
    let now = 0;
    let most = 0;
    await eachBounded([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      begun.push(item);
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    });
    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  test('begins nothing after a failure, waits for what is in flight, then throws it', async () => {
    const slow = Promise.withResolvers<void>();
    const begun: number[] = [];
    const ended: number[] = [];
    const all = eachBounded([1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      if (item === 2) throw new Error('second');
      await slow.promise;
      ended.push(item);
    });
    setImmediate(slow.resolve);
    await expect(all).rejects.toThrow('second');
    expect(begun).toEqual([1, 2]);
    expect(ended).toEqual([1]);
  });
});
