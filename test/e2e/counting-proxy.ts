import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/** Stands between the vault and its server, and counts what comes from there. */
export interface CountingProxy extends AsyncDisposable {
  endpoint: string;
  /** Bytes that came from the server so far. */
  bytes(): number;
  /** Once so many bytes have come, nothing more passes until `act` is done. */
  holdAt(bytes: number, act: () => Promise<void>): void;
}

export const openCountingProxy = async (endpoint: string): Promise<CountingProxy> => {
  const to = new URL(endpoint);
  const sockets = new Set<Socket>();
  let bytes = 0;
  let gate = Promise.resolve();
  let hold: { at: number; act: () => Promise<void> } | null = null;
  async function* count(pieces: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (hold !== null && bytes >= hold.at) {
        gate = hold.act();
        hold = null;
      }
      await gate;
      yield piece;
    }
  }
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    for (const one of [near, far]) sockets.add(one.once('close', () => sockets.delete(one)));
    pipeline(near, far, () => {});
    pipeline(far, count, near, () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => bytes,
    holdAt: (at, act) => {
      hold = { at, act };
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
