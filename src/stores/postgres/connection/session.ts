import { randomBytes } from 'node:crypto';
import { interrupted } from '../../failure.ts';
import type { Work } from '../../port.ts';
import { orStop } from '../../together.ts';
import { fencedName } from '../fence/fenced-name.ts';
import { type Address, addressOf, describeAddress } from './address.ts';
import { connect, isNoDatabase, type Link, pinAgain } from './connect.ts';
import { failureOf } from './failure.ts';

export interface Server {
  /** `PostgreSQL 16.14` */
  version: string;
  major: number;
  /** Of the database. */
  encoding: string;
  blockBytes: number;
  isStandby: boolean;
}

/** An open place: a few connections that are made when needed and kept while they are good. */
export interface Session extends AsyncDisposable {
  readonly work: Work;
  /** As the caller named it: where ordinary clients go. */
  readonly home: Address;
  /** Where its data is now: another name while it is fenced. */
  readonly at: Address;
  readonly server: Server;
  /**
   * Lends a connection. It goes back when `body` is done, with its settings as they were if it `isChanged`; when `body` fails, the connection breaks or
   * the signal is aborted, the server is told to end it, and its transaction leaves nothing.
   * @throws DrError what the server's error means, or `interrupted`
   */
  run<T>(
    doing: string,
    body: (link: Link) => Promise<T>,
    how?: { signal?: AbortSignal; isChanged?: boolean },
  ): Promise<T>;
  /** Closes what is not lent, and looks up anew where the data is. */
  relocate(): Promise<void>;
}

const about = `SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1) AS version,
  current_setting('server_version_num')::int / 10000 AS major, current_setting('server_encoding') AS encoding,
  current_setting('block_size')::int AS "blockBytes", pg_is_in_recovery() AS "isStandby"`;

/** A place is found under its own name, or under the one a fence gave it. */
const locate = async (home: Address, name: string): Promise<{ at: Address; link: Link }> => {
  try {
    return { at: home, link: await connect(home, name) };
  } catch (error) {
    if (!isNoDatabase(error)) throw error;
    const fenced = addressOf(home, fencedName(home.database));
    const link = await connect(fenced, name).catch((other: unknown) => {
      throw isNoDatabase(other) ? error : other;
    });
    return { at: fenced, link };
  }
};

/** Opens a place. @throws DrError `missing`, `no-permission`, `unreachable`, `interrupted` */
export const openSession = async (home: Address, work: Work): Promise<Session> => {
  // Tells our sessions from those of anyone else, another run of ours included.
  const name = `dr-runbooks ${randomBytes(4).toString('hex')}`;
  const idle = new Set<Link>();
  const reaping = new Set<Promise<void>>();
  let at = home;

  const goOn = (): void => {
    if (work.signal.aborted) throw interrupted();
  };
  const named = (error: unknown, doing: string) =>
    work.signal.aborted ? interrupted() : failureOf(error, `${doing} in ${describeAddress(at)}`);

  const keep = (link: Link): void => {
    idle.add(link);
    link.broken.catch(() => idle.delete(link));
  };

  /** A backend that computes does not notice that its client is gone: it is told. */
  const reap = (link: Link): void => {
    link.destroy();
    const telling = (async () => {
      const other = await connect(at, name);
      const sql = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2';
      await other.client.query(sql, [link.pid, name]).finally(() => other.destroy());
    })();
    const settled = telling.then(
      () => {},
      () => {},
    );
    reaping.add(settled);
    settled.finally(() => reaping.delete(settled));
  };

  const take = async (): Promise<Link> => {
    const [link] = idle;
    if (link !== undefined) {
      idle.delete(link);
      return link;
    }
    return connect(at, name).catch(async (error: unknown) => {
      if (!isNoDatabase(error)) throw error;
      // Fenced or unfenced meanwhile.
      const found = await locate(home, name);
      at = found.at;
      return found.link;
    });
  };

  const run: Session['run'] = async (doing, body, { signal = work.signal, isChanged = false } = {}) => {
    goOn();
    const taking = take();
    let link: Link;
    try {
      link = await orStop(signal, taking);
    } catch (error) {
      taking.then(
        (late) => late.destroy(),
        () => {},
      );
      throw named(error, doing);
    }
    try {
      const answer = await orStop(signal, Promise.race([body(link), link.broken]));
      if (isChanged) await orStop(signal, Promise.race([pinAgain(link), link.broken]));
      keep(link);
      return answer;
    } catch (error) {
      if (signal.aborted) reap(link);
      else link.destroy();
      throw named(error, doing);
    }
  };

  const relocate = async (): Promise<void> => {
    for (const link of idle) link.destroy();
    idle.clear();
    goOn();
    const locating = locate(home, name);
    try {
      const found = await orStop(work.signal, locating);
      at = found.at;
      keep(found.link);
    } catch (error) {
      locating.then(
        ({ link }) => link.destroy(),
        () => {},
      );
      throw named(error, 'connecting');
    }
  };

  await relocate();
  const server = await run('looking at the server', async ({ client }) => {
    const { rows } = await client.query<Server>(about);
    return rows[0]!;
  });
  return {
    work,
    home,
    get at() {
      return at;
    },
    server,
    run,
    relocate,
    async [Symbol.asyncDispose]() {
      await Promise.all([...idle].map((link) => link.client.end().catch(() => {})));
      idle.clear();
      await Promise.all(reaping);
    },
  };
};
