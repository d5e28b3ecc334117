import { Redis } from 'ioredis';
import { guided, readCities } from './cities.ts';

/** Visitors of the past hour, each with the city seen last. */
const sessions = 2_000;

/** Fills an empty database with sessions that expire within hours, counters and a ranking. @returns keys loaded */
export const loadRedis = async (url: string): Promise<number> => {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 });
  try {
    await redis.connect();
    const places = guided(readCities().cities);
    const pipeline = redis.pipeline();
    const perCountry = new Map<string, number>();
    for (let n = 0; n < sessions; n += 1) {
      const { id, city } = places[(n * 37) % places.length]!;
      pipeline.hset(`session:${n}`, { city: id, country: city.country, language: n % 3 === 0 ? 'en' : 'fr' });
      pipeline.expire(`session:${n}`, 3_600 + (n % 7_200));
      perCountry.set(city.country, (perCountry.get(city.country) ?? 0) + 1);
    }
    for (const [country, count] of perCountry) {
      pipeline.set(`visits:${country}`, count);
      pipeline.zadd('ranking', count, country);
    }
    await pipeline.exec();
    return sessions + perCountry.size + 1;
  } finally {
    redis.disconnect();
  }
};
