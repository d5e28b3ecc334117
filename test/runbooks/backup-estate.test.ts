import { describe, expect, test } from 'vitest';
import { backupEstate } from '../../runbooks/backup-estate.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { renderPlan } from '../../src/domain/render-plan.ts';
import type { Mode } from '../../src/domain/words.ts';
import { factsOf, inputOf, planOf, targetOf } from './facts.ts';

const urgent = targetOf('orders-db', { objective: { rtoSeconds: 900, rpoSeconds: 900 }, set: null });
const relaxed = targetOf('archive-db', { objective: { rtoSeconds: null, rpoSeconds: null } });
const planIn = (mode: Mode): Plan => planOf(backupEstate, factsOf(mode, [relaxed, urgent]), inputOf(mode));
const steps = (plan: Plan) => plan.phases.flatMap((phase) => phase.steps);

describe('backing up the estate', () => {
  test('takes every target at once, each waiting only for itself, the most urgent first', () => {
    expect(steps(planIn('live')).map(({ id, after }) => [id, after])).toEqual([
      ['ready-orders-db', undefined],
      ['snapshot-orders-db', ['ready-orders-db']],
      ['ready-archive-db', undefined],
      ['snapshot-archive-db', ['ready-archive-db']],
    ]);
    expect(planIn('live').phases).toHaveLength(1);
  });

  test('proves each set by reading every chunk back', () => {
    const [, snapshot] = steps(planIn('live'));
    expect(snapshot).toMatchObject({
      run: { verb: 'takeSnapshot', with: { set: '20260301T023000Z-b2c3d4' } },
      verify: { verb: 'checkSet', with: { set: '20260301T023000Z-b2c3d4' } },
      undo: { irreversible: 'a published set stays until its retention ends' },
    });
  });

  test('backs up where a target is in service now, not where it once was', () => {
    const moved = targetOf('orders-db');
    const bound = { place: moved.beside!, epoch: 7 };
    const plan = planOf(backupEstate, factsOf('live', [{ ...moved, bound }]), inputOf('live'));
    expect(steps(plan)[1]).toMatchObject({ run: { with: { site: { place: { id: moved.beside!.id }, epoch: 7 } } } });
  });

  test('locks nothing: a backup never stands in the way of a recovery', () => {
    expect(planIn('live').locks).toEqual([]);
  });

  test('asks for one target or for all', () => {
    expect(backupEstate.targets(inputOf('live'))).toEqual([]);
    expect(backupEstate.targets(inputOf('live', { target: 'orders-db' }))).toEqual(['orders-db']);
    expect(backupEstate.targets(inputOf('live', { targets: ['a', 'b'] }))).toEqual(['a', 'b']);
  });

  test('refuses an estate without targets', () => {
    expect(() => backupEstate.phases(factsOf('live', []), inputOf('live'))).toThrow('there is no target to back up');
  });

  test('reads aloud as one page', async () => {
    await expect(renderPlan(planIn('live'))).toMatchFileSnapshot('golden/backup-estate-live.txt');
  });
});

describe('stores whose rows name rows of another store', () => {
  const cities = targetOf('cities', { objective: { rtoSeconds: 60, rpoSeconds: null } });
  const docs = targetOf('docs', { references: ['cities'] });
  const vectors = targetOf('vectors', { references: ['docs', 'cities'] });
  const plan = planOf(backupEstate, factsOf('live', [cities, docs, vectors]), inputOf('live'));
  const stepOf = (id: string) => steps(plan).find((step) => step.id === id)!;

  test('are backed up before it, however urgent it is; the others do not wait', () => {
    expect(stepOf('snapshot-vectors').after).toEqual(['ready-vectors']);
    expect(stepOf('snapshot-docs').after).toEqual(['ready-docs', 'snapshot-vectors']);
    expect(stepOf('snapshot-cities').after).toEqual(['ready-cities', 'snapshot-docs', 'snapshot-vectors']);
    expect(stepOf('snapshot-cities').says).toContain('after docs, vectors, whose rows name its own');
  });

  test('cannot keep the others from being backed up: a person can go on without the one that fails', () => {
    expect(stepOf('snapshot-vectors')).toMatchObject({ skippable: { risk: 'safe' } });
    expect(stepOf('snapshot-cities')).not.toHaveProperty('skippable');
  });

  test('in a circle: one has to be first, and the plan says which reference may be broken', () => {
    const circle = [targetOf('a', { references: ['b'] }), targetOf('b', { references: ['a'] })];
    const { notDone } = planOf(backupEstate, factsOf('live', circle), inputOf('live'));
    expect(notDone).toEqual([
      'b is not backed up before a, whose rows its own name: a names rows of b too, and one has to be first',
    ]);
  });
});

describe('drilling the backup', () => {
  test('writes no set: it looks at what a backup needs and reads the newest set whole', () => {
    expect(steps(planIn('drill')).map(({ id }) => id)).toEqual([
      'ready-orders-db',
      'ready-archive-db',
      'prove-archive-db',
    ]);
    expect(planIn('drill').notDone).toEqual(['no backup set is written: a drill only reads']);
  });
});
