import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RestoreSelection } from '../../../src/domain/data.ts';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { stages } from '../../../src/domain/words.ts';
import { redis } from '../../../src/stores/redis/index.ts';
import { until } from '../../support/until.ts';
import { markOf, writerOf } from '../conformance/bench.ts';
import { connected } from './lab.ts';
import { openAt, type Taken } from './places.ts';

/** Kills a restoring process once `isTime`, restores the rest here, and compares. */
export const killAndResume = async (
  taken: Taken,
  folder: string,
  url: string,
  isTime: (what: { units: number; isFed: boolean }) => boolean,
  selection: RestoreSelection = {},
): Promise<void> => {
  const place = await openAt(url);
  const mark = markOf();
  await place.stamp(mark);
  const by = { ...writerOf(), selection };
  await place.begin(by, taken.meta);
  const args = [join(import.meta.dirname, 'restore-child.ts'), folder, url, JSON.stringify(by)];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const ended = once(child, 'exit');
  await until(
    'it is time to kill it',
    async () => {
      const { size } = await place.ledger(by);
      const replication = await connected(url, (client) => client.info('replication'));
      return isTime({ units: size, isFed: /master_sync_in_progress:1/.test(replication) });
    },
    120_000,
  );
  child.kill('SIGKILL');
  await ended;

  const units = stages.flatMap((stage) => [...redis.units(taken.meta, stage, selection)]);
  const done = await place.ledger(by);
  expect(done.size).toBeLessThan(units.length);
  for (const unit of units) await place.restore(unit, taken.meta, taken.vault, by);
  expect(await place.ledger(by)).toEqual(new Set(units.map(({ id }) => id)));
  const { expected, found } = await place.prove(by, taken.meta, taken.snapshot.fingerprint);
  expect(compareFingerprints(expected, found)).toEqual([]);
  await place.end(by);
  expect((await place.inspect()).mark).toEqual(mark);
  await connected(url, async (client) => {
    expect(await client.info('replication')).toMatch(/role:master/);
    expect(await client.config('GET', 'repl-diskless-load')).toContain('disabled');
  });
};
