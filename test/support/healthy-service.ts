import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service that is always green: where its health is asked, and how it ends. */
export const startHealthyService = async (): Promise<{ health: string; close: () => unknown }> => {
  const server = createServer((_, response) => response.end('ok'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { health: `http://127.0.0.1:${port}/health`, close: () => server.close() };
};
