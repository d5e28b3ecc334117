import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A wire to a server that can be cut. */
export interface Proxy {
  port: number;
  /** Breaks every connection that is open now. */
  cut(): void;
  stop(): void;
}

export const startProxy = async (server: string): Promise<Proxy> => {
  const { hostname, port } = new URL(server);
  const open = new Set<Socket>();
  const wire = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  wire.listen(0, '127.0.0.1');
  await once(wire, 'listening');
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (wire.address() as AddressInfo).port,
    cut,
    stop: () => {
      wire.close();
      cut();
    },
  };
};
