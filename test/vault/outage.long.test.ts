import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningMinio, startMinio } from '../../src/local/components/minio.ts';
import type { Vault } from '../../src/vault/port.ts';
import { s3Backend } from '../../src/vault/s3-backend.ts';
import { openVault } from '../../src/vault/vault.ts';
import { kindOf } from './backend-conformance.ts';
import { bytesOf, nextSet, publish, quiet, rows, takeSet } from './new-vault.ts';

const MiB = 1024 * 1024;
const target = 'orders-db';
let minio: RunningMinio;
const key = { name: '2026-01', bytes: randomBytes(32) };

beforeAll(async () => {
  minio = await startMinio({ say: () => {} });
  const client = new S3Client({ ...minio, credentials: minio, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'vault' }));
  client.destroy();
});
afterAll(() => minio.stop());

const openAt = (patienceMs: number): Promise<Vault> =>
  openVault(s3Backend({ ...minio, bucket: 'vault', prefix: 'dr', patienceMs }), key);

/** A stream that calls `midway` between two of its parts. */
async function* interruptedBy(midway: () => Promise<void>, parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const [at, part] of parts.entries()) {
    if (at === 2) await midway();
    yield part;
  }
}
const parts = (seed: number): Uint8Array[] => [1, 2, 3, 4].map((n) => rows(5 * MiB, seed * 10 + n));
/** Kills the server now and starts it again in a while. */
const outage = async (ms: number): Promise<void> => {
  await minio.kill();
  back = pause(ms).then(() => minio.restart());
};
let back: Promise<void>;
const isBack = (): Promise<boolean> => Promise.race([back.then(() => true), pause(0, false)]);

describe('a vault that is gone for a while', () => {
  it('lets a backup go on where it was', async () => {
    const vault = await openAt(30_000);
    const writer = await vault.write(target, nextSet(), quiet());
    await writer.write(
      'a',
      interruptedBy(() => outage(2_000), parts(1)),
    );
    const reader = await publish(writer);
    expect(await isBack()).toBe(true);
    expect((await bytesOf(reader.read('a'))).equals(Buffer.concat(parts(1)))).toBe(true);
  });

  it('lets a restore go on where it was', async () => {
    const vault = await openAt(30_000);
    const taken = await takeSet(vault, { a: Buffer.concat(parts(2)) });
    const got: Uint8Array[] = [];
    const reader = await vault.open(target, taken.manifest.set, { ...quiet(), parallel: 1 });
    for await (const part of reader.read('a')) if (got.push(part) === 1) await outage(2_000);
    expect(await isBack()).toBe(true);
    expect(Buffer.concat(got).equals(Buffer.concat(parts(2)))).toBe(true);
  });

  it('fails a backup as unreachable once patience is over, which leaves no set and can be tried again', async () => {
    const vault = await openAt(300);
    const set = nextSet();
    const before = (await vault.sets(target)).length;
    const writer = await vault.write(target, set, quiet());
    const backup = async (): Promise<unknown> => {
      await writer.write(
        'a',
        interruptedBy(() => minio.kill(), parts(3)),
      );
      return publish(writer);
    };
    expect(await kindOf(backup())).toBe('unreachable');
    expect(await kindOf(publish(writer))).not.toBe('no error');
    await minio.restart();
    const again = await openAt(30_000);
    expect(await again.sets(target)).toHaveLength(before);
    const reader = await takeSet(again, { a: Buffer.concat(parts(3)) }, { set });
    expect((await bytesOf(reader.read('a'))).equals(Buffer.concat(parts(3)))).toBe(true);
  });
});
