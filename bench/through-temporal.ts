import { Client, Connection } from '@temporalio/client';
import { sayOnStderr } from '../src/local/components/say.ts';
import { startTemporal } from '../src/local/components/temporal.ts';
import { startNode } from '../src/local/drill/node-process.ts';
import { readResult, startRun } from '../src/temporal/runs.ts';
import type { Workspace } from './workspace.ts';

/** A Temporal server, and a worker that is started for each run: the vault is another one each time. */
export interface Runs extends AsyncDisposable {
  /** Seconds from the start of a drill of the newest set to its result: restored, proven and discarded. */
  drill(target: string): Promise<number>;
}

const startWorker = async (env: NodeJS.ProcessEnv, address: string): Promise<AsyncDisposable> => {
  const known = Object.entries(env).filter((one): one is [string, string] => one[1] !== undefined);
  const options = {
    env: { ...Object.fromEntries(known), TEMPORAL_ADDRESS: address },
    ready: 'ready',
    say: sayOnStderr,
  };
  const worker = await startNode('worker', 'src/worker.ts', options);
  return { [Symbol.asyncDispose]: () => worker.stop() };
};

export const openRuns = async ({ env }: Workspace): Promise<Runs> => {
  await using undo = new AsyncDisposableStack();
  const temporal = undo.use(await startTemporal({ say: sayOnStderr }));
  const connection = undo.adopt(await Connection.connect({ address: temporal.address }), (it) => it.close());
  const client = new Client({ connection });
  const kept = undo.move();
  let drills = 0;
  return {
    async drill(target) {
      drills += 1;
      await using _worker = await startWorker(env, temporal.address);
      const began = performance.now();
      const { workflowId } = await startRun(client, 'restoreStore', { target, mode: 'drill' }, `bench/${drills}`);
      const { outcome } = await readResult(client, workflowId);
      const seconds = (performance.now() - began) / 1000;
      if (outcome !== 'succeeded') throw new Error(`the drill of ${target} ended ${outcome}`);
      return seconds;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};
