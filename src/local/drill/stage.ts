import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { type RunningMinio, startMinio } from '../components/minio.ts';
import { reservePort } from '../components/ports.ts';
import { type RunningPostgres, startPostgres } from '../components/postgres.ts';
import { makeRunDir, removeRunDir } from '../components/run-dir.ts';
import { type RunningTemporal, startTemporal } from '../components/temporal.ts';
import { type DemoEstate, writeDemoEstate } from '../demo/demo-estate.ts';
import { loadSampleData, sampleSource } from '../demo/sample-data.ts';
import type { Narrator } from './narrator.ts';
import { type NodeProcess, startNode } from './node-process.ts';

/** Everything a drill plays on: real servers, the estate that describes them, a service, two workers. */
export interface Stage extends AsyncDisposable {
  postgres: RunningPostgres;
  minio: RunningMinio;
  temporal: RunningTemporal;
  estate: DemoEstate;
  health: string;
  primaryUrl: string;
  workers: readonly NodeProcess[];
  service: NodeProcess;
}

export interface StageOptions {
  /** File of the worker to run, from the root of the checkout. */
  worker: string;
  /** Beside what a worker needs. */
  workerEnv: Readonly<Record<string, string>>;
}

const bucket = 'vault';

const makeBucket = async ({ endpoint, region, accessKeyId, secretAccessKey }: RunningMinio): Promise<void> => {
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
};

const makeDatabase = async (server: string, name: string): Promise<string> => {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
};

/** Builds the stage from nothing. What it started before it failed is stopped again. */
export const buildStage = async (tell: Narrator, options: StageOptions): Promise<Stage> => {
  await using undo = new AsyncDisposableStack();
  const say = tell.line;
  const started = <T extends { stop(): Promise<void> }>(one: T): T => undo.adopt(one, (it) => it.stop());
  const [postgres, minio, temporal] = await Promise.all([
    startPostgres({ say }).then(started),
    startMinio({ say }).then(started),
    startTemporal({ durable: true, say }).then(started),
  ]);
  say(`PostgreSQL on port ${postgres.port}, MinIO at ${minio.endpoint}, Temporal at ${temporal.address}`);

  tell.chapter('Loading real data');
  const primaryUrl = await makeDatabase(postgres.url, 'shop');
  const rows = await loadSampleData(primaryUrl);
  say(`${rows.toLocaleString('en')} rows: regions, districts and cities of the world. Source: ${sampleSource}`);

  tell.chapter('Starting the demo service and two workers');
  const folder = undo.adopt(await makeRunDir('estate', null), removeRunDir);
  await makeBucket(minio);
  const servicePort = await reservePort();
  const estate = await writeDemoEstate(folder, { primaryUrl, serverUrl: postgres.url, minio, bucket, servicePort });
  const common = {
    DR_ESTATE: estate.file,
    DR_PG_BIN: postgres.bin,
    TEMPORAL_ADDRESS: temporal.address,
    DR_TEMPORAL_UI: temporal.uiUrl,
  };
  const demo = { DEMO_TARGET: estate.target, DEMO_ENV_FILE: estate.envFile, DEMO_ENV_KEY: 'DATABASE_URL' };
  const [service, ...workers] = await Promise.all([
    startNode('demo service', 'src/local/demo/service.ts', {
      env: { ...common, ...demo, DEMO_PORT: String(servicePort) },
      ready: 'listens',
      say,
    }).then(started),
    ...['first', 'second'].map((which) =>
      startNode(`${which} worker`, options.worker, {
        env: { ...common, ...options.workerEnv },
        ready: 'ready',
        say,
      }).then(started),
    ),
  ]);
  const health = `http://127.0.0.1:${servicePort}/health`;
  say(`service at http://127.0.0.1:${servicePort} (GET /health, GET /near?latitude=…&longitude=…, POST /visit?city=…)`);
  const kept = undo.move();
  return {
    ...{ postgres, minio, temporal, estate, health, primaryUrl, workers, service },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};
