import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { DrError, describeError } from '../domain/errors.ts';

/** Where Temporal is: `TEMPORAL_ADDRESS` and its siblings, or the profile of the Temporal CLI. */
const config = () => {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  return { connectionOptions, namespace, address: connectionOptions.address ?? 'localhost:7233' };
};

const unreachable = (address: string, cause: unknown): DrError =>
  new DrError(
    'unreachable',
    `no Temporal server answers at ${address}: ${describeError(cause)}`,
    'start the local estate with dr up, or set TEMPORAL_ADDRESS (and TEMPORAL_NAMESPACE)',
    { cause },
  );

export interface Connected extends AsyncDisposable {
  client: Client;
  connection: Connection;
  namespace: string;
}

/** Connects as a client. @throws DrError `unreachable` (retryable) */
export const connectClient = async (): Promise<Connected> => {
  const { connectionOptions, namespace, address } = config();
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: '5s' });
    const client = new Client({ connection, namespace });
    return { client, connection, namespace, [Symbol.asyncDispose]: () => connection.close() };
  } catch (error) {
    throw unreachable(address, error);
  }
};

export interface WorkerConnected extends AsyncDisposable {
  connection: NativeConnection;
  namespace: string;
}

/** Connects as a worker. @throws DrError `unreachable` (retryable) */
export const connectWorker = async (): Promise<WorkerConnected> => {
  const { connectionOptions, namespace, address } = config();
  try {
    const connection = await NativeConnection.connect(connectionOptions);
    return { connection, namespace, [Symbol.asyncDispose]: () => connection.close() };
  } catch (error) {
    throw unreachable(address, error);
  }
};
