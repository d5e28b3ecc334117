import type { Socket } from 'node:net';
import type { Client, Submittable } from 'pg';
import { tapOf } from '../connection/connect.ts';

/** What is collected before it is handed on: the server sends one message per row. */
const chunkBytes = 256 * 1024;
/** Collected chunks at which the socket is paused. */
const mostWaiting = 4;

/** Type and length of a message. */
const headerBytes = 5;
const copyData = 0x64;
const copyDone = 0x63;
const errorResponse = 0x45;

interface DriverConnection {
  stream: Socket;
  query(text: string): void;
}

/** Buffers of finished copies, for the next ones: as many as were ever in use at a time. */
const spare: Buffer[] = [];

/** Takes the payload of CopyData messages out of what the server sends, message borders anywhere, into blank buffers. */
const payloads = (emit: (chunk: Buffer) => void, leave: (rest: Buffer) => void) => {
  const blank = (): Buffer => spare.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
  let out = blank();
  let filled = 0;
  let left = 0;
  let isData = false;
  /** A header that arrived in two parts, and how much of it there is. */
  const header = Buffer.alloc(headerBytes);
  let known = 0;

  const flush = (): void => {
    if (filled === 0) return;
    emit(out.subarray(0, filled));
    out = blank();
    filled = 0;
  };
  return (received: Buffer): void => {
    let at = 0;
    for (;;) {
      while (left > 0 && at < received.length) {
        const bytes = Math.min(left, received.length - at, isData ? out.length - filled : left);
        if (isData) {
          received.copy(out, filled, at, at + bytes);
          filled += bytes;
          if (filled === out.length) flush();
        }
        at += bytes;
        left -= bytes;
      }
      if (at === received.length) return;
      const isSplit = known > 0 || received.length - at < headerBytes;
      if (isSplit) {
        const bytes = received.copy(header, known, at);
        known += bytes;
        at += bytes;
        if (known < headerBytes) return;
        known = 0;
      }
      const code = isSplit ? header[0] : received[at];
      if (code === copyDone || code === errorResponse) {
        flush();
        spare.push(out);
        leave(isSplit ? Buffer.concat([header, received.subarray(at)]) : received.subarray(at));
        return;
      }
      isData = code === copyData;
      left = (isSplit ? header.readUInt32BE(1) : received.readUInt32BE(at + 1)) - 4;
      if (!isSplit) at += headerBytes;
    }
  };
};

/**
 * Runs `COPY … TO STDOUT` and yields its bytes, with back-pressure to the server. A chunk is good until the next one is
 * asked for: its buffer is used again, or memory would grow with the data until the garbage collector comes by. It reads the socket itself while the
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
      spare.push(Buffer.from(chunk.buffer));
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
