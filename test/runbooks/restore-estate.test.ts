// Every target of the estate in one run.
import { describe, expect, test } from 'vitest';
import { restoreEstate } from '../../runbooks/restore-estate.ts';
import { restoreStore } from '../../runbooks/restore-store.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { Facts, Phase, Plan, RunInput, Step, TargetFacts } from '../../src/domain/plan.ts';
import { renderPlan } from '../../src/domain/render-plan.ts';
import type { Mode } from '../../src/domain/words.ts';
import { doStep } from '../domain/phases.ts';
import { factsOf, inputOf, planOf, setOf, targetOf } from './facts.ts';

const at = (second: number) => ({ kind: 'point-in-time', at: `2026-03-01T02:00:0${second}.000Z` }) as const;
const shop = [{ id: 'shop', greens: 3, every: '1s' }];
const targets: readonly TargetFacts[] = [
  targetOf('vectors', {
    kind: 'milvus',
    objective: { rtoSeconds: null, rpoSeconds: null },
    cannotFence: 'Milvus has no way to refuse writes',
    references: ['docs'],
    checks: 2,
    services: shop,
    set: setOf('vectors', { id: '20260301T020000Z-vvvvvv', consistency: at(0) }),
  }),
  targetOf('docs', {
    objective: { rtoSeconds: 7200, rpoSeconds: 60 },
    services: [...shop, { id: 'search', greens: 1, every: '1s' }],
    set: setOf('docs', { id: '20260301T020002Z-dddddd', consistency: at(2) }),
  }),
  targetOf('orders-db', {
    objective: { rtoSeconds: 900, rpoSeconds: 60 },
    services: [],
    checks: 1,
    set: setOf('orders-db', { consistency: at(4) }),
  }),
];
const plan = (mode: Mode, some = targets, more: Partial<Facts> = {}, input: Partial<RunInput> = {}): Plan =>
  planOf(restoreEstate, factsOf(mode, some, { run: 'restoreEstate/estate/INC-7', ...more }), inputOf(mode, input));
const steps = (from: { phases: readonly Phase[] }): Step[] => from.phases.flatMap((phase) => phase.steps);
const stepOf = (from: { phases: readonly Phase[] }, id: string): Step => steps(from).find((step) => step.id === id)!;
const idsIn = (from: Plan, phase: string): string[] =>
  from.phases.find(({ id }) => id === phase)?.steps.map(({ id }) => id) ?? [];

const refusal = (facts: Facts, input: RunInput): DrError => {
  try {
    restoreEstate.phases(facts, input);
  } catch (error) {
    if (error instanceof DrError) return error;
  }
  throw new Error('it was not refused');
};

describe('bringing an estate back', () => {
  const live = plan('live');

  test('restores all targets in one phase, the most urgent begun first', () => {
    expect(live.phases.map(({ id }) => id)).toEqual(['prepare', 'restore', 'check', 'cut-over', 'close']);
    expect(idsIn(live, 'prepare')).toEqual([
      'ready-orders-db',
      'hold-set-orders-db',
      'ready-docs',
      'hold-set-docs',
      'ready-vectors',
      'hold-set-vectors',
    ]);
  });

  test('lets no target wait for another while it is restored: each stage waits for its own one before', () => {
    for (const { id } of targets) {
      const chain = ['begin', 'schema', 'data', 'index', 'finish', 'compare', 'end'].map((step) => `${step}-${id}`);
      expect(chain.map((step) => stepOf(live, step).after)).toEqual(
        ['provide', 'begin', 'schema', 'data', 'index', 'finish', 'compare'].map((step) => [`${step}-${id}`]),
      );
      expect(stepOf(live, `provide-${id}`).after).toBeUndefined();
    }
  });

  test('checks the data of all, with the places in which other stores were restored, before anybody is asked', () => {
    expect(idsIn(live, 'check')).toEqual(['checks-orders-db', 'checks-vectors']);
    expect(stepOf(live, 'checks-vectors')).toMatchObject({
      run: {
        with: { site: { place: { id: 'vectors/beside-77aa01' } }, parents: [{ place: { id: 'docs/beside-77aa01' } }] },
      },
    });
    expect(stepOf(live, 'checks-orders-db')).not.toHaveProperty('run.with.parents');
  });

  test('asks once, names every place, and says how far apart the sets are', () => {
    const gates = steps(live).filter(({ kind }) => kind === 'gate');
    expect(gates.map(({ id }) => id)).toEqual(['approve-switch']);
    const [gate] = gates;
    const asks = gate?.kind === 'gate' ? gate.asks : '';
    for (const { id, set } of targets) {
      expect(asks).toContain(`of ${id} to ${id}/beside-77aa01`);
      expect(asks).toContain(set?.id);
    }
    expect(asks).toContain('instants are 4s apart');
  });

  test('moves nobody before the last fence holds, and probes a service once, after all it stands on has moved', () => {
    for (const { id } of targets) expect(stepOf(live, `switch-${id}`).after).toEqual(['fence-orders-db', 'fence-docs']);
    expect(stepOf(live, 'healthy-shop').after).toEqual(['switch-docs', 'switch-vectors']);
    expect(stepOf(live, 'healthy-search').after).toEqual(['switch-docs']);
    expect(stepOf(live, 'measure-loss-docs').after).toEqual(['healthy-shop', 'healthy-search']);
    expect(stepOf(live, 'measure-loss-orders-db').after).toEqual(['switch-orders-db']);
  });

  test('says of a store that cannot be fenced that it is not, where the approver reads it and in the plan', () => {
    expect(steps(live).map(({ id }) => id)).not.toContain('fence-vectors');
    expect(stepOf(live, 'approve-switch')).toMatchObject({
      asks: expect.stringContaining('Writes at vectors/primary are NOT stopped: Milvus has no way to refuse writes.'),
    });
    expect(live.notDone.join('\n')).toContain('vectors/primary is not fenced: Milvus has no way to refuse writes');
    expect(live.notDone.join('\n')).not.toContain('vectors/primary is not discarded: it stays, fenced');
  });

  test('locks every place it writes to, in sorted order', () => {
    const roles = ['beside-77aa01', 'primary'];
    expect(live.locks).toEqual(['docs', 'orders-db', 'vectors'].flatMap((id) => roles.map((role) => `${id}/${role}`)));
  });

  test('takes the risks an estate gives a step for that step of every target', () => {
    const risk = { switch: 'destructive' } as const;
    expect(stepOf(plan('live', targets, { risk }), 'approve-switch')).toMatchObject({ risk: 'destructive' });
    const one = { 'switch-docs': 'destructive' } as const;
    expect(stepOf(plan('live', targets, { risk: one }), 'approve-switch')).toMatchObject({ risk: 'destructive' });
  });

  test('runs the steps of the estate once, not once for each target', () => {
    const hooks = { afterRestore: [doStep('replay-erasures')] };
    const phases = plan('live', targets, { hooks }).phases.map(({ id }) => id);
    expect(phases).toEqual(['prepare', 'restore', 'after-restore', 'check', 'cut-over', 'close']);
  });

  test('reads aloud as one page', async () => {
    await expect(renderPlan(live)).toMatchFileSnapshot('golden/restore-estate-live.txt');
  });
});

