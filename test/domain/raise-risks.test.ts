import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPhases } from '../../src/domain/check-phases.ts';
import type { Phase, Step } from '../../src/domain/plan.ts';
import { raiseRisks } from '../../src/domain/raise-risks.ts';
import type { Risk } from '../../src/domain/risk.ts';
import { risks } from '../../src/domain/risk.ts';
import { doStep, fitPhases, gate, phase } from './phases.ts';

const rank = (risk: Risk): number => risks.indexOf(risk);
const stepsOf = (phases: readonly Phase[]): Step[] => phases.flatMap(({ steps }) => steps);
const find = (phases: readonly Phase[], id: string): Step => stepsOf(phases).find((step) => step.id === id)!;

/** Every gate that stands between the start of the phase and a step. */
const guards = (phases: readonly Phase[], id: string): Step[] => {
  const before = (find(phases, id).after ?? []).flatMap((one) => [find(phases, one), ...guards(phases, one)]);
  return before.filter(({ kind }) => kind === 'gate');
};

const wishes = (phases: readonly Phase[]) =>
  fc.dictionary(fc.constantFrom(...stepsOf(phases).map(({ id }) => id), 'nobody'), fc.constantFrom<Risk>(...risks), {
    maxKeys: 4,
  });
const phasesAndWishes = fitPhases.chain((phases) => fc.tuple(fc.constant(phases), wishes(phases)));

describe('the risks an estate asks for', () => {
  test('raise the gate a step waits for, and do not ask twice', () => {
    const raised = raiseRisks([phase('one', [gate('ask'), doStep('act', ['ask'])])], { act: 'destructive' });
    expect(stepsOf(raised)).toEqual([gate('ask', [], { risk: 'destructive' }), doStep('act', ['ask'])]);
  });

  test('put a gate before a step that nobody would be asked about', () => {
    const raised = raiseRisks([phase('one', [doStep('first'), doStep('act', ['first'])])], { act: 'disruptive' });
    expect(stepsOf(raised).map(({ id, kind, after }) => [id, kind, after])).toEqual([
      ['first', 'do', undefined],
      ['approve-act', 'gate', ['first']],
      ['act', 'do', ['approve-act']],
    ]);
    expect(find(raised, 'approve-act')).toMatchObject({ risk: 'disruptive', asks: 'Go ahead with this? Do act' });
  });

  test('count for skipping a step too', () => {
    const skippable = { why: 'it is safe', risk: 'safe' } as const;
    const raised = raiseRisks([phase('one', [doStep('act', [], { skippable })])], { act: 'destructive' });
    expect(find(raised, 'act')).toMatchObject({ skippable: { risk: 'destructive' } });
  });

  test('never lower anything, lose a step or make a plan unfit', () => {
    fc.assert(
      fc.property(phasesAndWishes, ([phases, least]) => {
        const raised = raiseRisks(phases, least);
        expect(checkPhases(raised)).toEqual([]);
        for (const step of stepsOf(phases)) {
          const now = find(raised, step.id);
          expect(now.kind).toBe(step.kind);
          if (step.kind === 'gate' && now.kind === 'gate')
            expect(rank(now.risk)).toBeGreaterThanOrEqual(rank(step.risk));
          if (step.kind === 'do' && now.kind === 'do' && step.skippable) {
            expect(rank(now.skippable!.risk)).toBeGreaterThanOrEqual(rank(step.skippable.risk));
          }
        }
      }),
    );
  });

  test('hold for every step they name: a gate as risky as asked stands before it, or it is one', () => {
    fc.assert(
      fc.property(phasesAndWishes, ([phases, least]) => {
        const raised = raiseRisks(phases, least);
        for (const [id, risk] of Object.entries(least)) {
          if (id === 'nobody' || risk === 'safe') continue;
          const asked = [find(raised, id), ...guards(raised, id)].filter((step) => step.kind === 'gate');
          expect(Math.max(...asked.map((step) => rank(step.risk)))).toBeGreaterThanOrEqual(rank(risk));
        }
      }),
    );
  });

  test('give the same plan in whatever order the estate names them', () => {
    fc.assert(
      fc.property(phasesAndWishes, ([phases, least]) => {
        const reversed = Object.fromEntries(Object.entries(least).reverse());
        expect(raiseRisks(phases, reversed)).toEqual(raiseRisks(phases, least));
      }),
    );
  });

  test('change nothing the second time, and nothing where none are asked for', () => {
    fc.assert(
      fc.property(phasesAndWishes, ([phases, least]) => {
        const raised = raiseRisks(phases, least);
        expect(raiseRisks(raised, least)).toEqual(raised);
        expect(raiseRisks(phases, {})).toEqual(phases);
      }),
    );
  });
});
