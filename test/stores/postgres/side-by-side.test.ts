import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sideBySide } from '../../../src/stores/postgres/restore/side-by-side.ts';
import type { Step } from '../../../src/stores/postgres/restore/steps.ts';

const stepOf = (locks: number[], n: number): Step => ({
  unit: { id: `finish/keys/${n}`, stage: 'finish', says: 'check', bytes: 1 },
  locks: new Set(locks),
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('steps are each done once, by no more hands than there are, and never two that lock the same table', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat(5), { maxLength: 3 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 4 }),
      async (all, hands) => {
        const steps = all.map(stepOf);
        const running = new Set<Step>();
        const done: string[] = [];
        await sideBySide(new AbortController().signal, hands, steps, async (step) => {
          for (const other of running) expect([...other.locks].filter((table) => step.locks.has(table))).toEqual([]);
          running.add(step);
          expect(running.size).toBeLessThanOrEqual(hands);
          for (let turns = step.locks.size; turns >= 0; turns -= 1) await turn();
          running.delete(step);
          done.push(step.unit.id);
        });
        expect(done.sort()).toEqual(steps.map(({ unit }) => unit.id).sort());
      },
    ),
  );
});

test('what is free goes on while a hand would wait', async () => {
  const began: string[] = [];
  const first = Promise.withResolvers<void>();
  const working = sideBySide(new AbortController().signal, 2, [[1], [1], [2]].map(stepOf), async ({ unit }) => {
    began.push(unit.id);
    if (unit.id === 'finish/keys/0') await first.promise;
  });
  await turn();
  expect(began).toEqual(['finish/keys/0', 'finish/keys/2']);
  first.resolve();
  await working;
  expect(began).toHaveLength(3);
});

test('the first failure ends the others, also those that wait', async () => {
  const steps = [[1], [1], [1]].map(stepOf);
  const failing = sideBySide(new AbortController().signal, 3, steps, async () => {
    await turn();
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
});
