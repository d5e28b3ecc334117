// Row Y3 of docs/coverage.md.
import { describe, expect, test } from 'vitest';
import type { CheckRow } from '../../src/domain/checks.ts';
import { judgeRecall } from '../../src/domain/recall.ts';
import { stages } from '../../src/domain/words.ts';
import { memory } from '../../src/stores/memory/index.ts';
import { openBench } from './bench.ts';

const set = '20260131T020000Z-3f9a1c';
const row = (state: CheckRow['state']): CheckRow => ({
  check: 'search',
  says: 'searches of items through nearest find what is nearest',
  state,
  expected: 'about 98 % of the nearest rows, as before',
  found: '97 % of the nearest rows',
});

/** A restored copy in a kind of store whose indexes are approximate. */
const compared = async (state: CheckRow['state']) => {
  const bench = await openBench();
  await bench.call('takeSnapshot', { site: bench.primary, set });
  const { site } = bench.made('beside');
  await bench.call('providePlace', { site });
  await bench.call('beginRestore', { site, set });
  for (const stage of stages) await bench.call('applyUnits', { site, set, stage, batch: 0, batches: 1 });
  const open: typeof memory.open = async (url, work) => {
    const place = await memory.open(url, work);
    return { ...place, can: { ...place.can, recall: async () => [row(state)] } };
  };
  bench.world.kinds = { ...bench.world.kinds, memory: { ...memory, open } as never };
  return bench.call('comparePlace', { site, set });
};

describe('the recall of a restored index', () => {
  test('is shown beside the recall before, with the proof of equality', async () => {
    expect(await compared('green')).toMatchObject({
      checks: [{ check: 'search', state: 'green' }],
      equality: [{}, {}, {}],
      findings: [{ says: expect.stringContaining('97 % of the nearest rows (about 98 %'), isFailure: false }],
    });
  });

  test('that is much lower refuses the copy', async () => {
    await expect(compared('red')).rejects.toMatchObject({ type: 'not-equal' });
  });

  test('is much lower by more than fifteen of a hundred', () => {
    const judge = (before: number, after: number) =>
      judgeRecall({ nearest: 100, found: before }, { nearest: 100, found: after });
    expect(judge(98, 84).state).toBe('green');
    expect(judge(98, 82)).toEqual({
      state: 'red',
      expected: 'about 98 % of the nearest rows, as before',
      found: '82 % of the nearest rows',
    });
    expect(judge(40, 100).state).toBe('green');
    expect(judgeRecall({ nearest: 0, found: 0 }, { nearest: 0, found: 0 }).state).toBe('green');
  });
});
