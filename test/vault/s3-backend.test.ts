import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { type RunningMinio, startMinio } from '../../src/local/components/minio.ts';
import { s3Backend } from '../../src/vault/s3-backend.ts';
import { freshBucket } from '../support/servers.ts';
import { backendConformance, kindOf } from './backend-conformance.ts';

const shared = freshBucket('vault');
const fresh = async () => s3Backend({ ...(await shared), prefix: `${randomBytes(4).toString('hex')}/deep` });

backendConformance({ name: 's3', fresh });

describe('s3 backend', () => {
  it('keeps two prefixes of one bucket apart, and works without one', async () => {
    const bucket = await freshBucket('plain');
    const root = s3Backend({ ...bucket, prefix: '' });
    const below = s3Backend({ ...bucket, prefix: '/team/dr/' });
    await root.create('a/b', Buffer.from('root'));
    await below.create('a/b', Buffer.from('below'));
    expect(Buffer.from(await root.get('a/b')).toString()).toBe('root');
    expect((await Array.fromAsync(below.list(''))).map(({ key }) => key)).toEqual(['a/b']);
    expect((await Array.fromAsync(root.list(''))).map(({ key }) => key)).toEqual(['a/b', 'team/dr/a/b']);
    expect(below.says).toBe(`s3://${bucket.bucket}/team/dr`);
  });

  it('writes into a bucket with object lock', async () => {
    const backend = s3Backend({ ...(await freshBucket('locked', { objectLock: true })), prefix: 'v' });
    expect(await backend.create('a', randomBytes(100))).toBe(true);
    expect(await backend.create('a', randomBytes(100))).toBe(false);
  });

  it('fails at once, by name and without secrets, on wrong credentials or a wrong bucket', async () => {
    const bucket = await shared;
    const began = Date.now();
    const wrongSecret = s3Backend({ ...bucket, prefix: '', secretAccessKey: 'not-the-secret' });
    expect(await kindOf(wrongSecret.get('a'))).toBe('no-permission');
    expect(await kindOf(wrongSecret.head('a'))).toBe('no-permission');
    expect(await kindOf(wrongSecret.create('a', Buffer.from('x')))).toBe('no-permission');
    const wrongBucket = s3Backend({ ...bucket, prefix: '', bucket: 'no-such-bucket' });
    expect(await kindOf(wrongBucket.create('a', Buffer.from('x')))).toBe('missing');
    expect(await kindOf(Array.fromAsync(wrongBucket.list('')))).toBe('missing');
    expect(Date.now() - began).toBeLessThan(5_000);
    await expect(wrongSecret.get('a')).rejects.not.toThrow(/not-the-secret/);
  });

  it('fails at once on an endpoint that is none', async () => {
    for (const endpoint of ['not a url', 'ftp://127.0.0.1']) {
      expect(await kindOf(s3Backend({ ...(await shared), endpoint, prefix: '' }).get('a')), endpoint).toBe('bad-input');
    }
  });

  it('says unreachable once its patience is over', async () => {
    const backend = s3Backend({ ...(await shared), endpoint: 'http://127.0.0.1:9', prefix: '', patienceMs: 500 });
    expect(await kindOf(backend.get('a'))).toBe('unreachable');
  });
});

describe('s3 backend and a server that goes away', () => {
  let minio: RunningMinio | null = null;
  afterAll(() => minio?.stop());

  it('waits out a crash of the server, on every operation', async () => {
    minio = await startMinio({ say: () => {} });
    const client = new S3Client({ ...minio, credentials: minio, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'crash' }));
    client.destroy();
    const backend = s3Backend({ ...minio, bucket: 'crash', prefix: '' });
    await backend.create('a', Buffer.from('x'));
    await minio.kill();
    const waiting = [
      backend.get('a').then((body) => Buffer.from(body).toString()),
      backend.create('b', Buffer.from('y')),
      backend.head('a').then((head) => head?.bytes),
      Array.fromAsync(backend.list('')).then((all) => all.length),
    ];
    const first = await Promise.race([...waiting, new Promise((go) => setTimeout(go, 1500, 'still waiting'))]);
    expect(first).toBe('still waiting');
    await minio.restart();
    const [body, isNew, bytes] = await Promise.all(waiting);
    expect([body, isNew, bytes]).toEqual(['x', true, 1]);
  });

  it('stops waiting when told to', async () => {
    const backend = s3Backend({ ...(await shared), endpoint: 'http://127.0.0.1:9', prefix: '' });
    const stop = new AbortController();
    const waiting = kindOf(backend.get('a', stop.signal));
    setTimeout(() => stop.abort(), 300);
    const began = Date.now();
    expect(await waiting).toBe('interrupted');
    expect(Date.now() - began).toBeLessThan(1_500);
  });

  it('knows its own object when the answer to a write was lost on the way back', async () => {
    await using lossy = await losingFirstAnswers(new URL((await shared).endpoint));
    const backend = s3Backend({ ...(await shared), endpoint: lossy.endpoint, prefix: randomBytes(4).toString('hex') });
    expect(await backend.create('a', Buffer.from('ours'))).toBe(true);
    expect(lossy.lost).toBe(1);
    expect(await backend.create('a', Buffer.from('other'))).toBe(false);
  });
});

/** A proxy that passes every request on and loses the answer to the first write. */
const losingFirstAnswers = async (to: URL) => {
  const counted = { lost: 0 };
  const server = createServer((incoming, answer) => {
    const { method, url, headers } = incoming;
    const passed = request({ host: to.hostname, port: to.port, method, path: url, headers }, (response) => {
      if (method === 'PUT' && counted.lost === 0) {
        counted.lost += 1;
        incoming.socket.destroy();
        return;
      }
      answer.writeHead(response.statusCode!, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    get lost() {
      return counted.lost;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
