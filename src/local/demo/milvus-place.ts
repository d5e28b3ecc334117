import { ErrorCode, MilvusClient, type ResStatus } from '@zilliz/milvus2-sdk-node';

/** The driver gives refusals back instead of throwing them. */
export const done = async <T extends ResStatus | { status: ResStatus }>(answer: Promise<T>): Promise<T> => {
  const given = await answer;
  const { error_code, reason } = 'status' in given ? given.status : given;
  if (error_code !== ErrorCode.SUCCESS && error_code !== '') throw new Error(reason);
  return given;
};

/** A client for a place's URL, and what the names of its collections begin with. */
export const openMilvus = async (url: string): Promise<{ client: MilvusClient; prefix: string }> => {
  const { host, searchParams } = new URL(url);
  const client = new MilvusClient({
    address: host,
    ssl: false,
    logLevel: 'error',
    maxRetries: 1,
    timeout: 20_000,
    // Its server hangs up on clients that ask too often whether it is there.
    channelOptions: { 'grpc.keepalive_time_ms': 300_000, 'grpc.keepalive_permit_without_calls': 0 },
  });
  await client.connectPromise;
  return { client, prefix: searchParams.get('collections') ?? '' };
};
