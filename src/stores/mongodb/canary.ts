import { type Collection, Long } from 'mongodb';
import type { Canaries } from '../port.ts';
import { readClock } from './clock.ts';
import type { Session } from './connection/session.ts';
import { canaryIn } from './names.ts';

interface CanaryDocument {
  _id: Long;
  at: Date;
}

const collectionOf = (session: Session): Collection<CanaryDocument> => {
  const { database, collection } = canaryIn(session);
  return session.db(database).collection<CanaryDocument>(collection);
};

/** Canaries are written as a service writes, and acknowledged by a majority. The same number again is the same canary. */
export const canariesOf = (session: Session): Canaries => ({
  write: async (seq) => {
    await session.run('writing a canary', async () => {
      const now = { $currentDate: { at: true as const } };
      const how = { upsert: true, writeConcern: { w: 'majority' as const, j: true } };
      await collectionOf(session).updateOne({ _id: Long.fromNumber(seq) }, now, how);
    });
    // Never before the acknowledgement.
    return { seq, at: (await readClock(session)).clock };
  },
  present: () =>
    session.run('reading canaries', async () => {
      const found = await collectionOf(session)
        .find({}, { projection: { _id: 1 }, promoteLongs: true })
        .toArray();
      return found.map(({ _id }) => Number(_id)).sort((a, b) => a - b);
    }),
});
