import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Secret, TOTP } from 'otpauth';
import { createActivities } from '../../activities/index.ts';
import type { World } from '../../activities/world.ts';
import { controlQueue, storesQueue } from '../../src/domain/desk.ts';
import { workflowBundle } from '../../src/temporal/bundle.ts';

export interface InProcessWorker {
  /** Ends it without grace, as a deployment in a hurry does. */
  stop(): Promise<void>;
}

let isQuiet = false;
/** The runtime of a process is installed once, and a replay may use it while workers come and go. */
const quieten = (): void => {
  if (isQuiet) return;
  isQuiet = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
};

/** The product's worker in this process, where memory stores live. */
export const startInProcessWorker = async (
  world: World,
  { address, namespace }: { address: string; namespace: string },
  { activities = createActivities(world), cachedRuns = 50 }: { activities?: object; cachedRuns?: number } = {},
): Promise<InProcessWorker> => {
  quieten();
  const connection = await NativeConnection.connect({ address });
  const common = {
    connection,
    namespace,
    shutdownGraceTime: 0,
    maxHeartbeatThrottleInterval: '2s',
    stickyQueueScheduleToStartTimeout: '2s',
    activities,
    maxCachedWorkflows: cachedRuns,
  } as const;
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: controlQueue, workflowBundle: await workflowBundle() }),
    Worker.create({ ...common, taskQueue: storesQueue(world.estate.region) }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    stop: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await connection.close();
    },
  };
};

/** What an authenticator shows now, and after `turns` more half minutes. */
export const codeFor = (secret: string, turns = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + turns * 30_000 });
