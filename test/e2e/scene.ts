import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { Secret, TOTP } from 'otpauth';
import pg from 'pg';
import { stringify } from 'yaml';
import { openWorld } from '../../activities/open-world.ts';
import type { World } from '../../activities/world.ts';
import { isDrError } from '../../src/domain/errors.ts';
import type { RunInput, UnitsStep } from '../../src/domain/plan.ts';
import type { RunResult, Status } from '../../src/domain/run.ts';
import type { StoreKind } from '../../src/domain/words.ts';
import { readEstate } from '../../src/estate/read-estate.ts';
import { readResult, readStatus, sendMessage, startRun } from '../../src/temporal/runs.ts';
import { freshBucket, freshNamespace, pgBin, postgresServer } from '../support/servers.ts';
import type { SharedMinio } from '../support/shared-servers.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Real servers, an estate that describes them, and a service whose health is what a user would feel. */
export interface Scene extends AsyncDisposable {
  /** Of the database in service when the scene began. */
  primaryUrl: string;
  client: Client;
  world: World;
  namespace: string;
  /** The connection string that the service reads now. */
  servedUrl(): Promise<string>;
  startWorker(): Promise<WorkerProcess>;
  codeOf(person: 'starter' | 'approver'): string;
  /** Everything that must be found nowhere but in its own file. */
  secrets: readonly string[];
  undo: AsyncDisposableStack;
}

export interface WorkerProcess {
  pid: number;
  /** SIGKILL: what a power cut does. */
  kill(): Promise<void>;
  /** SIGTERM, and what it ended with. */
  stop(): Promise<number | null>;
  output(): string;
}

/** One statement on a connection of its own. */
export const query = async <Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
};

const makeDatabase = async (server: string, undo: AsyncDisposableStack): Promise<string> => {
  const name = `shop_${randomBytes(5).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name}`);
  undo.defer(async () => void (await query(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));
  return Object.assign(new URL(server), { pathname: `/${name}` }).href;
};

