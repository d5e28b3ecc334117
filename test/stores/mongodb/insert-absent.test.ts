import { BSON } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { documentsOf } from '../../../src/stores/mongodb/bson/documents.ts';
import { insertAbsent, type Send } from '../../../src/stores/mongodb/restore/insert-absent.ts';
import type { Refused } from '../../../src/stores/mongodb/restore/insert-raw.ts';

const signal = new AbortController().signal;

const batchOf = (count: number) => ({
  bytes: Buffer.concat(Array.from({ length: count }, (_, n) => BSON.serialize({ _id: n }))),
  documents: count,
});

/** A server that takes `most` documents at a time and throttles the rest, as Cosmos DB does. */
const throttling = (most: number, code = 16500) => {
  const there = new Set<number>();
  const sizes: number[] = [];
  const send: Send = async (bytes) => {
    const ids = documentsOf(bytes).map((raw) => BSON.deserialize(raw)._id as number);
    sizes.push(ids.length);
    return ids.flatMap((id, index): Refused[] => {
      if (there.has(id)) return [{ index, code: 11000, message: 'E11000' }];
      if (index >= most) return [{ index, code, message: 'Request rate is large. RetryAfterMs=1' }];
      there.add(id);
      return [];
    });
  };
  return { there, sizes, send };
};

describe('inserting documents that are not there', () => {
  test.each([16500, 429])('loses none when the server throttles (%i), and asks for fewer at a time', async (code) => {
    const server = throttling(30, code);
    await insertAbsent(server.send, batchOf(1_000), signal);
    expect(server.there.size).toBe(1_000);
    expect(server.sizes[0]).toBe(1_000);
    expect(Math.min(...server.sizes)).toBeLessThan(100);
  });

  test('goes on when the whole command was throttled', async () => {
    const server = throttling(1_000);
    let left = 3;
    const send: Send = (bytes) => {
      left -= 1;
      if (left >= 0) throw Object.assign(new Error('Request rate is large'), { code: 16500 });
      return server.send(bytes);
    };
    await insertAbsent(send, batchOf(20), signal);
    expect(server.there.size).toBe(20);
  });

  test('leaves those that are there', async () => {
    const server = throttling(1_000);
    await insertAbsent(server.send, batchOf(10), signal);
    await insertAbsent(server.send, batchOf(20), signal);
    expect(server.there.size).toBe(20);
  });

  test('fails by the first document the server refuses', async () => {
    const send: Send = async () => [
      { index: 0, code: 11000, message: 'E11000' },
      { index: 1, code: 14031, message: 'available disk space of 1 bytes is less than required' },
    ];
    await expect(insertAbsent(send, batchOf(2), signal)).rejects.toMatchObject({ code: 14031 });
  });

  test('stops when it is told to, between two attempts', async () => {
    const stop = new AbortController();
    const send: Send = async (bytes) => {
      stop.abort();
      return documentsOf(bytes).map((_, index) => ({ index, code: 16500, message: 'throttled' }));
    };
    await expect(insertAbsent(send, batchOf(5), stop.signal)).rejects.toThrow();
  });
});
