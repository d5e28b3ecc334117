import type { Socket } from 'node:net';
import type { Client, Submittable } from 'pg';
import { tapOf } from './connect.ts';

/** What is collected before it is handed on: the server sends one message per row. */
const chunkBytes = 256 * 1024;
/** Collected chunks at which the socket is paused. */
const mostWaiting = 4;

const copyData = 0x64;
const copyDone = 0x63;
const errorResponse = 0x45;

interface DriverConnection {
  stream: Socket;
  query(text: string): void;
}

/** Takes the payload of CopyData messages out of what the server sends, message borders anywhere. */
const payloads = (emit: (chunk: Buffer) => void, leave: (rest: Buffer) => void) => {
  let out = Buffer.allocUnsafeSlow(chunkBytes);
  let filled = 0;
  let left = 0;
  let isData = false;
  let carried: Buffer | null = null;

  const flush = (): void => {
    if (filled === 0) return;
    emit(out.subarray(0, filled));
    out = Buffer.allocUnsafeSlow(chunkBytes);
    filled = 0;
  };
  return (received: Buffer): void => {
    const input = carried === null ? received : Buffer.concat([carried, received]);
    carried = null;
    let at = 0;
    for (;;) {
      while (left > 0 && at < input.length) {
        const bytes = Math.min(left, input.length - at, isData ? out.length - filled : left);
        if (isData) {
          input.copy(out, filled, at, at + bytes);
          filled += bytes;
          if (filled === out.length) flush();
        }
        at += bytes;
        left -= bytes;
      }
      if (input.length - at < 5) {
        if (at < input.length) carried = Buffer.from(input.subarray(at));
        return;
      }
      const code = input[at]!;
      if (code === copyDone || code === errorResponse) {
        flush();
        leave(input.subarray(at));
        return;
      }
      isData = code === copyData;
      left = input.readUInt32BE(at + 1) - 4;
      at += 5;
    }
  };
};

/**
 * Runs `COPY … TO STDOUT` and yields its bytes, with back-pressure to the server. It reads the socket itself while the
 * copy lasts: a fraction of the work of taking the driver's stream of rows. Left early, the connection is of no further use.
 * Protocol: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 * @throws what the server says
 */
export const copyOut = async function* (client: Client, sql: string): AsyncGenerator<Buffer> {
  const waiting: Buffer[] = [];
  let isDone = false;
  let failure: Error | null = null;
  let wake = (): void => {};
  let socket: Socket | null = null;

  const copy: Submittable = {
    submit(connection) {
      const { stream, query } = connection as unknown as DriverConnection;
      socket = stream;
      const [theirs] = stream.listeners('data') as ((data: Buffer) => void)[];
      const tap = tapOf(stream);
      const ours = payloads(
        (chunk) => {
          waiting.push(chunk);
          if (waiting.length >= mostWaiting) stream.pause();
          wake();
        },
        (rest) => {
          if (tap) tap.take = null;
          else stream.removeListener('data', ours).on('data', theirs!);
          theirs!(Buffer.from(rest));
        },
      );
      if (tap) tap.take = ours;
      else stream.removeListener('data', theirs!).on('data', ours);
      query.call(connection, sql);
    },
  };
  const heard = {
    handleError(error: Error) {
      failure = error;
      wake();
    },
    handleCommandComplete() {},
    handleReadyForQuery() {
      isDone = true;
      wake();
    },
  };
  client.query(Object.assign(copy, heard));

  for (;;) {
    const chunk = waiting.shift();
    if (chunk !== undefined) {
      yield chunk;
      if (waiting.length < mostWaiting) (socket as Socket | null)?.resume();
      continue;
    }
    if (failure !== null) throw failure;
    if (isDone) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
};
