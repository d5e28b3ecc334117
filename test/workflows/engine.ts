import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { controlQueue, storesQueue } from '../../src/domain/desk.ts';
import type { MessageName } from '../../src/domain/message.ts';
import type { RunResult, Status } from '../../src/domain/run.ts';
import { workflowBundle } from '../../src/temporal/bundle.ts';
import { sendMessage } from '../../src/temporal/runs.ts';
import { addSearchAttributes, registerSearchAttributes } from '../../src/temporal/search-attributes.ts';
import type { World } from './fakes.ts';
import { fakeActivities, register } from './fakes.ts';
import { region } from './plans.ts';

type Run = (input?: unknown) => Promise<RunResult>;

/** One run of a test, and what a person would do with it. */
export interface Driver {
  id: string;
  handle: WorkflowHandle<Run>;
  status(): Promise<Status>;
  /** Polls until the status is as wished; time does not skip meanwhile. */
  until(isSo: (status: Status) => boolean): Promise<Status>;
  send(name: MessageName, message?: unknown): Promise<string>;
  details(): Promise<string>;
  /** Lets time skip until the run has ended. */
  result(): Promise<RunResult>;
}

export interface Engine extends AsyncDisposable {
  env: TestWorkflowEnvironment;
  run(world: World, options?: { runbook?: string; id?: string; input?: unknown[] }): Promise<Driver>;
  drive(id: string): Driver;
}

export const waitFor = async (isSo: () => Promise<boolean> | boolean, what: () => string): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`${what()} did not happen within 20 s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

export interface EngineOptions {
  /** On the time-skipping server, or in a namespace of its own on the dev server. */
  isSkipping?: boolean;
  /** A dev server that runs already. */
  address?: string;
}

const connect = async ({ isSkipping = true, address }: EngineOptions): Promise<TestWorkflowEnvironment> => {
  if (address !== undefined) return TestWorkflowEnvironment.createFromExistingServer({ address });
  // Known to tests only: scripts bring their own server.
  const { freshNamespace, timeSkippingExecutable } = await import('../support/servers.ts');
  if (!isSkipping) return TestWorkflowEnvironment.createFromExistingServer(await freshNamespace('engine'));
  const path = await timeSkippingExecutable();
  return TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
};

let runs = 0;

/** The engine with fake activities. On the time-skipping server time skips for every run at once. */
export const startEngine = async (options: EngineOptions = {}): Promise<Engine> => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
  const env = await connect(options);
  const namespace = env.namespace ?? 'default';
  const add = env.supportsTimeSkipping ? addSearchAttributes : registerSearchAttributes;
  await add(env.connection, namespace);
  const common = {
    connection: env.nativeConnection,
    namespace,
    activities: fakeActivities,
    maxHeartbeatThrottleInterval: 100,
    shutdownGraceTime: 0,
  };
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: controlQueue, workflowBundle: await workflowBundle() }),
    Worker.create({ ...common, taskQueue: storesQueue(region) }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));

  const drive = (id: string): Driver => {
    const handle = env.client.workflow.getHandle<Run>(id);
    const status = () => handle.query<Status, []>('status');
    return {
      id,
      handle,
      status,
      until: async (isSo) => {
        let latest = await status();
        await waitFor(
          async () => {
            latest = await status();
            return isSo(latest);
          },
          () => `what was wished for (${JSON.stringify({ ...latest, plan: null })})`,
        );
        return latest;
      },
      send: (name, message) => sendMessage(env.client, id, name, message as object),
      details: async () => {
        const metadata = await handle.query<{ currentDetails: string }, []>('__temporal_workflow_metadata');
        return metadata.currentDetails;
      },
      result: () => handle.result(),
    };
  };
  return {
    env,
    drive,
    run: async (world, { runbook = 'restoreStore', id, input = [{ target: 'db', mode: 'live' }] } = {}) => {
      runs += 1;
      const workflowId = id ?? `run-${process.pid}-${runs}`;
      register(workflowId, world);
      await env.client.workflow.start(runbook, { workflowId, taskQueue: controlQueue, args: input });
      return drive(workflowId);
    },
    [Symbol.asyncDispose]: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await env.teardown();
    },
  };
};
