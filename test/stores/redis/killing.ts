import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DrError } from '../../../src/domain/errors.ts';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { stages } from '../../../src/domain/words.ts';
import { redis } from '../../../src/stores/redis/index.ts';
import { until } from '../../support/until.ts';
import { markOf, writerOf } from '../conformance/bench.ts';
import { connected } from './lab.ts';
import { openAt, type Taken } from './places.ts';

const sizeOf = ({ meta }: Taken): number => meta.parts.reduce((sum, part) => sum + part.bytes, 0);

/** Kills a restoring process at that share of the set's bytes, restores the rest here, and compares. */
export const killAndResume = async (taken: Taken, folder: string, url: string, share: number): Promise<void> => {
  const place = await openAt(url);
  const mark = markOf();
  await place.stamp(mark);
  const by = writerOf();
  await place.begin(by, taken.meta);
  const lastByte = 1 + Math.floor(sizeOf(taken) * share);
  const args = [join(import.meta.dirname, 'restore-child.ts'), folder, url, JSON.stringify(by), String(lastByte)];
  const [, signal] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
  expect(signal).toBe('SIGKILL');

  // A server that was being served answers nothing until it has seen that nobody is there any more.
  const answers = (): Promise<boolean> =>
    place.ledger(by).then(
      () => true,
      (error: DrError) => {
        if (error.kind === 'busy') return false;
        throw error;
      },
    );
  await until('the server answers again', answers, 60_000);
  const done = await place.ledger(by);
  const units = stages.flatMap((stage) => [...redis.units(taken.meta, stage)]);
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
