import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { stages } from '../../../src/domain/words.ts';
import type { Bench } from './bench.ts';
import type { Harness } from './harness.ts';

/** Units are cut the same everywhere: batches are named by numbers over their order. */
export const units = <Meta>(harness: Harness<Meta>, bench: () => Bench<Meta>): void => {
  test('every unit has an id of its own, its stage, a sentence and a cost', () => {
    const { original } = bench();
    expect(new Set(original.units.map(({ id }) => id)).size).toBe(original.units.length);
    for (const stage of stages) {
      for (const unit of harness.kind.units(original.meta, stage)) {
        expect(unit.stage).toBe(stage);
        expect(unit.bytes).toBeGreaterThanOrEqual(1);
        expect(unit.says).toMatch(/\S/);
      }
    }
    expect([...harness.kind.units(original.meta, 'data')].length).toBeGreaterThan(1);
  });

  test('the same meta gives the same units in the same order, again and in another process', async () => {
    const { original, units: unitsOf } = bench();
    expect(unitsOf(original.meta)).toEqual(original.units);
    const script = `
      import { text } from 'node:stream/consumers';
      const { ${harness.module.exportName}: kind } = await import(${JSON.stringify(harness.module.href)});
      const { meta, stages } = JSON.parse(await text(process.stdin));
      console.log(JSON.stringify(stages.flatMap((stage) => [...kind.units(meta, stage)])));`;
    const child = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      maxBuffer: 64 << 20,
    });
    child.child.stdin!.end(JSON.stringify({ meta: original.meta, stages }));
    expect(JSON.parse((await child).stdout)).toEqual(original.units);
  });

  test('a filter selects units and changes none of them', () => {
    const { original, units: unitsOf } = bench();
    const some = unitsOf(original.meta, { only: [harness.nameOf('orders'), harness.nameOf('values')] });
    const ids = new Set(some.map(({ id }) => id));
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(original.units.length);
    expect(original.units.filter(({ id }) => ids.has(id)).map(({ id }) => id)).toEqual(some.map(({ id }) => id));
  });

  test('a filter that matches nothing is an error', () => {
    const { original, units: unitsOf } = bench();
    expect(() => unitsOf(original.meta, { only: ['no-such-*'] })).toThrow(
      expect.objectContaining({ kind: 'no-match' }),
    );
  });
};
