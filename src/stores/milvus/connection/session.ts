import { setTimeout as sleep } from 'node:timers/promises';
import { getMetaInterceptor, MilvusClient } from '@zilliz/milvus2-sdk-node';
import { DrError } from '../../../domain/errors.ts';
import type { Work } from '../../port.ts';
import { ownCollection } from '../meta.ts';
import { type Address, describeAddress } from './address.ts';
import {
  connectionLost,
  failureOfStatus,
  failureOfTransport,
  interrupted,
  isThrottled,
  type Status,
} from './failure.ts';

/** What a call may be asked for and what it answers: messages of milvus-proto, names as they are there. */
// biome-ignore lint/suspicious/noExplicitAny: the SDK has no types for the messages themselves
export type Message = any;

/** One call of the Store port while it lasts: when it is over, whatever is left of it goes no further. */
export interface Operation {
  readonly session: Session;
  /** Aborted with what the call fails with. */
  readonly signal: AbortSignal;
  /** @throws DrError why the call is over */
  goOn(): void;
  /**
   * One request. A server that throttles is asked again, ever more slowly, for a minute: it has done nothing then.
   * @throws DrError by what was answered; `busy` when it throttles on
   */
  call(method: string, request: Message, how?: { allows?: readonly number[] }): Promise<Message>;
}

export interface Session extends AsyncDisposable {
  readonly address: Address;
  readonly work: Work;
  /** `v2.5.4`, `milvus_lite-3.2.2` */
  readonly version: string;
  /** Types of messages, to write schemas with. */
  readonly types: { lookupType(name: string): MessageType };
  /** Tells of connections that break, until the call it gives is made. */
  onLost(tell: () => void): () => void;
  request(method: string, message: Message, signal: AbortSignal): Promise<Message>;
}

interface MessageType {
  fromObject(object: Message): Message;
  encode(message: Message): { finish(): Uint8Array };
}

interface Channel {
  getConnectivityState(connect: boolean): number;
  watchConnectivityState(state: number, deadline: number, tell: (error?: Error) => void): void;
}
interface Rpc {
  getChannel(): Channel;
  waitForReady(deadline: number, tell: (error?: Error) => void): void;
  close(): void;
  [method: string]: unknown;
}

/** Parts of the official client that it keeps to itself. */
interface Inside {
  _MilvusService: new (host: string, credentials: unknown, options: object) => Rpc;
  creds: unknown;
  channelOptions: object;
  schemaProto: Session['types'];
}

const ready = 2;
const connectMs = 3_000;
/** Some servers end connections that ask more often than this whether they are alive. */
const pingMs = 5 * 60_000;
const answerMs = 2 * 60_000;
/** What may take as long as there are rows. */
const longMethods = ['CreateIndex', 'LoadCollection', 'Flush', 'DropCollection'];
const longestMs = 4 * 3_600_000;

const isStatus = (answer: Message): answer is Status =>
  typeof answer === 'object' && answer !== null && 'reason' in answer && 'code' in answer;

/** Watches one channel as long as it is open. */
const watch = (rpc: Rpc, tell: () => void): (() => void) => {
  let isOver = false;
  const look = (before: number): void => {
    if (isOver) return;
    const now = rpc.getChannel().getConnectivityState(false);
    if (before === ready && now !== ready) tell();
    rpc.getChannel().watchConnectivityState(now, Number.POSITIVE_INFINITY, () => look(now));
  };
  look(ready);
  return () => {
    isOver = true;
  };
};

/** Reading the protocol takes a while, and is the same for every server. */
const insides = new Map<boolean, Inside>();

const insideOf = (isTls: boolean): Inside => {
  const known = insides.get(isTls);
  if (known !== undefined) return known;
  const client = new MilvusClient({
    address: '127.0.0.1:19530',
    ssl: isTls,
    __SKIP_CONNECT__: true,
    pool: { min: 0, max: 1 },
    logLevel: 'error',
  });
  const inside = client as unknown as Inside;
  insides.set(isTls, inside);
  void client.closeConnection();
  return inside;
};

/**
 * The calls of the official client over a channel of our own: its interceptors would write every request into memory as JSON
 * and repeat inserts that may have been done.
 */
