import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be broken: everything that goes through it is passed on. */
export interface Breakable {
  /** The same URL, by this way. */
  by(url: string): string;
  /** Breaks every connection. New ones are let through. */
  cut(): void;
  stop(): Promise<void>;
}

/** Opens a way to the server of a URL with one host and port. */
export const breakable = async (url: string): Promise<Breakable> => {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const on = connect(Number(port), hostname);
    for (const [one, other] of [
      [socket, on],
      [on, socket],
    ] as const) {
      open.add(one);
      one.setNoDelay(true);
      one.on('error', () => {});
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    by(to) {
      const other = new URL(to);
      other.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      return other.href;
    },
    cut,
    async stop() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
};
