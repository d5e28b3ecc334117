import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { isDrError } from '../../src/domain/errors.ts';
import type { Status } from '../../src/domain/run.ts';
import { workflowBundle } from '../../src/temporal/bundle.ts';
import { readResult, readStatus, sendMessage, startRun } from '../../src/temporal/runs.ts';
import { type InProcessWorker, startInProcessWorker } from '../support/in-process-worker.ts';
import { brokenPromises, type EndedRun } from './chaos-invariants.ts';
import { anyScenario, type Deed, type Fault, type Scenario, withFaults } from './chaos-scenario.ts';
import { type ChaosScene, openChaosScene } from './chaos-scene.ts';

/** Lanes run side by side, each on a target of its own. */
const lanes = 6;
const runsOfLane = 7;
const mostMs = 150_000;

const seed = Number(process.env.DR_CHAOS_SEED ?? randomInt(2 ** 31));
const again = `DR_CHAOS_SEED=${seed} npm run test:long -- test/e2e/chaos.long.test.ts`;

let scene: ChaosScene;
let worker: InProcessWorker;
const faults = new Map<string, Fault[]>();
const startWorker = () =>
  startInProcessWorker(scene.world, scene.server, {
    activities: withFaults(createActivities(scene.world), faults),
  });

beforeAll(async () => {
  scene = await openChaosScene(lanes, 400);
  worker = await startWorker();
  for (const target of scene.targets) {
    await startRun(scene.client, 'backupEstate', { target, mode: 'live' }, `first/${target}`);
  }
  for (const target of scene.targets) await readResult(scene.client, `first/${target}`);
});
afterAll(async () => {
  await worker?.stop();
  await scene?.[Symbol.asyncDispose]();
});

/** What people get for an answer when a message does not fit: a sentence, never a defect. */
const bearRefusal = (error: unknown): void => {
  const isExpected = isDrError(error) && ['refused', 'missing', 'unreachable'].includes(error.kind);
  if (!isExpected) throw error;
};

const send = (run: string, name: Parameters<typeof sendMessage>[2], message: unknown): Promise<void> =>
  sendMessage(scene.client, run, name, message as object).then(() => {}, bearRefusal);

const perform = async (run: string, { name, message, isDoubled }: Deed): Promise<void> => {
  const handle = scene.client.workflow.getHandle(run);
  const act = async (): Promise<void> => {
    if (name === 'cancel') return void (await handle.cancel().catch(() => {}));
    if (name === 'stray-signal') return handle.signal('unitsProgress', message).catch(() => {});
    return send(run, name, message);
  };
  await Promise.all(isDoubled ? [act(), act()] : [act()]);
};

/** Brings a run to its end, as somebody does who wants to go to bed. */
const shepherd = async (run: string, { retries }: Scenario): Promise<Status> => {
  const deadline = Date.now() + mostMs;
  const tried = new Map<string, number>();
  for (;;) {
    const status = await readStatus(scene.client, run).catch((error: unknown) => {
      bearRefusal(error);
      return null;
    });
    if (status?.state === 'ended') return status;
    if (Date.now() > deadline)
      throw new Error(`not at its end after ${mostMs} ms: ${JSON.stringify({ ...status, plan: null })}`);
    if (status?.state === 'held') await send(run, 'resume', {});
    if (status?.state === 'approving') await send(run, 'approve', { code: scene.nextPerson().code });
    const asking = status?.waits.filter((wait) => wait.kind === 'question' && wait.to === null) ?? [];
    for (const { step } of asking) {
      const soFar = tried.get(step ?? '') ?? 0;
      tried.set(step ?? '', soFar + 1);
      if (soFar < retries) await send(run, 'retryStep', { step });
      else if (soFar < retries + 2)
        await send(run, 'skipStep', { step, why: 'by chance', code: scene.nextPerson().code });
      else await send(run, 'abort', { why: `step ${step} does not work` });
    }
    await pause(200);
  }
};

