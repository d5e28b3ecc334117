import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stages } from '../../../src/domain/words.ts';
import { mongodb } from '../../../src/stores/mongodb/index.ts';
import { until } from '../../support/until.ts';
import { keptIn } from '../kept-set.ts';
import { database, expectProven, open, rawIn, restoreRest, take, writer } from './lab.ts';

test('a process killed in the middle leaves what another one finishes, and nothing is loaded twice', async () => {
  const source = await database();
  const words = 'x'.repeat(200);
  await source.db.collection('orders').insertMany(Array.from({ length: 1_500 }, (_, n) => ({ n, words })));
  await source.db.command({ createIndexes: 'orders', indexes: [{ key: { n: 1 }, name: 'n', unique: true }] });
  const taken = await take(source.url, { partBytes: 40_000, rangeBytes: 200_000 });
  const folder = await keptIn(taken);
  const all = stages.flatMap((stage) => [...mongodb.units(taken.meta, stage)]);
  expect(all.length).toBeGreaterThan(10);

  const target = await database();
  const place = await open(target.url);
  const by = writer();
  await place.begin(by, taken.meta);
  const args = [join(import.meta.dirname, 'restore-child.ts'), folder, target.url, JSON.stringify(by)];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const ended = once(child, 'exit');
  await until('a third of the units', async () => (await place.ledger(by)).size >= all.length / 3);
  child.kill('SIGKILL');
  await ended;
  expect((await place.ledger(by)).size).toBeLessThan(all.length);

  await restoreRest(place, taken.meta, taken.vault, by);
  expect(await place.ledger(by)).toEqual(new Set(all.map(({ id }) => id)));
  await expectProven(place, taken.meta, taken.fingerprint, by);
  await place.end(by);
  expect(await rawIn(target, 'orders')).toEqual(await rawIn(source, 'orders'));
});
