import { setTimeout as sleep } from 'node:timers/promises';
import { DrError } from '../../../domain/errors.ts';
import { readInfo, readSetting } from '../connection/info.ts';
import type { Link } from '../connection/link.ts';
import type { Session } from '../connection/session.ts';

const pollMs = 25;

/**
 * Returns when a server that keeps its data on disk has it there: its append-only file is written anew, or its RDB is. Nothing
 * to wait for where it keeps nothing. @throws DrError `no-space`
 */
export const waitForDisk = async (session: Session, { redis }: Link): Promise<void> => {
  const before = await readInfo(redis, 'persistence');
  const isAppending = before.get('aof_enabled') === '1';
  if (!isAppending) {
    const save = await readSetting(redis, 'save');
    if (save === null || save === '') return;
    await redis.call('BGSAVE', 'SCHEDULE');
  }
  const busy = isAppending ? ['aof_rewrite_in_progress', 'aof_rewrite_scheduled'] : ['rdb_bgsave_in_progress'];
  const status = isAppending ? 'aof_last_bgrewrite_status' : 'rdb_last_bgsave_status';
  for (;;) {
    session.goOn();
    const info = await readInfo(redis, 'persistence');
    if (!busy.some((name) => info.get(name) === '1')) {
      const writes = info.get('aof_last_write_status') ?? 'ok';
      if (info.get(status) === 'ok' && (!isAppending || writes === 'ok')) return;
      throw new DrError(
        'no-space',
        `${session.where} could not write its data to its disk`,
        'see its log, free space there, then repeat the work',
      );
    }
    session.work.beat({ says: 'waiting for the disk of the server', bytes: 0, totalBytes: null });
    await sleep(pollMs);
  }
};