const channelOf = (address: Address): { rpc: Rpc; types: Session['types'] } => {
  const { host, isTls, user, password, database } = address;
  const { _MilvusService: Service, creds, schemaProto, channelOptions } = insideOf(isTls);
  const login = Buffer.from(`${user}:${password}`).toString('base64');
  const metadata = [{ dbname: database }, ...(user === '' ? [] : [{ authorization: login }])];
  const rpc = new Service(host, creds, {
    ...channelOptions,
    'grpc.keepalive_time_ms': pingMs,
    'grpc.keepalive_permit_without_calls': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    interceptors: [getMetaInterceptor(() => {}, metadata)],
  });
  return { rpc, types: schemaProto };
};

/** @throws DrError `unreachable`, `interrupted`, `missing` (no such database), `no-permission` */
export const openSession = async (address: Address, work: Work): Promise<Session> => {
  const { rpc, types } = channelOf(address);
  const where = describeAddress(address);
  const listeners = new Set<() => void>();
  let stopWatching = (): void => {};
  const close = async (): Promise<void> => {
    stopWatching();
    rpc.close();
  };
  const request: Session['request'] = (method, message, signal) =>
    new Promise((resolve, reject) => {
      const send = rpc[method] as (
        request: Message,
        options: object,
        done: (error: unknown, answer: Message) => void,
      ) => {
        cancel(): void;
      };
      const stop = (): void => sent.cancel();
      const deadline = Date.now() + (longMethods.includes(method) ? longestMs : answerMs);
      const sent = send.call(rpc, message, { deadline }, (error, answer) => {
        signal.removeEventListener('abort', stop);
        if (error) reject(error);
        else resolve(answer);
      });
      signal.addEventListener('abort', stop, { once: true });
    });
  const session: { -readonly [K in keyof Session]: Session[K] } = {
    address,
    work,
    version: '',
    types,
    request,
    onLost: (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    [Symbol.asyncDispose]: close,
  };
  try {
    await operate(session, async ({ call }) => {
      await new Promise<void>((resolve, reject) => {
        rpc.waitForReady(Date.now() + connectMs, (error) => {
          if (error)
            reject(
              new DrError('unreachable', `${where} does not answer`, 'check the server, its address and the network'),
            );
          else resolve();
        });
      });
      stopWatching = watch(rpc, () => {
        for (const tell of listeners) tell();
      });
      const { version } = await call('GetVersion', {});
      session.version = version;
      await call('HasCollection', { collection_name: address.prefix + ownCollection });
    });
    return session;
  } catch (error) {
    await close();
    throw error;
  }
};

/** Runs one call of the Store port. It ends within a moment of the signal, and of a connection that breaks. */
export const operate = async <T>(session: Session, body: (operation: Operation) => Promise<T>): Promise<T> => {
  const { work, address } = session;
  if (work.signal.aborted) throw interrupted();
  const over = new AbortController();
  const stopped = Promise.withResolvers<never>();
  const end = (why: DrError): void => {
    over.abort(why);
    stopped.reject(why);
  };
  stopped.promise.catch(() => {});
  const stop = (): void => end(interrupted());
  work.signal.addEventListener('abort', stop, { once: true });
  const forget = session.onLost(() => end(connectionLost(describeAddress(address))));
  const goOn = (): void => {
    if (over.signal.aborted) throw over.signal.reason;
  };
  const call: Operation['call'] = async (method, message, how) => {
    const giveUpAt = Date.now() + 60_000;
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      goOn();
      try {
        return await once(session, method, message, over.signal, how?.allows ?? []);
      } catch (error) {
        goOn();
        if (!isThrottled(error) || Date.now() + pauseMs > giveUpAt) throw error;
      }
      await sleep(pauseMs, undefined, { signal: over.signal }).catch(goOn);
    }
  };
  try {
    return await Promise.race([body({ session, signal: over.signal, goOn, call }), stopped.promise]);
  } finally {
    work.signal.removeEventListener('abort', stop);
    forget();
    over.abort(interrupted());
  }
};

const once = async (
  session: Session,
  method: string,
  message: Message,
  signal: AbortSignal,
  allows: readonly number[],
): Promise<Message> => {
  const doing = `${method} at ${describeAddress(session.address)}`;
  const answer = await session.request(method, message, signal).catch((error: unknown) => {
    throw failureOfTransport(error, doing);
  });
  const status: Status = isStatus(answer) ? answer : (answer.status ?? {});
  if (allows.includes(Number(status.code))) return answer;
  const moved = ['Insert', 'Upsert', 'Query', 'Search', 'Delete'].includes(method);
  const failure = failureOfStatus(status, doing, !moved);
  if (failure !== null) throw failure;
  return answer;
};
