import fc from 'fast-check';
import { expect, it } from 'vitest';
import { phaseLines } from '../../src/report/phase-lines.ts';
import { anyRecord } from './any-record.ts';
import { at, fact, goodRun } from './records.ts';

it('tells when a step stood in the queue or failed before, and when it worked', () => {
  const good = goodRun();
  const late = { attempts: 2, fact: fact(4, 10) };
  const record = { ...good, steps: good.steps.map((step) => (step.id === 'begin' ? { ...step, ...late } : step)) };
  expect(phaseLines(record)[0]).toEqual({
    phase: 'restore',
    says: 'restore beside',
    steps: [
      {
        step: 'begin',
        says: 'do begin',
        kind: 'do',
        state: 'done',
        attempts: 2,
        startedAt: at(0),
        workedFrom: at(4),
        endedAt: at(10),
      },
    ],
  });
});

it('keeps every planned step in the order of the plan, also those that never started', () => {
  fc.assert(
    fc.property(anyRecord, fc.nat(), (record, some) => {
      const kept = record.steps.slice(0, some % (record.steps.length + 1));
      const lines = phaseLines({ ...record, steps: kept });
      const planned = record.plan.phases.map(({ id, steps }) => [id, steps.map((step) => step.id)]);
      expect(lines.map(({ phase, steps }) => [phase, steps.map((step) => step.step)])).toEqual(planned);
      const unknown = lines.flatMap(({ steps }) => steps).filter(({ step }) => !kept.some(({ id }) => id === step));
      for (const one of unknown) expect(one).toMatchObject({ state: 'not-executed', attempts: 0, startedAt: null });
    }),
  );
});
