import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Address } from './address.ts';
import { brokenOff } from './failure.ts';

/** One connection. */
export interface Link {
  redis: Redis;
  /** Rejects when the connection ends from the other side, also while nothing is asked. */
  broken: Promise<never>;
  /** Drops the connection at once: what was not executed is not. */
  destroy(): void;
}

const connectMs = 10_000;

/** The login that the product makes for itself where everybody else is fenced off. */
export const ownUser = 'dr_runbooks';
/** Logins that cannot be used and keep what a fence took away. */
export const fencedPrefix = 'dr_fence:';

const makeClient = ({ host, port, username, password, isSecure, database }: Address): Redis =>
  new Redis({
    host,
    port,
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    ...(isSecure ? { tls: { servername: host } } : {}),
    db: database ?? 0,
    lazyConnect: true,
    connectTimeout: connectMs,
    connectionName: 'dr-runbooks',
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResubscribe: false,
    disableClientInfo: true,
    protocol: 2,
  });

/** As an ordinary client of that login connects. @throws what the server or the network says */
export const connectPlainly = async (address: Address): Promise<Link> => {
  const redis = makeClient(address);
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  let said: unknown = null;
  redis.on('error', (error: unknown) => {
    said ??= error;
  });
  redis.on('end', () => broken.reject(said ?? brokenOff()));
  const destroy = (): void => redis.disconnect();
  try {
    await redis.connect();
    // What the driver does on connecting (AUTH, SELECT) it does not fail for. A server in trouble refuses even PING.
    await redis.echo('');
    if (address.database !== null && address.database !== 0) await redis.select(address.database);
    return { redis, broken: broken.promise, destroy };
  } catch (error) {
    destroy();
    throw said ?? error;
  }
};

/** Connects, past a fence where there is one. @throws what the server or the network says */
export const connect = async (address: Address): Promise<Link> => {
  const link = await connectPlainly(address);
  try {
    const users = await (link.redis.call('ACL', 'USERS') as Promise<string[]>).catch((error: Error) => {
      if (/^NOPERM|unknown command/.test(error.message)) return [];
      throw error;
    });
    if (users.some((name) => name.startsWith(fencedPrefix))) {
      const password = randomBytes(24).toString('hex');
      await link.redis.call('ACL', 'SETUSER', ownUser, 'on', `>${password}`, '~*', '&*', '+@all');
      await link.redis.call('AUTH', ownUser, password);
      // Good for this connection alone.
      await link.redis.call('ACL', 'SETUSER', ownUser, `<${password}`);
    }
    return link;
  } catch (error) {
    link.destroy();
    throw error;
  }
};
