import { Redis } from 'ioredis';

/** What the shop asks of its sessions. */
export const openSessions = async (url: string) => {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 1_000,
    commandTimeout: 2_000,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  await redis.connect();
  return {
    /** @throws Error when a read does not answer as a user needs it */
    check: async (): Promise<void> => {
      if ((await redis.exists('ranking')) !== 1) throw new Error('there is no ranking');
    },
    visit: async (session: string, city: number): Promise<void> => {
      const pipeline = redis.pipeline().hset(`session:${session}`, { city }).expire(`session:${session}`, 3_600);
      const answers = await pipeline.incr('visits:today').exec();
      const failed = answers?.find(([error]) => error !== null)?.[0];
      if (failed) throw failed;
    },
    close: async (): Promise<void> => redis.disconnect(),
  };
};
