import type { Redis } from 'ioredis';
import { DrError } from '../../../domain/errors.ts';
import { readInfo } from '../connection/info.ts';
import type { Guard } from './ledger.ts';

/** Whether a server follows a master, and which. */
export interface Following {
  /** Null when it is a master itself. */
  master: string | null;
  /** Data comes, or has come and the connection stands. */
  isFed: boolean;
  /** All of it has come. */
  isLoaded: boolean;
}

export const readFollowing = async (redis: Redis): Promise<Following> => {
  const info = await readInfo(redis, 'replication');
  if (info.get('role') !== 'slave') return { master: null, isFed: false, isLoaded: false };
  const isUp = info.get('master_link_status') === 'up';
  return {
    master: `${info.get('master_host')}:${info.get('master_port')}`,
    isFed: isUp || info.get('master_sync_in_progress') === '1',
    isLoaded: isUp,
  };
};

/** The server is a master again, with the data it has, and with its own setting. */
export const release = async (redis: Redis, { was }: Pick<Guard, 'was'>): Promise<void> => {
  await redis.call('REPLICAOF', 'NO', 'ONE');
  if (was !== '') await redis.call('CONFIG', 'SET', 'repl-diskless-load', was).catch(() => {});
};

/** A server that follows somebody else is not written to. @throws DrError `refused` */
export const refuseFollower = (following: Following, guard: Guard, where: string): void => {
  if (following.master === null || following.master === guard.loader) return;
  throw new DrError(
    'refused',
    `${where} is a replica of ${following.master}`,
    'name its master; or make it one (REPLICAOF NO ONE), if that is what it is to be',
  );
};

/** How long a server may seem to be fed by nobody before whoever fed it counts as gone. */
const patienceMs = 1_500;
/** How long somebody may take from saying that the server will be served until it follows. */
const startMs = 15_000;

/** Tells when whoever serves a server is gone: it is looked at again and again by the same waiter. */
export const watchLoader = () => {
  let starvedSince: number | null = null;
  return (following: Following, guard: Guard, clock: number): 'alive' | 'gone' => {
    if (following.master === null) return clock - guard.since > startMs ? 'gone' : 'alive';
    if (following.isFed) {
      starvedSince = null;
      return 'alive';
    }
    starvedSince ??= performance.now();
    return performance.now() - starvedSince > patienceMs ? 'gone' : 'alive';
  };
};
