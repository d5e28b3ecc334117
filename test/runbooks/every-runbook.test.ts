// Rows W1 of docs/coverage.md.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runbooks } from '../../runbooks/index.ts';
import { checkPhases } from '../../src/domain/check-phases.ts';
import { placesChanged } from '../../src/domain/effects.ts';
import type { Plan, Step } from '../../src/domain/plan.ts';
import { renderPlan } from '../../src/domain/render-plan.ts';
import type { Call } from '../../src/domain/verbs.ts';
import type { Mode } from '../../src/domain/words.ts';
import { modes } from '../../src/domain/words.ts';
import { factsOf, inputOf, planOf, targetOf } from './facts.ts';

const cases = Object.values(runbooks).flatMap((runbook) =>
  modes
    .filter((mode) => !(runbook.name === 'runDrill' && mode === 'live'))
    .map((mode) => ({ name: `${runbook.name} in mode ${mode}`, runbook, mode })),
);

const plans = (mode: Mode, runbook: (typeof cases)[number]['runbook']): Plan[] => [
  planOf(runbook, factsOf(mode, [targetOf('orders-db')]), inputOf(mode, { target: 'orders-db' })),
];

const stepsOf = (plan: Plan): Step[] => plan.phases.flatMap(({ steps }) => steps);
const callsOf = (step: Step): Call[] => {
  if (step.kind === 'gate') return [];
  if (step.kind === 'watch') return [step.check];
  const undo = 'verb' in step.undo ? [step.undo] : [];
  return step.kind === 'units' ? [step.verify, ...undo] : [step.run, step.verify, ...undo];
};

describe.each(cases)('$name', ({ runbook, mode }) => {
  const [plan] = plans(mode, runbook) as [Plan];

  test('is a plan in which every step has a proof, and an undo or the reason why there is none', () => {
    for (const step of stepsOf(plan)) {
      if (step.kind === 'gate') continue;
      if (step.kind === 'watch') {
        expect(step.check.verb).toMatch(/^(check|probe)/);
        continue;
      }
      expect(step.verify.verb).toMatch(/^check/);
      if ('irreversible' in step.undo) expect(step.undo.irreversible).toMatch(/\w+ \w+ \w+/);
      else expect(step.undo.verb).toBeTruthy();
    }
  });

  test('is fit to run', () => {
    expect(checkPhases(plan.phases)).toEqual([]);
  });

  test('says a sentence for every phase and step, and prints each of them', () => {
    const text = renderPlan(plan);
    for (const phase of plan.phases) expect(text).toContain(`${phase.id}: ${phase.says}`);
    for (const step of stepsOf(plan)) {
      expect(step.says).toMatch(/^[A-Z].*\w+ \w+/);
      expect(text).toContain(`- ${step.id}: ${step.says}`);
    }
  });

  test('leaves no value unsaid', () => {
    expect(renderPlan(plan)).not.toMatch(/undefined|null|NaN|\[object/);
  });

  test('takes at most 900 bytes a step, and all of it less than 64 KB', () => {
    const bytes = JSON.stringify(plan.phases).length;
    expect(bytes / stepsOf(plan).length).toBeLessThan(900);
    expect(bytes).toBeLessThan(64_000);
  });

  test('is the same plan every time', () => {
    expect(plans(mode, runbook)).toEqual([plan]);
  });

  if (mode === 'drill') {
    test('writes at scratch places only, asks nobody and switches nothing', () => {
      for (const step of stepsOf(plan)) {
        expect(step.kind).not.toBe('gate');
        for (const call of callsOf(step)) {
          expect(placesChanged(call).filter(({ role }) => role !== 'scratch')).toEqual([]);
          expect(['fencePlace', 'switchTarget', 'takeSnapshot']).not.toContain(call.verb);
        }
      }
    });

    test('does not grow gates because the estate is careful with live runs', () => {
      const risk = Object.fromEntries(stepsOf(plan).map(({ id }) => [id, 'destructive' as const]));
      const facts = factsOf('drill', [targetOf('orders-db')], { risk });
      expect(planOf(runbook, facts, inputOf('drill', { target: 'orders-db' })).phases).toEqual(plan.phases);
    });
  }
});

describe('the registry of runbooks', () => {
  test('names each by its own name, with one line for people', () => {
    for (const [name, runbook] of Object.entries(runbooks)) {
      expect(runbook.name).toBe(name);
      expect(runbook.says).toMatch(/^[A-Z][^\n]{20,140}$/);
    }
  });
});

describe('a large estate', () => {
  test('plans a hundred steps in less than one payload of 64 KB', () => {
    const targets = Array.from({ length: 50 }, (_, index) => targetOf(`store-${index}`));
    const plan = planOf(runbooks.backupEstate!, factsOf('live', targets), inputOf('live'));
    expect(stepsOf(plan)).toHaveLength(100);
    expect(JSON.stringify(plan.phases).length).toBeLessThan(64_000);
  });

  test('is brought back by one plan that fits into half of what Temporal takes', () => {
    const targets = Array.from({ length: 50 }, (_, index) => targetOf(`store-${index}`));
    const plan = planOf(runbooks.restoreEstate!, factsOf('live', targets), inputOf('live'));
    expect(stepsOf(plan)).toHaveLength(702);
    expect(JSON.stringify(plan).length).toBeLessThan(1_000_000);
  });

  test('plans each target on its own, whatever they are called', () => {
    const id = fc.stringMatching(/^[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,4}){0,2}$/);
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 8 }), fc.constantFrom(...modes), (ids, mode) => {
        const facts = factsOf(
          mode,
          ids.map((one) => targetOf(one)),
        );
        const plan = planOf(runbooks.backupEstate!, facts, inputOf(mode));
        expect(new Set(stepsOf(plan).map((step) => step.id)).size).toBe(2 * ids.length);
      }),
    );
  });
});
