/**
 * The worker: walks runs and does their steps. Start as many as you like, on as many machines as reach the stores.
 *
 * Environment: DR_ESTATE, the path of the estate file; every `env:NAME` that the file refers to; TEMPORAL_ADDRESS,
 * TEMPORAL_NAMESPACE and the other variables of the Temporal CLI, or its profiles; DR_TEMPORAL_UI, the address of the
 * Temporal UI, for links in reports.
 *
 * SIGTERM and SIGINT: no new work; units in flight have 20 s to commit, then they are cancelled and go on elsewhere.
 *
 * Memory: start Node with `--max-old-space-size=256`. Streams are bounded; the rest is the cache of runs.
 */
import { hostname } from 'node:os';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { createDesk, createVerbs } from '../activities/index.ts';
import { checkSecrets, openWorld, secretsOf } from '../activities/open-world.ts';
import type { World } from '../activities/world.ts';
import { controlQueue, storesQueue } from './domain/desk.ts';
import { DrError, describeError, exitCodeOf } from './domain/errors.ts';
import type { Verbs } from './domain/verbs.ts';
import { readEstate } from './estate/read-estate.ts';
import { workflowBundle } from './temporal/bundle.ts';
import { connectClient, connectWorker } from './temporal/connect.ts';
import { checkSearchAttributes } from './temporal/search-attributes.ts';

/** Three keep two cores busy; the fourth takes over from a worker that died. */
const storeActivities = 4;
/** Runs that only wait are dropped from memory and replayed when something happens. */
const cachedRuns = 50;

const identity = `${hostname()}-${process.pid}`;
/** A heartbeat leaves as it beats: throttled to 80 % of its time-out, a healthy activity would look dead under load. */
const maxHeartbeatThrottleInterval = '2s';
/** A run that a killed worker had in memory is given to another after this long. */
const stickyQueueScheduleToStartTimeout = '2s';
const shared = { identity, shutdownGraceTime: '20s', shutdownForceTime: '30s', maxHeartbeatThrottleInterval } as const;

const estatePath = (): string => {
  const path = process.env.DR_ESTATE;
  if (path) return path;
  throw new DrError('missing', 'DR_ESTATE is not set', 'set it to the path of the estate file');
};

const asText = (_: string, value: unknown): unknown => (value instanceof Error ? value.message : value);

/** What somebody has to look at, as JSON lines on standard error. Failures of activities come scrubbed. */
const logger = new DefaultLogger('WARN', ({ level, message, meta }) => {
  // The worker of the stores has none, and should have none.
  if (message.startsWith('No workflows registered')) return;
  console.error(JSON.stringify({ at: new Date(), level, message, ...meta }, asText));
});

const checkTemporal = async (): Promise<void> => {
  await using client = await connectClient();
  await checkSearchAttributes(client.connection, client.namespace);
};

const work = async (verbsOf: (world: World) => Verbs): Promise<void> => {
  const estate = await readEstate(estatePath());
  const secrets = secretsOf(estate);
  await checkSecrets(estate, secrets);
  await checkTemporal();
  const world = await openWorld(estate, secrets);

  Runtime.install({ logger });
  await using native = await connectWorker();
  const { connection, namespace } = native;
  const control = await Worker.create({
    ...shared,
    connection,
    namespace,
    taskQueue: controlQueue,
    workflowBundle: await workflowBundle(),
    maxCachedWorkflows: cachedRuns,
    stickyQueueScheduleToStartTimeout,
    activities: { ...createDesk(world) },
  });
  const stores = await Worker.create({
    ...shared,
    connection,
    namespace,
    taskQueue: storesQueue(estate.region),
    maxConcurrentActivityTaskExecutions: storeActivities,
    activities: { ...verbsOf(world) },
  });
  const queues = `${controlQueue} and ${storesQueue(estate.region)}`;
  console.log(`worker ${identity} is ready: estate ${estate.name} ${estate.digest.slice(0, 12)}, queues ${queues}`);
  await Promise.all([control.run(), stores.run()]);
};

/** Works until it is told to stop. What keeps it from starting is printed, and becomes the exit code. */
export const runWorker = async (verbsOf: (world: World) => Verbs = createVerbs): Promise<void> => {
  try {
    await work(verbsOf);
  } catch (error) {
    console.error(describeError(error));
    process.exitCode = exitCodeOf(error);
  }
};

if (import.meta.main) await runWorker();
