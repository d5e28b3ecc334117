import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import type { Address } from '../connection/address.ts';

/** An RDB that the server has begun to send. */
export interface Incoming {
  /** Its bytes and perhaps what comes behind them: the RDB itself says where it ends. `isLast`: no more come. */
  chunks: AsyncIterable<{ chunk: Buffer; isLast: boolean }>;
  destroy(): void;
}

const connectMs = 10_000;

const command = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

const openSocket = ({ host, port, isSecure }: Address): Socket =>
  isSecure ? connectSecure({ host, port, servername: host }) : connectPlain({ host, port });

/** Reads lines until the RDB begins, then whatever comes. */
const bytesOf = async function* (socket: Socket): AsyncGenerator<Buffer> {
  for await (const chunk of socket) yield chunk as Buffer;
};

/** What the server says to a command, line by line; empty lines say that it is still busy. */
const lineReader = (bytes: AsyncGenerator<Buffer>) => {
  let buffer: Buffer = Buffer.alloc(0);
  return {
    async line(): Promise<string> {
      for (;;) {
        const end = buffer.indexOf(10);
        if (end >= 0) {
          const line = buffer.toString('latin1', 0, end).replace(/\r$/, '');
          buffer = buffer.subarray(end + 1);
          if (line !== '') return line;
          continue;
        }
        const { value, done } = await bytes.next();
        if (done) throw new Error('Connection is closed.');
        buffer = Buffer.concat([buffer, value]);
      }
    },
    rest: (): Buffer => buffer,
  };
};

const markBytes = 40;

/** Chunks with the last one told: by the count of bytes, or by the mark that the server puts behind an RDB of unknown size. */
const chunksOf = async function* (
  first: Buffer,
  bytes: AsyncGenerator<Buffer>,
  size: number | null,
  mark: Buffer,
): AsyncGenerator<{ chunk: Buffer; isLast: boolean }> {
  let left = size ?? 0;
  let tail: Buffer = Buffer.alloc(0);
  let chunk: Buffer | undefined = first;
  for (;;) {
    if (chunk === undefined) {
      const next = await bytes.next();
      if (next.done) throw new Error('Connection is closed.');
      chunk = next.value;
    }
    if (size !== null) {
      left -= chunk.length;
      yield { chunk, isLast: left <= 0 };
      if (left <= 0) return;
    } else if (chunk.length > 0) {
      tail = chunk.length >= markBytes ? chunk.subarray(-markBytes) : Buffer.concat([tail, chunk]).subarray(-markBytes);
      const isLast = tail.equals(mark);
      yield { chunk, isLast };
      if (isLast) return;
    }
    chunk = undefined;
  }
};

/**
 * Takes an RDB as a replica does, and no more than that: nothing is set at the server, and the connection ends with the RDB.
 * Without `isStreamed` the server writes it to its disk first, at once; with it, straight to us, after its
 * `repl-diskless-sync-delay`. https://redis.io/docs/latest/develop/reference/protocol-spec/, `redis-cli --rdb`
 * @throws what the server or the network says; an RDB that it cannot write ends the connection
 */
export const takeRdb = async (address: Address, isStreamed: boolean): Promise<Incoming> => {
  const socket = openSocket(address);
  const connecting = setTimeout(() => socket.destroy(new Error('connect ETIMEDOUT')), connectMs);
  const bytes = bytesOf(socket);
  const reader = lineReader(bytes);
  const { username, password } = address;
  const ask = async (...words: readonly string[]): Promise<string> => {
    socket.write(command(...words));
    const answer = await reader.line();
    clearTimeout(connecting);
    return answer;
  };
  try {
    if (password !== '') {
      const answer = await ask('AUTH', ...(username === '' ? [] : [username]), password);
      if (answer.startsWith('-')) throw new Error(answer.slice(1));
    }
    // Servers before 7.0 do not know it, and go on sending what is written: it is not read.
    await ask('REPLCONF', 'rdb-only', '1');
    if (isStreamed) await ask('REPLCONF', 'capa', 'eof');
    const begun = await ask('PSYNC', '?', '-1');
    if (begun.startsWith('-')) throw new Error(begun.slice(1));
    const size = begun.startsWith('$') ? begun : await reader.line();
    if (size.startsWith('-')) throw new Error(size.slice(1));
    const mark = /^\$EOF:(.{40})$/.exec(size)?.[1];
    const count = mark === undefined ? Number(size.slice(1)) : null;
    const chunks = chunksOf(reader.rest(), bytes, count, Buffer.from(mark ?? '', 'latin1'));
    return { chunks, destroy: () => socket.destroy() };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(connecting);
  }
};
