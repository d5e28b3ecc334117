import { DrError, isDrError } from '../../../domain/errors.ts';
import { orStop } from '../../together.ts';
import { readClock, readInfo, readSetting } from '../connection/info.ts';
import type { Link } from '../connection/link.ts';
import type { Session } from '../connection/session.ts';
import { rdbReader, type Visitor } from '../rdb/reader.ts';
import { type Incoming, takeRdb } from './replica.ts';

const pollMs = 20;

/** While the server writes a file for somebody else, an RDB for us would wait for much longer than that takes. */
const waitForChild = async (session: Session, { redis }: Link): Promise<void> => {
  for (;;) {
    session.goOn();
    const info = await readInfo(redis, 'persistence');
    const isBusy = ['loading', 'rdb_bgsave_in_progress', 'aof_rewrite_in_progress'].some(
      (name) => info.get(name) === '1',
    );
    if (!isBusy) return;
    session.work.beat({ says: 'waiting for the server to end what it saves', bytes: 0, totalBytes: null });
    await new Promise((go) => setTimeout(go, pollMs));
  }
};

/** A server that streams to replicas at once does so for us; any other writes a file first, which needs no delay. */
const begin = async (session: Session, link: Link): Promise<Incoming> => {
  const [isDiskless, delay] = await Promise.all([
    readSetting(link.redis, 'repl-diskless-sync'),
    readSetting(link.redis, 'repl-diskless-sync-delay'),
  ]);
  const isStreamed = isDiskless === 'yes' && delay === '0';
  await waitForChild(session, link);
  try {
    return await takeRdb(session.address, isStreamed);
  } catch (error) {
    session.goOn();
    const said = error instanceof Error ? error.message : '';
    if (isStreamed || !/^Connection is closed/.test(said)) throw error;
    // It could not write the file: it streams, after its delay.
    session.work.beat({ says: 'waiting for the server to stream', bytes: 0, totalBytes: null });
    await waitForChild(session, link);
    return takeRdb(session.address, true);
  }
};

/** What of the data has arrived: after each piece, so that whoever reads it keeps up. */
export type Arrived = (bytes: number) => Promise<void>;

/**
 * Reads all of a server as one point in time; the visitor sees every entry. The connection that is lent tells that the
 * server is there until the end.
 * @param begun is told the server's clock at an instant that is not before that point, before any key comes
 * @throws DrError `no-permission`, `not-supported`, `damaged`, `unreachable`, `interrupted`
 */
export const readPlace = async (
  session: Session,
  link: Link,
  begun: (clock: number) => Visitor,
  arrived: Arrived = async () => {},
): Promise<void> => {
  const beginning = begin(session, link);
  const incoming = await orStop(session.work.signal, beginning).catch((error: unknown) => {
    beginning.then(
      (late) => late.destroy(),
      () => {},
    );
    throw error;
  });
  try {
    const reader = rdbReader(begun(await readClock(link.redis)), true);
    let bytes = 0;
    for await (const { chunk, isLast } of incoming.chunks) {
      session.goOn();
      bytes += chunk.length;
      const isDone = reader.push(chunk, isLast);
      await arrived(bytes);
      if (isDone) return;
    }
    throw new Error('Connection is closed.');
  } catch (error) {
    if (isDrError(error)) throw error;
    throw new DrError(
      'unreachable',
      `${session.where} stopped sending its data: ${error instanceof Error ? error.message : String(error)}`,
      'look at the log of the server (memory and disk for BGSAVE, client-output-buffer-limit replica), then repeat the work',
    );
  } finally {
    incoming.destroy();
  }
};
