import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { Client } from 'pg';
import { inject } from 'vitest';
import { searchAttributes } from '../../src/domain/attributes.ts';
import type { Shared, SharedMinio, SharedMongodb, SharedPostgres, SharedTemporal } from './shared-servers.ts';

/** The PostgreSQL server that all tests of this run share. Make your own database with `freshDatabase`. */
export const postgresServer = (): Promise<SharedPostgres> => ask('postgres');

/**
 * A PostgreSQL 15 with contrib extensions, ICU and XML, shared like the other. Where it cannot be had the test is skipped,
 * with the reason.
 */
export const postgres15Server = async (skip: (why: string) => never): Promise<SharedPostgres> => {
  const server = await ask('postgres-15');
  return 'absent' in server ? skip(`needs PostgreSQL 15: ${server.absent}`) : server;
};

/** The MongoDB server, or its stand-in, that all tests of this run share. Take databases of your own. */
export const mongodbServer = (): Promise<SharedMongodb> => ask('mongodb');

/** The URL of the Milvus server that all tests of this run share. Take a database or a prefix of your own. */
export const milvusServer = (): Promise<string> => ask('milvus');

/** The MinIO server that all tests of this run share. Make your own bucket with `freshBucket`. */
export const minioServer = (): Promise<SharedMinio> => ask('minio');

/** The Temporal dev server that all tests of this run share, namespace `default`. See also `freshNamespace`. */
export const temporalServer = (): Promise<SharedTemporal> => ask('temporal');

/** For `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`. */
export const timeSkippingExecutable = (): Promise<string> => ask('test-server');

/** The folder with psql, pg_dump, pg_restore. */
export const pgBin = (): Promise<string> => ask('pg-bin');

export interface FreshDatabase extends AsyncDisposable {
  name: string;
  /** Superuser. */
  url: string;
  /** Drops it, and throws out whoever is connected. */
  drop(): Promise<void>;
}

/** An empty database on the shared server, or on the one named; the name gets a random end. */
export const freshDatabase = async (name = 'test', at?: { url: string }): Promise<FreshDatabase> => {
  const server = at ?? (await postgresServer());
  const unique = `${name}_${randomBytes(5).toString('hex')}`;
  const command = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await command(`CREATE DATABASE "${unique}"`);
  const drop = (): Promise<void> => command(`DROP DATABASE IF EXISTS "${unique}" WITH (FORCE)`);
  const url = new URL(server.url);
  url.pathname = `/${unique}`;
  return { name: unique, url: url.href, drop, [Symbol.asyncDispose]: drop };
};

/** An empty bucket on the shared server; it goes with the server. */
export const freshBucket = async (
  name = 'test',
  options: { objectLock?: boolean } = {},
): Promise<SharedMinio & { bucket: string }> => {
  const server = await minioServer();
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const bucket = `${name}-${randomBytes(5).toString('hex')}`;
  await client.send(
    new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: options.objectLock ?? false }),
  );
  client.destroy();
  return { ...server, bucket };
};

/** Numbers of `IndexedValueType` in Temporal's API. */
const indexedValueTypes = { KEYWORD: 2, INT: 3, KEYWORD_LIST: 7 } as const;

/** A namespace of your own on the shared server, with the product's search attributes; it goes with the server. */
export const freshNamespace = async (name = 'test'): Promise<SharedTemporal> => {
  const server = await temporalServer();
  const namespace = `${name}-${randomBytes(5).toString('hex')}`;
  const connection = await Connection.connect({ address: server.address });
  try {
    const workflowExecutionRetentionPeriod = msToTs('1 day');
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
    const types = Object.entries(searchAttributes).map(([key, type]) => [key, indexedValueTypes[type]] as const);
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(types) });
  } finally {
    await connection.close();
  }
  return { ...server, namespace };
};

const known = new Map<keyof Shared, Promise<unknown>>();

const ask = <Name extends keyof Shared>(name: Name): Promise<Shared[Name]> => {
  const asked = known.get(name) ?? fetchShared(name);
  known.set(name, asked);
  return asked as Promise<Shared[Name]>;
};

const fetchShared = async (name: keyof Shared): Promise<unknown> => {
  const response = await fetch(`${inject('sharedServersUrl')}/${name}`);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
};
