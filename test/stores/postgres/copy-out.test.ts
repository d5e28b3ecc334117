import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { copyOut } from '../../../src/stores/postgres/backup/copy-out.ts';
import { readAddress } from '../../../src/stores/postgres/connection/address.ts';
import { connect } from '../../../src/stores/postgres/connection/connect.ts';
import { postgresServer } from '../../support/servers.ts';

/** The server behind TLS: the key is no secret, it is made for this. */
const behindTls = async (url: string): Promise<string> => {
  const { hostname, port } = new URL(url);
  const pem = await readFile(join(import.meta.dirname, 'tls.pem'));
  const open = new Set<Socket>();
  const server = createServer(async (socket) => {
    await once(socket, 'data');
    socket.write('S');
    const outside = new TLSSocket(socket, { isServer: true, key: pem, cert: pem });
    const inside = dial(Number(port), hostname);
    for (const one of [socket, outside, inside]) open.add(one.on('error', () => {}));
    outside.pipe(inside).pipe(outside);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const secure = new URL(url);
  secure.port = String((server.address() as AddressInfo).port);
  secure.searchParams.set('sslmode', 'require');
  return secure.href;
};

test.for([
  ['in the clear', (url: string) => url],
  ['through TLS', behindTls],
] as const)('rows come whole %s, slowly taken too, and the connection is good for more', async ([, way]) => {
  const { url } = await postgresServer();
  const { client, destroy } = await connect(readAddress(await way(url)), 'copy-out test');
  onTestFinished(destroy);
  const words = `SELECT i, repeat(chr(97 + i % 26), i % 3000) FROM generate_series(1, 3000) i`;
  let text = '';
  for await (const piece of copyOut(client, `COPY (${words}) TO STDOUT`)) {
    text += piece.toString('latin1');
    await new Promise((go) => setTimeout(go, 1));
  }
  const expected = Array.from({ length: 3000 }, (_, n) => {
    const i = n + 1;
    return `${i}\t${String.fromCharCode(97 + (i % 26)).repeat(i % 3000)}\n`;
  });
  expect(text).toBe(expected.join(''));
  const { rows } = await client.query(`SELECT repeat('x', 300000) AS long`);
  expect(rows[0].long).toHaveLength(300_000);
  const failing = async (): Promise<void> => {
    for await (const _ of copyOut(client, 'COPY (SELECT 1 / (100 - i) FROM generate_series(1, 1000) i) TO STDOUT'));
  };
  await expect(failing()).rejects.toThrow('division by zero');
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});
