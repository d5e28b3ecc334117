import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPhases } from '../../src/domain/check-phases.ts';
import type { Phase } from '../../src/domain/plan.ts';
import { doStep, fitPhases, gate, phase, units, watch } from './phases.ts';

const problem = (...phases: Phase[]): string => checkPhases(phases).join('; ');
const inOne = (...steps: Phase['steps']): string => problem(phase('one', steps));

describe('phases that can run', () => {
  test('have no problems, whatever their shape', () => {
    fc.assert(
      fc.property(fitPhases, (phases) => {
        expect(checkPhases(phases)).toEqual([]);
      }),
    );
  });
});

describe('phases that cannot run', () => {
  test('use an id twice, in one phase or in two', () => {
    expect(inOne(doStep('a'), doStep('a'))).toBe('step id a is used twice');
    expect(problem(phase('one', [doStep('a')]), phase('two', [doStep('a')]))).toBe('step id a is used twice');
    expect(problem(phase('one', [doStep('a')]), phase('one', [doStep('b')]))).toBe('phase id one is used twice');
  });

  test('wait for a step of another phase, or for one that is nowhere', () => {
    expect(problem(phase('one', [doStep('a')]), phase('two', [doStep('b', ['a'])]))).toBe(
      'step b waits for a, which is not in its phase',
    );
    expect(inOne(gate('a', ['nobody']))).toBe('step a waits for nobody, which is not in its phase');
  });

  test('wait for each other in a circle, or for themselves', () => {
    expect(inOne(doStep('a', ['c']), doStep('b', ['a']), doStep('c', ['b']), doStep('d'))).toBe(
      'in phase one these wait for each other: a, b, c',
    );
    expect(inOne(doStep('a', ['a']))).toBe('in phase one these wait for each other: a');
  });

  test('have nothing to do or to say', () => {
    expect(problem()).toBe('there are no phases');
    expect(problem(phase('one', []))).toBe('phase one has no steps');
    expect(inOne(doStep('a', [], { says: ' ' }))).toBe('step a says nothing');
    expect(inOne(gate('a', [], { asks: '' }))).toBe('step a asks nothing');
    expect(problem(phase('one', [doStep('a')], { says: '' }))).toBe('phase one says nothing');
  });

  test('cannot be taken back and do not say why', () => {
    expect(inOne(doStep('a', [], { undo: { irreversible: '' } }))).toBe('step a is irreversible without a why');
  });

  test('have times and counts that mean nothing', () => {
    expect(inOne(gate('a', [], { expires: 'soon' }))).toContain('expires after "soon"');
    expect(inOne(watch('a', [], { every: '0s', until: '1 day', greens: 0 }))).toBe(
      'step a looks every "0s", which is no duration; step a looks until "1 day", which is no duration; step a wants 0 greens',
    );
    expect(inOne(units('a', [], { batches: 1.5 }))).toBe('step a has 1.5 batches');
    expect(inOne(units('a', [], { batches: 0 }))).toBe('step a has 0 batches');
  });

  test('have ids that nobody could type', () => {
    for (const id of ['', 'A', 'a b', '-a', 'a--b', '__proto__', '1a']) {
      expect(inOne({ ...doStep('x'), id }), id).toContain('lower-case words and dashes');
    }
  });

  test('are found by any one broken arrow', () => {
    fc.assert(
      fc.property(fitPhases, fc.nat(), (phases, pick) => {
        const at = pick % phases.length;
        const broken = phases.map((one, index) =>
          index === at ? { ...one, steps: [...one.steps, doStep('late', ['later']), doStep('later', ['late'])] } : one,
        );
        expect(checkPhases(broken)).toEqual([`in phase phase-${at} these wait for each other: late, later`]);
      }),
    );
  });
});
