import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { type RunningMinio, startMinio } from '../../../src/local/components/minio.ts';

const say = (): void => undefined;
const clientOf = ({ endpoint, region, accessKeyId, secretAccessKey }: RunningMinio): S3Client =>
  new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });

test('an object that was acknowledged is there after a crash and a restart on the same port', async () => {
  await using server = await startMinio({ say });
  using client = disposable(clientOf(server));
  await client.send(new CreateBucketCommand({ Bucket: 'kept' }));
  await client.send(new PutObjectCommand({ Bucket: 'kept', Key: 'a/b', Body: 'seven' }));
  await server.kill();
  await server.restart();
  const object = await client.send(new GetObjectCommand({ Bucket: 'kept', Key: 'a/b' }));
  expect(await object.Body?.transformToString()).toBe('seven');
});

test('two servers at once have ports and credentials of their own', async () => {
  const [one, other] = await Promise.all([startMinio({ say }), startMinio({ say })]);
  expect(one.endpoint).not.toBe(other.endpoint);
  using client = disposable(clientOf({ ...one, endpoint: other.endpoint }));
  await expect(client.send(new CreateBucketCommand({ Bucket: 'mine' }))).rejects.toThrow(/access key/i);
  await Promise.all([one.stop(), other.stop()]);
});

function disposable(client: S3Client): S3Client & Disposable {
  return Object.assign(client, { [Symbol.dispose]: () => client.destroy() });
}
