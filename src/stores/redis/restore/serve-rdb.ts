import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Redis } from 'ioredis';

/** What a server follows while it is filled. */
export interface Master {
  host: string;
  port: number;
  /** The entries that go behind those of the set: before the server is told to come. */
  setOwn(own: Buffer): void;
  hasCome(): boolean;
  hasServed(): boolean;
  /** Rejects when the set cannot be read, or the server breaks off or comes twice. */
  readonly failed: Promise<never>;
  /** The server has everything: that it goes now is no failure. */
  expectEnd(): void;
  stop(): void;
}

/** Commands of a replica, one array of bulk strings after the other. Returns what is left. */
const readCommands = (bytes: Buffer, each: (words: string[]) => void): Buffer => {
  let rest = bytes;
  for (;;) {
    const head = /^\*(\d+)\r\n/.exec(rest.toString('latin1', 0, 32));
    if (head === null) {
      // An empty line says that it is there.
      if (rest[0] !== 10 && rest[0] !== 13) return rest;
      rest = rest.subarray(1);
      continue;
    }
    let at = head[0].length;
    const words: string[] = [];
    for (let n = Number(head[1]); n > 0; n -= 1) {
      const size = /^\$(\d+)\r\n/.exec(rest.toString('latin1', at, at + 32));
      if (size === null) return rest;
      const from = at + size[0].length;
      at = from + Number(size[1]) + 2;
      if (at > rest.length) return rest;
      words.push(rest.toString('latin1', from, at - 2));
    }
    rest = rest.subarray(at);
    each(words);
  }
};

const localOf = (redis: Redis): { local: string; remote: string } => {
  const { localAddress, remoteAddress } = redis.stream as Socket;
  return { local: localAddress ?? '127.0.0.1', remote: remoteAddress ?? '127.0.0.1' };
};

const plainAddress = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '');

/**
 * Listens where the server can reach us, which is where our connection to it comes from, and speaks the master's side of a
 * full synchronization to it alone: its address and the replication id that it goes by have to be those of the server.
 * https://github.com/redis/redis/blob/7.0/src/replication.c
 */
export const serveRdb = async (
  redis: Redis,
  replicationId: string,
  streams: (own: Buffer) => AsyncIterable<Uint8Array>,
): Promise<Master> => {
  const { local, remote } = localOf(redis);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const sockets = new Set<Socket>();
  let own: Buffer = Buffer.alloc(0);
  let hasCome = false;
  let hasServed = false;
  let isOver = false;

  const send = async (socket: Socket): Promise<void> => {
    const mark = randomBytes(20).toString('hex');
    socket.write(`+FULLRESYNC ${randomBytes(20).toString('hex')} 0\r\n$EOF:${mark}\r\n`);
    const put = async (bytes: Uint8Array): Promise<void> => {
      if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), failed.promise]);
    };
    for await (const piece of streams(own)) await put(piece);
    await put(Buffer.from(mark));
    hasServed = true;
  };

  const server = createServer((socket) => {
    if (plainAddress(socket.remoteAddress) !== plainAddress(remote)) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    let rest: Buffer = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('close', () => {
      if (hasCome && !isOver) failed.reject(new Error('Connection is closed.'));
    });
    socket.on('data', (chunk: Buffer) => {
      rest = readCommands(Buffer.concat([rest, chunk]), (words) => {
        const name = words[0]?.toUpperCase();
        if (name === 'PING') socket.write('+PONG\r\n');
        else if (name === 'REPLCONF' && words[1]?.toUpperCase() === 'ACK') return;
        else if (name === 'PSYNC') {
          if (hasCome || (words[1] !== '?' && words[1] !== replicationId)) {
            socket.destroy();
            return;
          }
          hasCome = true;
          send(socket).catch((error: unknown) => {
            failed.reject(error);
            socket.destroy();
          });
        } else socket.write('+OK\r\n');
      });
    });
  });
  server.listen(0, local);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    host: plainAddress(local),
    port,
    setOwn(bytes) {
      own = bytes;
    },
    hasCome: () => hasCome,
    hasServed: () => hasServed,
    failed: failed.promise,
    expectEnd() {
      isOver = true;
    },
    stop() {
      isOver = true;
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
