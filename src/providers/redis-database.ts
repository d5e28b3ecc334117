import { Redis } from 'ioredis';
import { DrError, isDrError } from '../domain/errors.ts';
import type { PlaceSpec } from '../domain/words.ts';
import type { Provider } from './port.ts';
import { type Resolve, refuseUnlessMade, specOf } from './spec-of.ts';

/** Where a database or a server says for which place the product claimed it: a key that the store leaves out of everything. */
const claimKey = 'dr_runbooks:claim';

type MadeSpec = Extract<PlaceSpec, { provider: 'database' }>;

const claimOf = ({ id, database }: MadeSpec): string => JSON.stringify({ madeFor: id, database });

interface Server {
  url: URL;
  /** Places are numbered databases of it; otherwise it is the place, all of it. */
  isShared: boolean;
}

const readServer = (text: string, ref: string): Server => {
  const url = URL.parse(text);
  const isRedis = url?.protocol === 'redis:' || url?.protocol === 'rediss:';
  if (url !== null && isRedis && ['', '/', '/*'].includes(url.pathname)) {
    const isShared = url.pathname === '/*';
    url.pathname = '';
    return { url, isShared };
  }
  throw new DrError(
    'bad-input',
    `${ref} is not the URL of a Redis server for places`,
    'write it as redis://user:password@host:6379/* to make each place an empty database of it, or without a path to make all of the server, which has to be empty, the place',
  );
};

const failureOf = (error: unknown, doing: string): DrError => {
  if (isDrError(error)) return error;
  const { message } = error as Error;
  const kind = /NOPERM|NOAUTH|WRONGPASS/.test(message)
    ? 'no-permission'
    : /^OOM|^MISCONF/.test(message)
      ? 'no-space'
      : /closed|ECONN|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH/.test(message)
        ? 'unreachable'
        : 'unexpected';
  return new DrError(
    kind,
    `${doing} failed: ${message.split(/[\r\n']/, 1)[0]}`,
    kind === 'no-permission'
      ? 'the login of the server needs SELECT, EVAL, FLUSHDB, FLUSHALL and CLIENT'
      : 'check the server and its connection string, then repeat the step',
  );
};

/** All in one: nobody comes between the look and the claim. Answers the number of the database, or why there is none. */
const findScript = `
  local n = 0
  while true do
    local selected = redis.pcall('SELECT', n)
    if type(selected) == 'table' and selected.err then return -1 end
    if redis.call('GET', '${claimKey}') == ARGV[1] then return n end
    n = n + 1
  end`;

const claimDatabase = `
  local n, free = 0, -1
  while true do
    local selected = redis.pcall('SELECT', n)
    if type(selected) == 'table' and selected.err then break end
    if redis.call('GET', '${claimKey}') == ARGV[1] then return n end
    if redis.call('DBSIZE') == 0 then free = n end
    n = n + 1
  end
  if free < 0 then return -1 end
  redis.call('SELECT', free)
  redis.call('SET', '${claimKey}', ARGV[1])
  return free`;

const claimServer = `
  redis.call('SELECT', 0)
  local claim = redis.call('GET', '${claimKey}')
  if claim == ARGV[1] then return 0 end
  if claim then return -2 end
  local n = 0
  while true do
    local selected = redis.pcall('SELECT', n)
    if type(selected) == 'table' and selected.err then break end
    if redis.call('DBSIZE') > 0 then return -1 end
    n = n + 1
  end
  redis.call('SELECT', 0)
  redis.call('SET', '${claimKey}', ARGV[1])
  return 0`;

/** Who is connected to it: a forgotten session would write into what is somebody else's next. */
const endSessions = async (redis: Redis, database: number): Promise<void> => {
  const me = await redis.client('ID');
  const list = (await redis.call('CLIENT', 'LIST')) as string;
  for (const line of list.split('\n')) {
    const [id, db] = [/\bid=(\d+)/.exec(line)?.[1], /\bdb=(\d+)/.exec(line)?.[1]];
    if (id === undefined || Number(db) !== database || id === String(me)) continue;
    await redis.call('CLIENT', 'KILL', 'ID', id);
  }
};

