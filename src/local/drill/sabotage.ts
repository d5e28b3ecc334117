import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Vault } from '../../vault/port.ts';
import type { Stage } from './stage.ts';

/** A drill has to be able to fail. Each of these must end red. */
export const sabotages = {
  row: 'one row is removed from the restored copy before it is compared',
  chunk: 'two chunks of the backup set change places in the vault',
  ledger: 'the ledger knows an acknowledged write from before the backup that the set does not hold',
} as const;
export type Sabotage = keyof typeof sabotages;

/** Exchanges the two largest chunks of the vault: each is whole, and neither is what the manifest says. */
export const swapChunks = async ({ minio }: Stage): Promise<void> => {
  const { endpoint, region, accessKeyId, secretAccessKey } = minio;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  const at = { Bucket: 'vault' };
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ ...at, Prefix: 'chunks/' }));
  const [one, two] = Contents.sort((a, b) => (b.Size ?? 0) - (a.Size ?? 0)).map((object) => object.Key ?? '');
  const read = async (key = ''): Promise<Uint8Array> => {
    const { Body } = await client.send(new GetObjectCommand({ ...at, Key: key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  };
  const [first, second] = [await read(one), await read(two)];
  await client.send(new PutObjectCommand({ ...at, Key: one, Body: second }));
  await client.send(new PutObjectCommand({ ...at, Key: two, Body: first }));
  client.destroy();
};

/** Acknowledges a write that never happened, at a moment the newest set claims to hold. */
export const forgeLedger = async (vault: Vault, target: string): Promise<void> => {
  const newest = (await vault.sets(target)).at(-1)?.manifest.consistency;
  const at = newest?.kind === 'point-in-time' ? newest.at : newest?.to;
  if (at === undefined) throw new Error('there is no set to forge a ledger for');
  const before = new Date(Date.parse(at) - 5_000).toISOString();
  const highest = (await vault.canaries.ledger(target)).at(-1)?.seq ?? 0;
  await vault.canaries.acknowledge(target, [{ seq: highest + 1_000_000, at: before }]);
};
