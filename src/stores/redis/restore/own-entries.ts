import type { Redis } from 'ioredis';
import { ownKeys } from '../meta.ts';

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.from([0x80, 0, 0, 0, 0]);
  length.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([length, bytes]);
};

const count = (number: number): Buffer => {
  const length = Buffer.from([0x80, 0, 0, 0, 0]);
  length.writeUInt32BE(number, 1);
  return length;
};

/**
 * The product's own keys as entries of an RDB: what is there now, and a guard that says that all is loaded. They come into
 * force with the data, and not before it.
 */
export const ownEntries = async (redis: Redis, home: number): Promise<Buffer> => {
  const entries = [Buffer.from([254]), count(home)];
  for (const key of [ownKeys.mark, ownKeys.claim]) {
    const value = await redis.get(key);
    if (value !== null) entries.push(Buffer.from([0]), text(key), text(value));
  }
  for (const key of [ownKeys.guard, ownKeys.ledger]) {
    const fields = await redis.hgetall(key);
    if (key === ownKeys.guard) fields.state = 'loaded';
    const pairs = Object.entries(fields);
    if (pairs.length === 0) continue;
    entries.push(Buffer.from([4]), text(key), count(pairs.length));
    for (const [field, value] of pairs) entries.push(text(field), text(value));
  }
  return Buffer.concat(entries);
};
