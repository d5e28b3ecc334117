import { MongoClient } from 'mongodb';
import { guided, readCities } from './cities.ts';

const sentence = (name: string, region: string | null, lat: string, lng: string): string =>
  `${name} lies ${region === null ? '' : `in ${region}, `}at ${lat}, ${lng}.`;

/** Fills an empty database with guides to cities, named by the number of their city. @returns documents loaded */
export const loadMongodb = async (url: string): Promise<number> => {
  const { cities, regions } = readCities();
  const nameOf = new Map(regions.map(({ code, name }) => [code, name]));
  const client = new MongoClient(url);
  try {
    const guides = client.db().collection<{ _id: number }>('guide');
    const documents = guided(cities).map(({ id, city }) => {
      const region = nameOf.get(`${city.country}.${city.admin1}`) ?? null;
      return {
        _id: id,
        city: id,
        name: city.name,
        country: city.country,
        ...(region === null ? {} : { region }),
        where: { type: 'Point', coordinates: [Number(city.lng), Number(city.lat)] },
        text: sentence(city.name, region, city.lat, city.lng),
      };
    });
    await guides.insertMany(documents);
    await guides.createIndex({ country: 1, name: 1 });
    await guides.createIndex({ region: 1 }, { sparse: true });
    const notes = client.db().collection('note');
    await notes.createIndex({ at: 1 }, { expireAfterSeconds: 30 * 86_400 });
    await notes.insertOne({ city: 1, at: new Date(), says: 'the first reader was here' });
    return documents.length + 1;
  } finally {
    await client.close();
  }
};
