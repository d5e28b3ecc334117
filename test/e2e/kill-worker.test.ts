import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UnitsStep } from '../../src/domain/plan.ts';
import type { Status } from '../../src/domain/run.ts';
import { type CountingProxy, openCountingProxy } from './counting-proxy.ts';
import { openScene, query, type Scene, type WorkerProcess, walk } from './scene.ts';

const target = 'shop-db';

/** About 60 MB that no compression makes small: 64 parts, so that the few in flight are a small share. */
const schema = `
  CREATE TABLE orders (id int PRIMARY KEY, payload text NOT NULL);
  INSERT INTO orders SELECT n, (SELECT string_agg(md5(random()::text || n || k), '') FROM generate_series(1, 60) k)
    FROM generate_series(1, 30000) n;`;

const contentOf = (url: string) =>
  query(url, 'SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids, sum(hashtext(payload)) AS sum FROM orders');

const unitsOf = ({ plan }: Status): UnitsStep | undefined =>
  plan?.phases.flatMap((phase) => phase.steps).find((step) => step.kind === 'units' && step.stage === 'data') as
    | UnitsStep
    | undefined;

interface Outcome {
  /** Bytes that came from the vault. */
  bytes: number;
  /** Units by attempts that lived, and units they found applied by one that did not. */
  applied: number;
  skipped: number;
  /** From the kill until another worker began what the dead one had in hand. */
  resumedMs: number | null;
  content: unknown;
}

describe('a restore whose worker is killed while another lives', () => {
  let scene: Scene;
  let proxy: CountingProxy;
  let original: unknown;
  let clean: Outcome;

  /** How many batches each worker has in hand, by the end of its identity. */
  const inHand = async (run: string, worker: WorkerProcess): Promise<number> => {
    const { raw } = await scene.client.workflow.getHandle(`${run}/units/data`).describe();
    return (raw.pendingActivities ?? []).filter((one) => one.lastWorkerIdentity?.endsWith(`-${worker.pid}`)).length;
  };

  /** The first batch that was begun again after the server gave one up for dead. */
  const resumedAt = async (run: string): Promise<number | null> => {
    const { events } = await scene.client.workflow.getHandle(`${run}/units/data`).fetchHistory();
    const givenUp = events?.find((event) => event.activityTaskTimedOutEventAttributes)?.eventId;
    const again = events?.find(
      ({ activityTaskStartedEventAttributes: started }) =>
        started && givenUp && Number(started.scheduledEventId) > Number(givenUp),
    );
    const { seconds, nanos } = again?.eventTime ?? {};
    return again ? Number(seconds) * 1000 + Number(nanos) / 1e6 : null;
  };

  /** A drill leaves nothing behind: the same set can be restored again and again. */
  const restore = async (incident: string, killAt: number | null): Promise<Outcome> => {
    const workers = await Promise.all([scene.startWorker(), scene.startWorker()]);
    const before = proxy.bytes();
    const run = `drill/${incident}`;
    let killedAt: number | null = null;
    let content: unknown = null;
    if (killAt !== null) {
      proxy.holdAt(before + clean.bytes * killAt, async () => {
        const hands = await Promise.all(workers.map(async (worker) => ({ worker, holds: await inHand(run, worker) })));
        const [victim] = hands.filter(({ holds }) => holds > 0).sort((a, b) => a.holds - b.holds);
        killedAt = Date.now();
        await victim?.worker.kill();
      });
    }
    const { result, status } = await walk(
      scene,
      'runDrill',
      { target, mode: 'drill' },
      {
        run,
        look: async (seen) => {
          const units = unitsOf(seen);
          if (units === undefined || seen.steps.find(({ id }) => id === 'finish')?.state !== 'done') return;
          content ??= await contentOf(await scene.world.providers.database.url(units.site.place)).catch(() => null);
        },
      },
    );
    expect(result.outcome).toBe('succeeded');
    const bytes = proxy.bytes() - before;
    await Promise.all(workers.map((worker) => worker.kill()));
    const { applied = 0, skipped = 0 } = status.steps.find(({ id }) => id === 'data')?.fact ?? {};
    const again = await resumedAt(run);
    return { bytes, applied, skipped, content, resumedMs: again && killedAt && again - killedAt };
  };

  beforeAll(async () => {
    scene = await openScene(async (endpoint) => {
      proxy = await openCountingProxy(endpoint);
      return proxy.endpoint;
    });
    await query(scene.primaryUrl, schema);
    original = await contentOf(scene.primaryUrl);
    const worker = await scene.startWorker();
    expect((await walk(scene, 'backupEstate', { mode: 'live' })).result.outcome).toBe('succeeded');
    await worker.kill();
    clean = await restore('clean', null);
    expect(clean).toMatchObject({ skipped: 0, content: original, resumedMs: null });
  }, 120_000);

  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
    await proxy?.[Symbol.asyncDispose]();
  });

  test.each([0.5, 0.9])('at %f of the data is equal, moves little twice, and goes on within 15 s', async (killAt) => {
    const killed = await restore(`killed-at-${killAt}`, killAt);
    console.log(
      `killed at ${killAt}: ${(killed.bytes / clean.bytes).toFixed(3)} x the bytes, resumed after ${killed.resumedMs} ms`,
    );
    expect(killed.content).toEqual(original);
    expect(killed.applied + killed.skipped).toBe(clean.applied);
    expect(killed.skipped).toBeGreaterThan(0);
    expect(killed.bytes).toBeLessThanOrEqual(clean.bytes * 1.15);
    expect(killed.resumedMs).toBeGreaterThan(0);
    expect(killed.resumedMs).toBeLessThanOrEqual(15_000);
  });
});