const serve = async (envFile: string, undo: AsyncDisposableStack): Promise<number> => {
  const server = createServer((_, response) => {
    readFile(envFile, 'utf8')
      .then((text) => query(parseEnv(text).DATABASE_URL ?? '', 'SELECT count(*) FROM orders'))
      .then(
        () => response.writeHead(200).end(),
        () => response.writeHead(503).end(),
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

/** Servers that tests may share; a test that breaks them brings its own. */
export interface Servers {
  postgres: { url: string; bin: string /** Where copies are made; the same one by default. */; beside?: string };
  minio: SharedMinio & { bucket: string };
  temporal: { address: string; namespace: string };
}

const sharedServers = async (): Promise<Servers> => ({
  postgres: { ...(await postgresServer()), bin: await pgBin() },
  minio: await freshBucket('e2e'),
  temporal: await freshNamespace('e2e'),
});

export interface Setting {
  /** What stands between the vault and its server; the server itself by default. */
  endpointOf?: (endpoint: string) => Promise<string>;
  servers?: () => Promise<Servers>;
  /** Further fields of the target. */
  more?: Readonly<Record<string, unknown>>;
  /** Further targets, of other stores: their places are all on the server of that URL. */
  stores?: Readonly<Record<string, { kind: StoreKind; primary: string; server: string }>>;
}

export const openScene = async ({
  endpointOf = async (it) => it,
  servers = sharedServers,
  more = {},
  stores = {},
}: Setting = {}): Promise<Scene> => {
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'dr-e2e-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const { postgres, minio, temporal } = await servers();
  const primaryUrl = await makeDatabase(postgres.url, undo);
  const secrets: string[] = [];
  const keep = async (name: string, value: string): Promise<string> => {
    secrets.push(value);
    await writeFile(join(folder, name), value, { mode: 0o600 });
    return `file:./${name}`;
  };
  const codes = { starter: new Secret({ size: 20 }).base32, approver: new Secret({ size: 20 }).base32 };
  const envFile = join(folder, 'shop.env');
  await writeFile(envFile, `DATABASE_URL=${primaryUrl}\n`, { mode: 0o600 });
  const port = await serve(envFile, undo);
  const estate = {
    name: 'e2e',
    region: 'here',
    vault: {
      kind: 's3',
      bucket: minio.bucket,
      region: minio.region,
      endpoint: await endpointOf(minio.endpoint),
      accessKeyId: await keep('access-key', minio.accessKeyId),
      secretAccessKey: await keep('secret-key', minio.secretAccessKey),
      key: await keep('vault-key', randomBytes(32).toString('hex')),
    },
    people: {
      starter: { name: 'Starter', code: await keep('starter', codes.starter) },
      approver: { name: 'Approver', code: await keep('approver', codes.approver) },
    },
    services: { shop: { health: `http://127.0.0.1:${port}/health`, greens: 2, every: '200ms' } },
    targets: {
      'shop-db': {
        kind: 'postgres',
        objective: { rto: '10m', rpo: '10m' },
        primary: await keep('primary-url', primaryUrl),
        besideServer: await keep('server-url', postgres.beside ?? postgres.url),
        scratchServer: 'file:./server-url',
        switches: [{ kind: 'env-file', path: './shop.env', key: 'DATABASE_URL' }],
        services: ['shop'],
        ...more,
      },
      ...Object.fromEntries(
        await Promise.all(
          Object.entries(stores).map(async ([id, { kind, primary, server }]) => {
            const scratchServer = await keep(`${id}-server`, server);
            return [id, { kind, primary: await keep(`${id}-primary`, primary), scratchServer }];
          }),
        ),
      ),
    },
  };
  await writeFile(join(folder, 'estate.yaml'), stringify(estate));
  const connection = await Connection.connect({ address: temporal.address });
  undo.defer(() => connection.close());
  const world = await openWorld(await readEstate(join(folder, 'estate.yaml')));
  const env = {
    ...process.env,
    DR_ESTATE: join(folder, 'estate.yaml'),
    DR_PG_BIN: postgres.bin,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
  };
  const kept = undo.move();
  return {
    primaryUrl,
    client: new Client({ connection, namespace: temporal.namespace }),
    world,
    namespace: temporal.namespace,
    servedUrl: async () => parseEnv(await readFile(envFile, 'utf8')).DATABASE_URL ?? '',
    startWorker: () => startWorker(env, kept),
    codeOf: (person) => new TOTP({ secret: codes[person] }).generate(),
    secrets,
    undo: kept,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};

const startWorker = async (env: NodeJS.ProcessEnv, undo: AsyncDisposableStack): Promise<WorkerProcess> => {
  const child = spawn(process.execPath, ['--max-old-space-size=256', 'src/worker.ts'], { cwd: root, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  undo.defer(async () => void (await end('SIGKILL')));
  await until(
    'the worker is ready',
    () => {
      if (child.exitCode !== null) throw new Error(`the worker ended:\n${output}`);
      return output.includes('is ready');
    },
    40_000,
  );
  return {
    pid: child.pid ?? 0,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    output: () => output,
  };
};

/** The step of a plan that loads the data of its first target. */
export const dataStep = ({ plan }: Status): UnitsStep | undefined =>
  plan?.phases
    .flatMap((phase) => phase.steps)
    .find((step): step is UnitsStep => step.kind === 'units' && step.stage === 'data');

export interface Ended {
  run: string;
  result: RunResult;
  status: Status;
}

/** Nobody answers while the worker or Temporal is gone. */
const nullWhileAway = (error: unknown): null => {
  if (isDrError(error) && error.kind === 'unreachable') return null;
  throw error;
};

/** Walks a runbook to its end, approving what waits. A run that asks for help fails the test with what it asks. */
export const walk = async (
  { client, codeOf }: Scene,
  runbook: string,
  input: Partial<RunInput>,
  more: { run?: string; look?: (status: Status) => Promise<void>; withinMs?: number } = {},
): Promise<Ended> => {
  const { workflowId: run } = await startRun(client, runbook, input, more.run);
  let isApproved = false;
  const hasEnded = async (): Promise<boolean> => {
    await pause(150);
    const status = await readStatus(client, run).catch(nullWhileAway);
    if (status === null) return false;
    await more.look?.(status);
    if (status.state === 'asking') {
      throw new Error(`${runbook} asks: ${status.steps.map(({ id, failure = '' }) => `${id} ${failure}`).join('\n')}`);
    }
    if (status.state === 'approving' && !isApproved) {
      isApproved = true;
      await sendMessage(client, run, 'approve', { code: codeOf('approver') });
    }
    return status.state === 'ended';
  };
  await until(`${runbook} ends`, hasEnded, more.withinMs ?? 100_000);
  return { run, result: await readResult(client, run), status: await readStatus(client, run) };
};
