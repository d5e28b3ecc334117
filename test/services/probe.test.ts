import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { probe } from '../../src/services/probe.ts';

const served = async (listener: RequestListener) => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((closed) => server.close(closed));
  };
  onTestFinished(close);
  return { server, close, health: `http://127.0.0.1:${(server.address() as AddressInfo).port}/health?token=s3cret` };
};

test('2xx is green, with the time it took', async () => {
  const { health } = await served((_, response) => response.writeHead(204).end());
  const answer = await probe({ health, timeoutMs: 5_000 });
  expect(answer).toEqual({ ok: true, ms: expect.any(Number), says: '204 No Content' });
  expect(answer.ms).toBeLessThan(5_000);
});

test.for([500, 503, 404, 401])('%d is red and says so', async (status) => {
  const { health } = await served((_, response) => response.writeHead(status).end('the database is away'));
  expect(await probe({ health, timeoutMs: 5_000 })).toMatchObject({
    ok: false,
    says: expect.stringMatching(`^${status} `),
  });
});

test('a redirect is red: a login page is not the service', async () => {
  const { health } = await served((request, response) =>
    request.url === '/login' ? response.end('hello') : response.writeHead(302, { location: '/login' }).end(),
  );
  expect(await probe({ health, timeoutMs: 5_000 })).toMatchObject({ ok: false, says: '302 Found' });
});

test('a service that answers late, or begins and does not end, is red in time', async () => {
  const never = await served(() => {});
  const half = await served((_, response) => response.writeHead(200).write('half'));
  for (const { health } of [never, half]) {
    const answer = await probe({ health, timeoutMs: 200 });
    expect(answer).toMatchObject({ ok: false, says: 'no answer within 200 ms' });
    expect(answer.ms).toBeGreaterThanOrEqual(190);
    expect(answer.ms).toBeLessThan(2_000);
  }
});

test('a service that is gone, or breaks the connection, is red, and the address is not repeated', async () => {
  const gone = await served(() => {});
  await gone.close();
  expect(await probe({ health: gone.health, timeoutMs: 5_000 })).toMatchObject({
    ok: false,
    says: 'no answer: ECONNREFUSED',
  });
  const broken = await served((request) => request.socket.destroy());
  const { ok, says } = await probe({ health: broken.health, timeoutMs: 5_000 });
  expect(ok).toBe(false);
  expect(says).toMatch(/^no answer: /);
  expect(says).not.toContain('s3cret');
});

test('every probe makes a connection of its own', async () => {
  const { health, server } = await served((_, response) => response.end('ok'));
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  for (let n = 0; n < 3; n += 1) expect((await probe({ health, timeoutMs: 5_000 })).ok).toBe(true);
  expect(connections).toBe(3);
});

test('a probe that is told to stop is interrupted', async () => {
  const stop = new AbortController();
  const { health } = await served(() => stop.abort());
  await expect(probe({ health, timeoutMs: 5_000 }, stop.signal)).rejects.toMatchObject({ kind: 'interrupted' });
  await expect(probe({ health, timeoutMs: 5_000 }, stop.signal)).rejects.toMatchObject({ kind: 'interrupted' });
});

test('an address that is none, or carries a login, is bad input and not repeated', async () => {
  for (const health of ['nowhere', 'file:///etc/passwd', 'http://someone:s3cret@127.0.0.1/health']) {
    const error = await probe({ health, timeoutMs: 100 }).catch(
      (caught: unknown) => caught as Error & { hint: string },
    );
    expect(error).toMatchObject({ kind: 'bad-input', hint: expect.stringMatching(/http:/) });
    expect(JSON.stringify(error) + (error as Error).message).not.toContain('s3cret');
  }
});
