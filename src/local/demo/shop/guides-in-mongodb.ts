import { MongoClient } from 'mongodb';

interface Guide {
  _id: number;
}

/** What the shop asks of its guides. */
export const openGuides = async (url: string) => {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 1_000, socketTimeoutMS: 2_000, maxPoolSize: 4 });
  const guides = client.db().collection<Guide>('guide');
  return {
    /** @throws Error when a read does not answer as a user needs it */
    check: async (): Promise<void> => {
      if ((await guides.findOne({ _id: 1 })) === null) throw new Error('there are no guides');
    },
    read: (ids: readonly number[]): Promise<unknown[]> => guides.find({ _id: { $in: [...ids] } }).toArray(),
    note: async (city: number): Promise<void> => {
      await client.db().collection('note').insertOne({ city, at: new Date(), says: 'was here' });
    },
    close: () => client.close(),
  };
};
