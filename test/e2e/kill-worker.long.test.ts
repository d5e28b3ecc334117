// Rows W2 of docs/coverage.md.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Status } from '../../src/domain/run.ts';
import { type CountingProxy, openCountingProxy } from './counting-proxy.ts';
import { inMilvus, inMongodb, inPostgres, inRedis, type KilledStore } from './killed-stores.ts';
import { dataStep, openScene, type Scene, type WorkerProcess, walk } from './scene.ts';

/** A worker may have so many in hand: in a set of few units they are more than 15 % of it. */
const unitsInHand = 4;

describe.each([
  ['PostgreSQL', null],
  ['MongoDB', inMongodb],
  ['Redis, one database', inRedis],
  ['Milvus', inMilvus],
] as const)('a restore of %s whose worker is killed while another lives', (_name, start) => {
  let scene: Scene;
  let proxy: CountingProxy;
  let workers: WorkerProcess[];
  let store: KilledStore;
  let original: unknown;
  /** What a clean run has to move at the least, and in how many units. */
  let clean: { bytes: number; units: number };

  beforeAll(async () => {
    const other = start === null ? null : await start();
    const endpointOf = async (endpoint: string) => {
      proxy = await openCountingProxy(endpoint);
      return proxy.endpoint;
    };
    scene = await openScene({ endpointOf, stores: other === null ? {} : { [other.target]: other } });
    store = other ?? (await inPostgres(scene));
    workers = await Promise.all([scene.startWorker(), scene.startWorker()]);
    original = await store.contentOf(store.primary);
    const targets = [store.target];
    expect((await walk(scene, 'backupEstate', { mode: 'live', targets })).result.outcome).toBe('succeeded');
    const { vault, kinds } = scene.world;
    const [set] = await vault.sets(store.target);
    const work = { signal: new AbortController().signal, parallel: 1 };
    const meta = await (await vault.open(store.target, set!.manifest.set, work)).meta();
    clean = { bytes: set!.storedBytes, units: [...kinds[store.kind]!.units(meta, 'data')].length };
  }, 300_000);

  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
    await proxy?.[Symbol.asyncDispose]();
    await store?.stop();
  });

  const unitsOf = (run: string) => scene.client.workflow.getHandle(`${run}/units/data`);

  /** Kills a worker that has batches in hand. */
  const killOne = async (run: string): Promise<void> => {
    const { raw } = await unitsOf(run).describe();
    const holds = ({ pid }: WorkerProcess): number =>
      (raw.pendingActivities ?? []).filter((one) => one.lastWorkerIdentity?.endsWith(`-${pid}`)).length;
    const [victim] = workers.filter((worker) => holds(worker) > 0).sort((a, b) => holds(a) - holds(b));
    workers = workers.filter((worker) => worker !== victim);
    await victim?.kill();
  };

  /** When a batch was first begun again that the server had given up for dead. */
  const resumedAt = async (run: string): Promise<number> => {
    const { events } = await unitsOf(run).fetchHistory();
    const again = (events ?? []).filter((event) => (event.activityTaskStartedEventAttributes?.attempt ?? 0) > 1);
    const times = again.map(({ eventTime }) => Number(eventTime?.seconds) * 1000 + Number(eventTime?.nanos) / 1e6);
    return Math.min(...times);
  };

  test.each([0.5, 0.9])(
    'at %f of the data is equal, moves little twice, and goes on within 15 s',
    { timeout: 240_000 },
    async (killAt) => {
      const { target, kind } = store;
      const run = `drill/${kind}-killed-at-${killAt}`;
      const before = proxy.bytes();
      let killedAt = Number.NaN;
      proxy.holdAt(before + clean.bytes * killAt, () => {
        killedAt = Date.now();
        return killOne(run);
      });
      let content: unknown = null;
      const look = async (status: Status): Promise<void> => {
        const step = dataStep(status);
        if (step === undefined || status.steps.find(({ id }) => id === 'finish')?.state !== 'done') return;
        content ??= await store.contentOf(await scene.world.providers.database.url(step.site.place)).catch(() => null);
      };
      const more = { run, look, withinMs: 200_000 };
      const { result, status } = await walk(scene, 'runDrill', { target, mode: 'drill' }, more);
      const moved = (proxy.bytes() - before) / clean.bytes;
      const resumedMs = (await resumedAt(run)) - killedAt;
      console.log(
        `${kind}, ${clean.units} units, killed at ${killAt}: ${moved.toFixed(3)} x the bytes, resumed after ${Math.round(resumedMs)} ms`,
      );
      workers.push(await scene.startWorker());

      expect(result.outcome).toBe('succeeded');
      expect(content).toEqual(original);
      const { applied = 0, skipped = 0 } = status.steps.find(({ id }) => id === 'data')?.fact ?? {};
      expect(applied + skipped).toBe(clean.units);
      if (clean.units > 5 * unitsInHand) expect(skipped).toBeGreaterThan(0);
      expect(moved).toBeLessThanOrEqual(Math.max(1.15, 1 + unitsInHand / clean.units));
      expect(resumedMs).toBeGreaterThan(0);
      expect(resumedMs).toBeLessThanOrEqual(15_000);
    },
  );
});
