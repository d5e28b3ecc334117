import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { type RunningMinio, startMinio } from '../components/minio.ts';
import { reservePort } from '../components/ports.ts';
import { makeRunDir, removeRunDir } from '../components/run-dir.ts';
import { type RunningTemporal, startTemporal } from '../components/temporal.ts';
import { sampleSource } from '../demo/cities.ts';
import { type DemoEstate, writeDemoEstate } from '../demo/demo-estate.ts';
import { type DemoStore, type LeftOut, postgresStore, startOthers } from '../demo/demo-stores.ts';
import type { Narrator } from './narrator.ts';
import { type NodeProcess, startNode } from './node-process.ts';

/** Everything a drill plays on: real servers, the estate that describes them, a service, two workers. */
export interface Stage extends AsyncDisposable {
  stores: readonly DemoStore[];
  minio: RunningMinio;
  temporal: RunningTemporal;
  estate: DemoEstate;
  health: string;
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

/** What this machine cannot run is said, with the way to change that: the drill goes on with the others. */
const sayLeftOut = (tell: Narrator, leftOut: readonly LeftOut[]): void => {
  for (const { name, why, hint } of leftOut) {
    const [said = '', ...tried] = why.split('\n');
    tell.line(`LEFT OUT: ${name}. ${[said, ...tried.map((one) => one.trim())].join('; ')}`);
    tell.line(`  to have it in the drill: ${hint}`);
  }
};

/** Builds the stage from nothing. What it started before it failed is stopped again. */
export const buildStage = async (tell: Narrator, options: StageOptions): Promise<Stage> => {
  await using undo = new AsyncDisposableStack();
  const say = tell.line;
  const started = <T extends { stop(): Promise<void> }>(one: T): T => undo.adopt(one, (it) => it.stop());
  const [postgres, minio, temporal, { stores: others, leftOut }] = await Promise.all([
    postgresStore(say).then(started),
    startMinio({ say }).then(started),
    startTemporal({ durable: true, say }).then(started),
    startOthers(say).then((all) => {
      all.stores.forEach(started);
      return all;
    }),
  ]);
  const stores = [postgres, ...others];
  say(`${stores.map(({ name }) => name).join(', ')}; MinIO at ${minio.endpoint}, Temporal at ${temporal.address}`);
  sayLeftOut(tell, leftOut);

  const folder = undo.adopt(await makeRunDir('estate', null), removeRunDir);
  await makeBucket(minio);
  const servicePort = await reservePort();
  const estate = await writeDemoEstate(folder, { stores, minio, bucket, servicePort });
  const common = {
    DR_ESTATE: estate.file,
    DR_PG_BIN: postgres.server.bin,
    TEMPORAL_ADDRESS: temporal.address,
    DR_TEMPORAL_UI: temporal.uiUrl,
  };

  tell.chapter('Loading real data, and starting two workers');
  const [loaded, ...workers] = await Promise.all([
    Promise.all(stores.map((store) => store.load())),
    ...['first', 'second'].map((which) =>
      startNode(`${which} worker`, options.worker, {
        env: { ...common, ...options.workerEnv },
        ready: 'ready',
        say,
      }).then(started),
    ),
  ]);
  for (const says of loaded) say(says);
  say(`Source: ${sampleSource}`);

  tell.chapter('Starting the demo service');
  const service = started(
    await startNode('demo service', 'src/local/demo/service.ts', {
      env: { ...common, DEMO_PORT: String(servicePort) },
      ready: 'listens',
      say,
    }),
  );
  const health = `http://127.0.0.1:${servicePort}/health`;
  say(
    `service at http://127.0.0.1:${servicePort} (GET /health, GET /near?latitude=…&longitude=…, GET /like?name=…, POST /visit?city=…)`,
  );
  const kept = undo.move();
  return {
    ...{ stores, minio, temporal, estate, health, workers, service },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};
