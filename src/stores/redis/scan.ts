import type { Redis } from 'ioredis';
import { usedDatabases } from './connection/info.ts';
import type { Link } from './connection/link.ts';
import type { Session } from './connection/session.ts';
import { nameOfBytes } from './keyspace.ts';
import { ownGroup } from './meta.ts';

const perStep = 1_000;
const colon = 58;

/** Keys of the database that is selected, some at a time; a key may come twice. */
export const scanKeys = async function* (redis: Redis, match = '*'): AsyncGenerator<Buffer[]> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scanBuffer(cursor, 'MATCH', match, 'COUNT', perStep);
    cursor = next.toString();
    yield keys;
  } while (cursor !== '0');
};

/** What of a key's name says its group. */
export const groupBytes = (key: Buffer): Buffer => {
  const end = key.indexOf(colon);
  return end < 0 ? key : key.subarray(0, end);
};

const isOwn = (key: Buffer): boolean => groupBytes(key).toString('latin1') === ownGroup;

/** The databases of the place. */
export const databasesOf = async ({ address }: Session, redis: Redis): Promise<number[]> =>
  address.database === null ? usedDatabases(redis) : [address.database];

/**
 * Every key of the place that is not the product's own, as groups name them. The connection has the product's own database
 * selected afterwards; one that fails half-way is not used again.
 */
export const eachKey = async function* (
  session: Session,
  { redis }: Link,
  match?: string,
): AsyncGenerator<{ db: number; prefix: string; keys: Buffer[] }> {
  for (const db of await databasesOf(session, redis)) {
    await redis.select(db);
    const prefix = session.address.database === null ? `db${db}/` : '';
    for await (const keys of scanKeys(redis, match)) {
      session.goOn();
      const theirs = keys.filter((key) => !isOwn(key));
      if (theirs.length > 0) yield { db, prefix, keys: theirs };
    }
  }
  await redis.select(session.home);
};

/** A pattern of SCAN that means exactly this text. */
export const globOf = (text: Buffer): Buffer => {
  const out: number[] = [];
  for (const byte of text) {
    if (byte === 42 || byte === 63 || byte === 91 || byte === 92 || byte === 93) out.push(92);
    out.push(byte);
  }
  return Buffer.from(out);
};

export interface Listed {
  name: string;
  keys: number;
  /** Some of its keys, to ask the server about. */
  sample: { db: number; key: Buffer }[];
}

const sampled = 3;

/** Groups of the place with how many keys they have. `isCut`: there are more keys than were looked at. */
export const listGroups = async (
  session: Session,
  link: Link,
  mostKeys = Infinity,
): Promise<{ groups: ReadonlyMap<string, Listed>; isCut: boolean }> => {
  const groups = new Map<string, Listed>();
  let seen = 0;
  let isCut = false;
  for await (const { db, prefix, keys } of eachKey(session, link)) {
    for (const key of keys) {
      const name = `${prefix}${nameOfBytes(groupBytes(key))}`;
      const group = groups.get(name) ?? { name, keys: 0, sample: [] };
      groups.set(name, group);
      group.keys += 1;
      if (group.sample.length < sampled) group.sample.push({ db, key });
    }
    seen += keys.length;
    if (seen >= mostKeys) {
      isCut = true;
      break;
    }
  }
  await link.redis.select(session.home);
  return { groups, isCut };
};