describe('rehearsing it', () => {
  const drill = plan('drill');

  test('does the same on scratch places, measures all and discards all', () => {
    expect(drill.phases.map(({ id }) => id)).toEqual(['prepare', 'restore', 'check', 'measure', 'clean-up']);
    expect(idsIn(drill, 'clean-up')).toEqual(
      ['orders-db', 'docs', 'vectors'].flatMap((id) => [`discard-${id}`, `release-set-${id}`]),
    );
    expect(drill.locks).toEqual(['docs/scratch-77aa01', 'orders-db/scratch-77aa01', 'vectors/scratch-77aa01']);
    expect(stepOf(drill, 'checks-vectors')).toMatchObject({
      run: { with: { parents: [{ place: { id: 'docs/scratch-77aa01' } }] } },
    });
  });
});

describe('what it is about', () => {
  test('every target, those that are named, or one', () => {
    expect(restoreEstate.targets(inputOf('live'))).toEqual([]);
    expect(restoreEstate.targets(inputOf('live', { targets: ['docs', 'vectors'] }))).toEqual(['docs', 'vectors']);
    expect(restoreEstate.targets(inputOf('live', { target: 'docs' }))).toEqual(['docs']);
  });

  test('one target is restored as restoreStore does it, but for the names of steps and whose they are', () => {
    const one = [targetOf('orders-db', { checks: 1 })];
    const input = { target: 'orders-db' };
    const alone = planOf(restoreStore, factsOf('live', one), inputOf('live', input));
    const strip = (text: string) => text.replaceAll(/-orders-db(?=")|-orders-db$/g, '').replaceAll(' of orders-db', '');
    expect(strip(JSON.stringify(plan('live', one, {}, input).phases))).toBe(strip(JSON.stringify(alone.phases)));
  });
});

describe('what it refuses', () => {
  test('a target without a set: which one, and how to go on', () => {
    const error = refusal(factsOf('live', [targetOf('docs'), targetOf('orders-db', { set: null })]), inputOf('live'));
    expect(error.kind).toBe('no-match');
    expect(error.message).toContain('no backup set of orders-db');
  });

  test('one set for several targets', () => {
    const error = refusal(factsOf('live', targets), inputOf('live', { set: '20260301T020002Z-dddddd' }));
    expect(error.kind).toBe('bad-input');
    expect(error.message).toContain('is of one target, and this run is about 3');
    expect(error.hint).toContain('{"at":"…"}');
  });

  test('a target with nowhere to go', () => {
    const error = refusal(factsOf('live', [targetOf('docs', { beside: null })]), inputOf('live'));
    expect(error.hint).toContain('targets.docs.besideServer');
  });

  test('several targets for a runbook about one', () => {
    const several = inputOf('live', { targets: ['docs', 'vectors'] });
    expect(() => restoreStore.phases(factsOf('live', targets), several)).toThrow(
      'restoreStore is about one target, and targets names 2',
    );
  });
});