/** A history that another worker could not take over. DR_CHAOS_KEEP names a folder that keeps it. */
const unreplayable = async (run: string): Promise<string[]> => {
  const history = await scene.client.workflow.getHandle(run).fetchHistory();
  try {
    await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, run);
    return [];
  } catch (error) {
    const folder = process.env.DR_CHAOS_KEEP;
    if (folder !== undefined)
      await writeFile(join(folder, `${run.replaceAll('/', '-')}.json`), JSON.stringify(historyToJSON(history)));
    return [`${run}: its history does not replay: ${String(error)}`];
  }
};

const end = async (run: string, target: string, scenario: Scenario): Promise<EndedRun> => {
  const { runbook, mode, isStarterProven } = scenario;
  const starter = isStarterProven ? scene.nextPerson() : null;
  const input = {
    target,
    mode: runbook === 'runDrill' ? ('drill' as const) : mode,
    ...(starter === null ? {} : { by: starter.person, code: starter.code }),
  };
  await startRun(scene.client, runbook, input, run);
  begun.push(run);
  const deeds = scenario.deeds.map(async (deed) => {
    await pause(deed.atMs);
    await perform(run, deed);
  });
  const [status] = await Promise.all([shepherd(run, scenario), ...deeds]);
  const result = await readResult(scene.client, run).catch((error: unknown) => {
    if (!isDrError(error) || error.kind === 'unexpected') throw error;
    return null;
  });
  // Too late for everything.
  await Promise.all(scenario.deeds.slice(0, 2).map((deed) => perform(run, deed)));
  counts.set(status.outcome ?? '', (counts.get(status.outcome ?? '') ?? 0) + 1);
  return { run, target, status, result };
};

const begun: string[] = [];
const counts = new Map<string, number>();

const live = async (run: string, target: string, scenario: Scenario): Promise<void> => {
  faults.set(
    run,
    scenario.faults.map((one) => ({ ...one })),
  );
  const calm: Scenario = { ...scenario, faults: [], deeds: [], isStarterProven: false, hasRival: false };
  const runs = [{ run, scenario }, ...(scenario.hasRival ? [{ run: `${run}-rival`, scenario: calm }] : [])];
  const settled = await Promise.allSettled(runs.map((one) => end(one.run, target, one.scenario)));
  // Only now: a place may rightly be fenced while the rival is about to switch away from it.
  const broken: string[] = [];
  for (const [at, one] of settled.entries()) {
    const found =
      one.status === 'fulfilled' ? await brokenPromises(scene, one.value) : [String((one.reason as Error).stack)];
    broken.push(...found.map((problem) => `${runs[at]!.run}: ${problem}`));
  }
  if (broken.length > 0) problems.push(...broken, `  befell it: ${JSON.stringify(scenario)}`);
};

const problems: string[] = [];

/** Workers come and go: each time every run in their memory is replayed elsewhere. */
const replaceWorkers = async (isOver: () => boolean): Promise<void> => {
  while (!isOver()) {
    for (let waited = 0; waited < 9_000 && !isOver(); waited += 300) await pause(300);
    await worker.stop();
    worker = await startWorker();
  }
};

test(`whatever befalls runs, promises hold (${again})`, async () => {
  console.log(`chaos seed ${seed}; again: ${again}`);
  const scenarios = fc.sample(anyScenario, { seed, numRuns: lanes * runsOfLane });
  let isOver = false;
  const replacing = replaceWorkers(() => isOver);
  await Promise.all(
    scene.targets.map(async (target, lane) => {
      for (const [at, scenario] of scenarios.slice(lane * runsOfLane, (lane + 1) * runsOfLane).entries()) {
        await live(`chaos/${target}/${at}`, target, scenario);
      }
    }),
  );
  isOver = true;
  await replacing;
  for (const run of begun) problems.push(...(await unreplayable(run)));
  console.log(`chaos ended: ${JSON.stringify(Object.fromEntries(counts))}`);
  expect(problems, `again: ${again}`).toEqual([]);
}, 600_000);
