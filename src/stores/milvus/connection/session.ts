import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { DrError } from '../../../domain/errors.ts';
import { freeBytes } from '../../../domain/free-bytes.ts';
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
import { type Message, methodOf } from './protocol.ts';

export type { Message } from './protocol.ts';

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
  /** Tells of connections that break, until the call it gives is made. */
  onLost(tell: () => void): () => void;
  request(method: string, message: Message, signal: AbortSignal): Promise<Message>;
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
const watch = (channel: ReturnType<Client['getChannel']>, tell: () => void): (() => void) => {
  let isOver = false;
  const look = (before: number): void => {
    if (isOver) return;
    const now = channel.getConnectivityState(false);
    if (before === ready && now !== ready) tell();
    channel.watchConnectivityState(now, Number.POSITIVE_INFINITY, () => look(now));
  };
  look(ready);
  return () => {
    isOver = true;
  };
};

/** A channel of our own. Nothing is repeated by itself: an insert may have been done. */
const connect = ({ host, isTls, user, password, database }: Address): { rpc: Client; metadata: Metadata } => {
  const metadata = new Metadata();
  metadata.set('dbname', database);
  if (user !== '') metadata.set('authorization', Buffer.from(`${user}:${password}`).toString('base64'));
  const rpc = new Client(host, isTls ? credentials.createSsl() : credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': pingMs,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.keepalive_permit_without_calls': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
  });
  return { rpc, metadata };
};

/** @throws DrError `unreachable`, `interrupted`, `missing` (no such database), `no-permission` */
export const openSession = async (address: Address, work: Work): Promise<Session> => {
  const { rpc, metadata } = connect(address);
  const where = describeAddress(address);
  const listeners = new Set<() => void>();
  let stopWatching = (): void => {};
  const close = async (): Promise<void> => {
    stopWatching();
    rpc.close();
  };
  const request: Session['request'] = (method, message, signal) =>
    new Promise((resolve, reject) => {
      const { path, encode, decode } = methodOf(method);
      const stop = (): void => sent.cancel();
      const deadline = Date.now() + (longMethods.includes(method) ? longestMs : answerMs);
      let bytes: Buffer | null = null;
      const encoded = (one: Message): Buffer => {
        bytes = encode(one);
        return bytes;
      };
      const answered = (error: Error | null, answer: Message): void => {
        signal.removeEventListener('abort', stop);
        if (bytes !== null) freeBytes(bytes);
        if (error) reject(error);
        else resolve(answer);
      };
      const sent = rpc.makeUnaryRequest(path, encoded, decode, message, metadata.clone(), { deadline }, answered);
      signal.addEventListener('abort', stop, { once: true });
    });
  const session: { -readonly [K in keyof Session]: Session[K] } = {
    address,
    work,
    version: '',
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
      stopWatching = watch(rpc.getChannel(), () => {
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