/**
 * Places on a Redis server, claimed by a key in them: `redis://host/*` gives each an empty numbered database, and the URL of a
 * server without a path gives all of it to one place. It empties nothing that does not bear its claim. Killed half-way, it
 * has claimed or it has not.
 */
export const redisDatabase = (resolve: Resolve): Provider => {
  const serverOf = async (spec: PlaceSpec): Promise<{ spec: MadeSpec; server: Server }> => {
    const made = specOf(spec, 'database');
    return { spec: made, server: readServer(await resolve(made.server), made.server) };
  };

  const connected = async <T>({ url }: Server, doing: string, body: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = new Redis({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || 6379),
      ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
      ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
      ...(url.protocol === 'rediss:' ? { tls: { servername: url.hostname } } : {}),
      lazyConnect: true,
      connectTimeout: 10_000,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
      disableClientInfo: true,
      protocol: 2,
    });
    let said: unknown = null;
    redis.on('error', (error: unknown) => {
      said ??= error;
    });
    try {
      await redis.connect();
      return await body(redis);
    } catch (error) {
      throw failureOf(isDrError(error) ? error : (said ?? error), doing);
    } finally {
      redis.disconnect();
    }
  };

  const find = async (redis: Redis, spec: MadeSpec, { isShared }: Server): Promise<number | null> => {
    if (!isShared) return (await redis.get(claimKey)) === claimOf(spec) ? 0 : null;
    const n = Number(await redis.eval(findScript, 0, claimOf(spec)));
    return n < 0 ? null : n;
  };

  return {
    provider: 'database',
    async provide(asked) {
      refuseUnlessMade(asked);
      const { spec, server } = await serverOf(asked);
      await connected(server, `making a place for ${spec.id}`, async (redis) => {
        const script = server.isShared ? claimDatabase : claimServer;
        const n = Number(await redis.eval(script, 0, claimOf(spec)));
        if (n >= 0) return;
        throw new DrError(
          server.isShared ? 'no-space' : 'refused',
          server.isShared
            ? `the server for place ${spec.id} has no empty database left`
            : `the server for place ${spec.id} ${n === -2 ? 'is claimed for another place' : 'is not empty'}`,
          server.isShared
            ? 'discard places that are no longer needed, or raise `databases` in its configuration'
            : 'give places a server of their own, one for each place at a time',
        );
      });
    },
    async describe(asked) {
      const { spec, server } = await serverOf(asked);
      return connected(server, `looking for place ${spec.id}`, async (redis) =>
        (await find(redis, spec, server)) === null ? 'absent' : 'ready',
      );
    },
    async beforeUrl(asked) {
      return (await serverOf(asked)).server.url.href;
    },
    async url(asked) {
      const { spec, server } = await serverOf(asked);
      if (!server.isShared) return server.url.href;
      const n = await connected(server, `looking for place ${spec.id}`, (redis) => find(redis, spec, server));
      if (n === null) {
        throw new DrError('missing', `no database is claimed for place ${spec.id}`, 'provide the place first');
      }
      const url = new URL(server.url);
      url.pathname = `/${n}`;
      return url.href;
    },
    async discard(asked) {
      refuseUnlessMade(asked);
      const { spec, server } = await serverOf(asked);
      await connected(server, `discarding place ${spec.id}`, async (redis) => {
        const n = await find(redis, spec, server);
        if (n === null) return;
        // A restore that was killed leaves a server that follows nobody who answers.
        if (!server.isShared && /role:slave/.test(await redis.info('replication'))) {
          await redis.call('REPLICAOF', 'NO', 'ONE');
        }
        await endSessions(redis, n);
        await redis.select(n);
        await redis.watch(claimKey);
        if ((await redis.get(claimKey)) !== claimOf(spec)) return;
        const tx = redis.multi();
        if (server.isShared) tx.flushdb('ASYNC');
        else {
          tx.flushall('ASYNC');
          tx.call('FUNCTION', 'FLUSH');
        }
        for (const [error] of (await tx.exec()) ?? []) if (error !== null) throw error;
      });
    },
  };
};
