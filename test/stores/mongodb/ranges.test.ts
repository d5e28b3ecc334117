import { MongoNetworkError, MongoServerError } from 'mongodb';
import { describe, expect, test } from 'vitest';
import type { Session } from '../../../src/stores/mongodb/connection/session.ts';
import { cutRanges } from '../../../src/stores/mongodb/ranges.ts';
import { database, session } from './lab.ts';

/** A session whose first samples fail, and how many were asked for. */
const failing = (real: Session, failures: Error[]) => {
  const asked = { samples: 0 };
  const db: Session['db'] = (name) => {
    const found = real.db(name);
    const collection = found.collection.bind(found);
    return Object.assign(found, {
      collection: (...named: Parameters<typeof collection>) => {
        const one = collection(...named);
        const aggregate = one.aggregate.bind(one);
        return Object.assign(one, {
          aggregate: (...said: Parameters<typeof aggregate>) => {
            asked.samples += 1;
            const failure = failures.shift();
            return failure === undefined ? aggregate(...said) : { toArray: () => Promise.reject(failure) };
          },
        });
      },
    });
  };
  return { asked, session: { ...real, db } };
};

const unlucky = () => new MongoServerError({ message: 'Comparison method violates its general contract!' });

describe('cutting a collection', () => {
  const filled = async () => {
    const { db, url } = await database();
    await db.collection('numbers').insertMany(Array.from({ length: 200 }, (_, n) => ({ n })));
    return { real: await session(url), of: { database: db.databaseName, collection: 'numbers' } };
  };

  test('draws the sample again when the server fails in it', async () => {
    const { real, of } = await filled();
    const { asked, session: some } = failing(real, [unlucky(), unlucky()]);
    expect((await cutRanges(some, of, 4)).length).toBeGreaterThan(1);
    expect(asked.samples).toBeGreaterThanOrEqual(3);
  });

  test('says what the server said when it always fails', async () => {
    const { real, of } = await filled();
    const { asked, session: some } = failing(real, Array.from({ length: 50 }, unlucky));
    await expect(cutRanges(some, of, 4)).rejects.toThrow(/general contract/);
    expect(asked.samples).toBe(5);
  });

  test('does not ask again when the connection is gone', async () => {
    const { real, of } = await filled();
    const { asked, session: some } = failing(real, [new MongoNetworkError('connection 1 closed')]);
    await expect(cutRanges(some, of, 4)).rejects.toThrow('connection 1 closed');
    expect(asked.samples).toBe(1);
  });
});
