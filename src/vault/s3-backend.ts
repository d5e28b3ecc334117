import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import pRetry from 'p-retry';
import { DrError } from '../domain/errors.ts';
import { isSegment, segmentsOf } from './key.ts';
import type { Backend } from './port.ts';
import { s3Error } from './s3-errors.ts';

/** Where a bucket is and who asks. `endpoint` is for servers other than AWS, and means path-style addresses. */
export interface S3Options {
  bucket: string;
  prefix: string;
  region: string;
  endpoint?: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** How long one operation waits for a server that is gone, in milliseconds. */
  patienceMs?: number;
}

const defaultPatienceMs = 40_000;

/**
 * One client, whose connections are kept and used again. Bodies carry Content-MD5, which every S3 server and every
 * object-locked bucket takes, instead of the SDK's own checksums, which some servers refuse.
 */
const connect = (options: S3Options): S3Client =>
  new S3Client({
    region: options.region,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint, forcePathStyle: true }),
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 5_000,
      socketTimeout: 10_000,
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: { keepAlive: true, maxSockets: 64 },
    },
  });

/**
 * A vault in a bucket of any server with the S3 protocol and conditional writes (`If-None-Match: *`). Every operation
 * waits out a server that is gone for less than `patienceMs`; wrong credentials and full disks fail at once.
 */
export const s3Backend = (options: S3Options): Backend => {
  const client = connect(options);
  const base = options.prefix.replace(/^\/+|\/+$/g, '');
  const says = `s3://${options.bucket}${base === '' ? '' : `/${base}`}`;
  const patience = options.patienceMs ?? defaultPatienceMs;
  const at = (key: string): { Bucket: string; Key: string } => {
    segmentsOf(key);
    return { Bucket: options.bucket, Key: base === '' ? key : `${base}/${key}` };
  };

  const run = async <T>(what: string, work: (attempt: number) => Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await pRetry(
        async (attempt) => {
          try {
            return await work(attempt);
          } catch (error) {
            throw s3Error(error, says, what);
          }
        },
        {
          retries: Number.POSITIVE_INFINITY,
          minTimeout: 100,
          maxTimeout: 2_000,
          randomize: true,
          maxRetryTime: patience,
          shouldRetry: ({ error }) => error instanceof DrError && error.kind === 'unreachable',
          ...(signal ? { signal } : {}),
        },
      );
    } catch (error) {
      if (signal?.aborted) throw new DrError('interrupted', `${says}: stopped: ${what}`, 'the work was told to stop');
      throw error;
    }
  };
  const sending = (signal?: AbortSignal) => (signal ? { abortSignal: signal } : {});

  const get: Backend['get'] = (key, signal) =>
    run(
      `read ${key}`,
      async () => {
        const answer = await client.send(new GetObjectCommand(at(key)), sending(signal));
        return answer.Body!.transformToByteArray();
      },
      signal,
    );

  const statusOf = (error: unknown): number | undefined =>
    (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

  return {
    says,
    create: (key, body, signal) => {
      const request = {
        ...at(key),
        Body: body,
        IfNoneMatch: '*',
        ContentMD5: createHash('md5').update(body).digest('base64'),
      };
      return run(
        `write ${key}`,
        async (attempt) => {
          try {
            await client.send(new PutObjectCommand(request), sending(signal));
            return true;
          } catch (error) {
            if (statusOf(error) !== 412) throw error;
            // The answer to an earlier attempt may have been lost on the way back: then the object there is ours.
            return attempt > 1 && Buffer.compare(await get(key, signal), body) === 0;
          }
        },
        signal,
      );
    },
    get,
    head: (key) =>
      run(`look at ${key}`, async () => {
        try {
          const answer = await client.send(new HeadObjectCommand(at(key)));
          return { bytes: answer.ContentLength!, changedAt: answer.LastModified!.toISOString() };
        } catch (error) {
          if (statusOf(error) === 404) return null;
          throw error;
        }
      }),
    async *list(prefix) {
      const below = prefix === '' ? (base === '' ? '' : `${base}/`) : `${at(prefix).Key}/`;
      let token: string | undefined;
      do {
        const request = { Bucket: options.bucket, Prefix: below, ...(token ? { ContinuationToken: token } : {}) };
        const page = await run(`list ${prefix}`, () => client.send(new ListObjectsV2Command(request)));
        for (const object of page.Contents ?? []) {
          const key = base === '' ? object.Key! : object.Key!.slice(base.length + 1);
          if (!key.split('/').every(isSegment)) continue;
          yield { key, bytes: object.Size!, changedAt: object.LastModified!.toISOString() };
        }
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },
    remove: async (key) => {
      await run(`remove ${key}`, () => client.send(new DeleteObjectCommand(at(key))));
    },
  };
};
