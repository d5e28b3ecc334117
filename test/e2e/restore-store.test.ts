// Rows B3 C1 C2 W1 W3 Y1 of docs/coverage.md.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareFingerprints } from '../../src/domain/fingerprint.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { type Ended, openScene, query, type Scene, walk } from './scene.ts';

const work = { signal: new AbortController().signal, beat: () => {}, parallel: 2 };
const target = 'shop-db';

const schema = `
  CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE orders (
    id bigserial PRIMARY KEY, customer int NOT NULL REFERENCES customers, amount numeric(12, 2), at timestamptz, note text);
  CREATE INDEX orders_at ON orders (at);
  INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 500) n;
  INSERT INTO orders (customer, amount, at, note)
    SELECT 1 + n % 500, n / 7.0, '2026-01-01'::timestamptz + n * interval '1 second', CASE WHEN n % 3 = 0 THEN NULL ELSE md5(n::text) END
    FROM generate_series(1, 20000) n;`;

/** What the tables say, by a way that shares nothing with the product's own fingerprints. */
const contentOf = (url: string) =>
  query(
    url,
    `SELECT (SELECT md5(string_agg(o::text, '|' ORDER BY id)) FROM orders o) AS orders,
            (SELECT md5(string_agg(c::text, '|' ORDER BY id)) FROM customers c) AS customers,
            (SELECT count(*)::int FROM pg_constraint WHERE connamespace = 'public'::regnamespace) AS keys`,
  );

const writeCanaries = async (scene: Scene, url: string, from: number, to: number): Promise<void> => {
  await using place = await postgres.open(url, work);
  for (let seq = from; seq <= to; seq += 1) {
    await scene.world.vault.canaries.acknowledge(target, [await place.can.canary!.write(seq)]);
  }
};

const historyOf = async (scene: Scene, run: string): Promise<string> => {
  const history = await scene.client.workflow.getHandle(run).fetchHistory();
  return JSON.stringify(history, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
  );
};

describe('a database that was destroyed under its service', () => {
  let scene: Scene;
  let before: unknown;
  let backup: Ended;
  let restored: Ended;

  beforeAll(async () => {
    scene = await openScene();
    await scene.startWorker();
    await query(scene.primaryUrl, schema);
    await writeCanaries(scene, scene.primaryUrl, 1, 5);
    before = await contentOf(scene.primaryUrl);
    backup = await walk(scene, 'backupEstate', { mode: 'live' });
    await writeCanaries(scene, scene.primaryUrl, 6, 8);
    await query(scene.primaryUrl, 'DROP TABLE orders CASCADE');
    const impactAt = new Date().toISOString();
    restored = await walk(scene, 'restoreStore', {
      target,
      mode: 'live',
      incident: 'INC-1',
      impactAt,
      declaredAt: impactAt,
      by: 'starter',
      code: scene.codeOf('starter'),
    });
  }, 120_000);

  afterAll(async () => {
    const url = await scene?.servedUrl();
    await scene?.[Symbol.asyncDispose]();
    if (url !== undefined && url !== scene.primaryUrl) {
      const server = new URL(url);
      const name = server.pathname.slice(1);
      server.pathname = '/postgres';
      await query(server.href, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    }
  });

  test('was backed up, and the set was read back', async () => {
    expect(backup.result.outcome).toBe('succeeded');
    expect(await scene.world.vault.sets(target)).toHaveLength(1);
  });

  test('is back in a new place, equal to the set by the product and by our own count', async () => {
    expect(restored.result).toMatchObject({ outcome: 'succeeded', verdicts: { rto: 'met', rpo: 'met' } });
    const url = await scene.servedUrl();
    expect(url).not.toBe(scene.primaryUrl);
    expect(await contentOf(url)).toEqual(before);
    const [set] = await scene.world.vault.sets(target);
    await using place = await postgres.open(url, work);
    expect(compareFingerprints(set!.manifest.fingerprint, await place.fingerprint({}))).toEqual([]);
  });

  test('serves its users there, under the next epoch, and the old place takes no more writes', async () => {
    const bound = await scene.world.vault.bindings.current(target);
    expect(bound).toMatchObject({ epoch: 2, by: restored.run, place: { role: 'beside' } });
    await using old = await postgres.open(scene.primaryUrl, work);
    expect(await old.can.fence!.isFenced()).toBe(true);
    await using place = await postgres.open(await scene.servedUrl(), work);
    expect((await place.inspect()).mark).toMatchObject({ target, epoch: 2, run: restored.run });
    expect(await scene.world.vault.places.leftovers()).toEqual([]);
    expect(await scene.world.vault.leases.of(target)).toEqual([]);
  });

  test('measured what was lost, proven by canaries', async () => {
    const json = await scene.world.vault.runs.read(restored.run, 'report.json');
    const report = JSON.parse(Buffer.from(json).toString());
    expect(report.loss.targets[0].loss.proven).toMatchObject({
      missing: 3,
      holes: [],
      unknown: [],
      newestPresent: { seq: 5 },
      lastAcknowledged: { seq: 8 },
    });
    expect(report.rto).toMatchObject({ verdict: 'met', by: 'business' });
    expect(report.equality[0]).toMatchObject({ isEqual: true });
  });

  test('keeps no secret in histories and reports', async () => {
    const texts = [await historyOf(scene, backup.run), await historyOf(scene, restored.run)];
    for await (const { run, name } of scene.world.vault.runs.list()) {
      texts.push(Buffer.from(await scene.world.vault.runs.read(run, name)).toString());
    }
    expect(texts.length).toBeGreaterThan(4);
    for (const secret of scene.secrets) for (const text of texts) expect(text).not.toContain(secret);
  });

  test('can be backed up again from where it is now', async () => {
    const again = await walk(scene, 'backupEstate', { mode: 'live', incident: 'again' });
    expect(again.result.outcome).toBe('succeeded');
    const sets = await scene.world.vault.sets(target);
    expect(sets.map(({ manifest }) => manifest.place.epoch)).toEqual([1, 2]);
  });
});
