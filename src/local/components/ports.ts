import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { PortTaken } from './process.ts';

/**
 * A free TCP port of 127.0.0.1 that the system will not hand to anyone else for a while: a connection closed from the
 * listening side stays in TIME_WAIT, in which Linux gives the port to nobody who asks for "any", while a server may still
 * bind it by number. Whoever binds it by number first has it all the same, so servers are started with fresh ports again
 * when theirs are taken.
 */
export const reservePort = async (): Promise<number> => {
  const server = createServer((socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  client.resume();
  await once(client, 'close');
  server.close();
  await once(server, 'close');
  return port;
};

/** Starts something on `count` fresh ports, and again on others (four times) when one of them was taken meanwhile. */
export const onFreshPorts = async <T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    const ports: number[] = [];
    while (ports.length < count) ports.push(await reservePort());
    try {
      return await start(ports);
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === 5) throw error;
    }
  }
};
