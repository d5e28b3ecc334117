import { expect, onTestFinished, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { startPostgres } from '../../../src/local/components/postgres.ts';
import { postgres } from '../../../src/stores/postgres/index.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { keptIn } from '../kept-set.ts';
import { killAndResume, killable } from './killing.ts';
import { database, open, restoreRest, take, writer } from './lab.ts';

test('a restoring process may be killed at any moment', async () => {
  const taken = await take(await database(killable));
  const folder = await keptIn(taken);
  for (let share = 0.05; share < 1; share += 0.1) await killAndResume(taken, folder, share);
});

test('a server that crashes in the middle of a unit leaves nothing of it, and the restore goes on when it is back', async () => {
  const taken = await take(await database(killable));
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const url = server.url;
  const by = writer();
  const place = await open(url);
  await place.begin(by, taken.meta);
  for (const unit of postgres.units(taken.meta, 'schema')) await place.restore(unit, taken.meta, taken.vault, by);
  const [first] = postgres.units(taken.meta, 'data');
  const slow = memoryVault(65_536);
  for (const [name, bytes] of taken.vault.streams) slow.streams.set(name, bytes);
  slow.fault = { is: 'stall', afterBytes: first!.bytes / 2 };
  const restoring = place.restore(first!, taken.meta, slow, by);
  restoring.catch(() => {});
  await slow.stalled();
  await server.kill();
  await expect(restoring).rejects.toMatchObject({ kind: 'unreachable' });
  await expect(place.inspect()).rejects.toMatchObject({ kind: 'unreachable' });

  await server.restart();
  expect(await place.ledger(by)).toEqual(new Set(['schema']));
  await restoreRest(place, taken.meta, taken.vault, by);
  expect(compareFingerprints(taken.fingerprint, await place.fingerprint({}))).toEqual([]);
});
