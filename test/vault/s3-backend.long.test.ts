import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { type RunningMinio, startMinio } from '../../src/local/components/minio.ts';
import { s3Backend } from '../../src/vault/s3-backend.ts';
import { openVault } from '../../src/vault/vault.ts';
import { kindOf } from './backend-conformance.ts';
import { nextSet, publish, quiet, rows } from './new-vault.ts';

describe('s3 backend and a server that hangs', () => {
  let minio: RunningMinio | null = null;
  afterAll(() => minio?.stop());

  it('gives up a server that takes requests and never answers', async () => {
    minio = await startMinio({ say: () => {} });
    process.kill(minio.pid, 'SIGSTOP');
    try {
      const backend = s3Backend({ ...minio, bucket: 'x', prefix: '', patienceMs: 200 });
      const began = Date.now();
      expect(await kindOf(backend.get('a'))).toBe('unreachable');
      expect(Date.now() - began).toBeLessThan(15_000);
    } finally {
      process.kill(minio.pid, 'SIGCONT');
    }
  });
});

describe('a vault that is gone for 20 seconds', () => {
  let minio: RunningMinio | null = null;
  afterAll(() => minio?.stop());

  it('costs a backup and a restore nothing but the time', async () => {
    minio = await startMinio({ say: () => {} });
    const server = minio;
    const client = new S3Client({ ...server, credentials: server, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'vault' }));
    client.destroy();
    const key = { name: '2026-01', bytes: randomBytes(32) };
    const vault = await openVault(s3Backend({ ...server, bucket: 'vault', prefix: 'dr' }), key);
    const parts = [1, 2, 3, 4, 5, 6].map((n) => rows(5 * 1024 * 1024, n));
    let back = Promise.resolve();
    const outage = async (): Promise<void> => {
      await server.kill();
      back = pause(20_000).then(() => server.restart());
    };
    const writer = await vault.write('orders-db', nextSet(), quiet());
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      for (const [at, part] of parts.entries()) {
        if (at === 2) await outage();
        yield part;
      }
    };
    await writer.write('a', stream());
    const reader = await publish(writer);
    await back;
    const got: Uint8Array[] = [];
    const again = await vault.open('orders-db', reader.manifest.set, { ...quiet(), parallel: 1 });
    for await (const part of again.read('a')) if (got.push(part) === 1) await outage();
    await back;
    expect(Buffer.concat(got).equals(Buffer.concat(parts))).toBe(true);
  });
});
