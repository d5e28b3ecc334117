import { DrError } from '../../../domain/errors.ts';
import { interrupted } from '../../failure.ts';
import type { Work } from '../../port.ts';
import { orStop } from '../../together.ts';
import { type Address, describeAddress } from './address.ts';
import { failureOf } from './failure.ts';
import { readInfo } from './info.ts';
import { connect, connectPlainly, type Link } from './link.ts';

export interface Server {
  /** `Redis 7.0.15` */
  version: string;
  major: number;
}

/** An open place: a few connections that are made when needed and kept while they are good. */
export interface Session extends AsyncDisposable {
  readonly work: Work;
  readonly address: Address;
  readonly where: string;
  readonly server: Server;
  /** The database that the product's own keys are in. */
  readonly home: number;
  /**
   * Lends a connection, which goes back when `body` is done. When `body` fails, the connection breaks or the signal is
   * aborted, it is dropped: a transaction that was not executed leaves nothing.
   * @throws DrError what the server's error means, or `interrupted`
   */
  run<T>(doing: string, body: (link: Link) => Promise<T>, how?: { asOrdinary?: true }): Promise<T>;
  /** @throws DrError `interrupted` */
  goOn(): void;
}

const oldestMajor = 6;

const lookAtServer = async ({ redis }: Link, where: string): Promise<Server> => {
  const info = await readInfo(redis, 'server');
  const version = info.get('redis_version') ?? '0';
  const major = Number(version.split('.', 1)[0]);
  if (major < oldestMajor) {
    throw new DrError('too-old', `${where} is Redis ${version}`, `use a server of version ${oldestMajor} or newer`);
  }
  const mode = info.get('redis_mode') ?? 'standalone';
  if (mode !== 'standalone') {
    throw new DrError(
      'not-supported',
      `${where} is a ${mode === 'cluster' ? 'node of a cluster' : mode}, which is not one place`,
      mode === 'cluster' ? 'back up a cluster by its own means' : 'name the Redis server itself',
    );
  }
  return { version: `Redis ${version}`, major };
};

/** Opens a place. @throws DrError `missing`, `no-permission`, `too-old`, `not-supported`, `unreachable`, `interrupted` */
export const openSession = async (address: Address, work: Work): Promise<Session> => {
  const idle = new Set<Link>();
  const where = describeAddress(address);

  const goOn = (): void => {
    if (work.signal.aborted) throw interrupted();
  };

  const keep = (link: Link): void => {
    idle.add(link);
    link.broken.catch(() => idle.delete(link));
  };

  const take = async (isOrdinary: boolean): Promise<Link> => {
    if (isOrdinary) return connectPlainly(address);
    const [link] = idle;
    if (link === undefined) return connect(address);
    idle.delete(link);
    return link;
  };

  const run: Session['run'] = async (doing, body, { asOrdinary = false } = {}) => {
    goOn();
    const taking = take(asOrdinary);
    let link: Link | null = null;
    try {
      link = await orStop(work.signal, taking);
      const answer = await orStop(work.signal, Promise.race([body(link), link.broken]));
      if (asOrdinary) link.destroy();
      else keep(link);
      return answer;
    } catch (error) {
      if (link === null) {
        taking.then(
          (late) => late.destroy(),
          () => {},
        );
      } else link.destroy();
      throw work.signal.aborted ? interrupted() : failureOf(error, `${doing} at ${where}`);
    }
  };

  const server = await run('looking at the server', (link) => lookAtServer(link, where));
  return {
    work,
    address,
    where,
    server,
    home: address.database ?? 0,
    run,
    goOn,
    async [Symbol.asyncDispose]() {
      for (const link of idle) link.destroy();
      idle.clear();
    },
  };
};
