import { expect, test } from 'vitest';
import { stages } from '../../../src/domain/words.ts';
import type { Place, Writer } from '../../../src/stores/port.ts';
import { postgres } from '../../../src/stores/postgres/index.ts';
import type { PostgresMeta } from '../../../src/stores/postgres/meta.ts';
import { isStep, stepsOf } from '../../../src/stores/postgres/restore/steps.ts';
import { database, open, sql, type Taken, take, writer } from './lab.ts';

/** As if every key were on a table too large to share a transaction with another. */
const apart = (taken: Taken): Taken => {
  const entries = taken.meta.entries.map((entry) => (entry.unit === 'key' ? { ...entry, bytes: 100_000_000 } : entry));
  return { ...taken, meta: { ...taken.meta, entries } };
};

const until = async (place: Place<PostgresMeta>, { meta, vault }: Taken, by: Writer, last: string): Promise<void> => {
  for (const stage of stages) {
    for (const unit of postgres.units(meta, stage)) {
      if (unit.id === last) return;
      await place.restore(unit, meta, vault, by);
    }
  }
};

const keysOf = (meta: PostgresMeta) => [...postgres.units(meta, 'finish')].find(({ id }) => id === 'finish/keys')!;

test('a unit that fails half-way keeps the steps that are done, and each is done once', async () => {
  const taken = apart(
    await take(
      await database(`
        CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent SELECT generate_series(1, 9);
        CREATE TABLE a (id int REFERENCES parent); INSERT INTO a SELECT generate_series(1, 8);
        CREATE TABLE b (id int REFERENCES parent); INSERT INTO b SELECT generate_series(1, 9);
        CREATE TABLE c (id int REFERENCES parent); INSERT INTO c SELECT generate_series(1, 8)`),
    ),
  );
  const url = await database();
  const place = await open(url, { parallel: 1 });
  const by = writer();
  await place.begin(by, taken.meta);
  await until(place, taken, by, 'finish/keys');
  await sql(url, 'DELETE FROM parent WHERE id = 9');
  const keys = keysOf(taken.meta);
  await expect(place.restore(keys, taken.meta, taken.vault, by)).rejects.toThrow(/b_id_fkey/);

  const steps = () =>
    sql(url, `SELECT unit, at::text FROM dr_runbooks.ledger WHERE unit LIKE 'finish/keys/%' ORDER BY 1`);
  const done = await steps();
  expect(done.length).toBe(1);
  expect(await place.ledger(by)).not.toContain('finish/keys');
  expect([...(await place.ledger(by))].filter(isStep)).toEqual([]);

  await sql(url, 'INSERT INTO parent VALUES (9)');
  expect(await place.restore(keys, taken.meta, taken.vault, by)).toMatchObject({ wasApplied: true });
  expect((await steps()).length).toBe(3);
  expect(await steps()).toEqual(expect.arrayContaining(done));
  expect(await place.ledger(by)).toContain('finish/keys');
  expect(await place.restore(keys, taken.meta, taken.vault, by)).toMatchObject({ wasApplied: false });
  expect(await sql(url, `SELECT FROM pg_constraint WHERE contype = 'f' AND convalidated`)).toHaveLength(3);
});

test('keys between the same tables, in circles and on partitions, are made side by side without a deadlock', async () => {
  const plain = ['a', 'b', 'c', 'd'];
  const pairs = [...plain, 'p'].flatMap((one) => [...plain, 'p', 'p1'].map((other) => [one, other] as const));
  const keysBetween = pairs.filter(([one, other]) => one !== other && `${one} ${other}` !== 'p p1');
  const from = await database(`
    ${plain.map((name) => `CREATE TABLE ${name} (id int PRIMARY KEY);`).join('\n')}
    CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
    ${keysBetween.map(([one, other]) => `ALTER TABLE ${one} ADD FOREIGN KEY (id) REFERENCES ${other};`).join('\n')}`);
  const taken = apart(await take(from));
  const keys = keysOf(taken.meta);
  expect(stepsOf(keys, taken.meta, { parts: 'schema' })).toHaveLength(5);
  const url = await database();
  const place = await open(url, { parallel: 4 });
  const by = writer();
  await place.begin(by, taken.meta);
  await until(place, taken, by, 'finish/keys');
  await place.restore(keys, taken.meta, taken.vault, by);
  const count = `SELECT count(*)::int AS n FROM pg_constraint WHERE contype = 'f'`;
  const wanted = await sql(from, count);
  expect(await sql(url, count)).toEqual(wanted);
});
