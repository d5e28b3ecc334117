import { describe, expect, test } from 'vitest';
import { type Check, type CheckKind, checkKinds, checkStates } from '../../../src/domain/checks.ts';
import type { CheckOptions } from '../../../src/stores/port.ts';
import type { Bench } from './bench.ts';
import type { Harness } from './harness.ts';

const options: CheckOptions = { at: '2026-03-01T02:00:00.000Z', isInService: false };

/** One check of every kind there is, of objects that are not there. */
const absent: { [K in CheckKind]: Extract<Check, { kind: K }> } = {
  orphans: { kind: 'orphans', child: 'gone', columns: ['a'], parent: 'gone too', parentColumns: ['b'] },
  objects: { kind: 'objects', names: ['gone'] },
  columns: { kind: 'columns', of: 'gone', columns: [{ name: 'a', notNull: true }] },
  index: {
    kind: 'index',
    of: 'gone',
    keys: [{ column: 'a' }],
    isUnique: false,
    method: 'btree',
    include: [],
    nullsNotDistinct: false,
  },
  newestRow: { kind: 'newestRow', of: 'gone', column: 'at', withinMs: 1000 },
  sql: { kind: 'sql', says: 'it is so', query: 'SELECT gone', expect: { rows: 'nonEmpty' }, timeoutMs: 1000 },
  dimensions: { kind: 'dimensions', of: 'gone', column: 'a', dimensions: 3, nulls: 'refused' },
  search: {
    kind: 'search',
    of: 'gone',
    column: 'a',
    key: 'id',
    near: { vector: [1, 2, 3] },
    metric: 'l2',
    limit: 3,
    hits: ['1'],
  },
  integrity: { kind: 'integrity' },
};

/** Checks only look; what they do not know is never green. */
export const checking = <Meta>(harness: Harness<Meta>, bench: () => Bench<Meta>): void => {
  describe.runIf(harness.can.checks)('of this store', () => {
    test('find every object under its name, and name the one that is not there', async () => {
      const { original, open } = bench();
      const checks = (await open(original.url)).can.checks!;
      const names = [...original.contents.keys()].map(harness.nameOf);
      expect(await checks.run([{ kind: 'objects', names }], options)).toMatchObject([{ state: 'green' }]);
      const gone = harness.nameOf('not there');
      const [row] = await checks.run([{ kind: 'objects', names: [...names, gone] }], options);
      expect(row).toMatchObject({ state: 'red', found: expect.stringContaining(gone) });
    });

    test('are red where what they name is absent, and of a kind that the store lacks not measured', async () => {
      const { original, open } = bench();
      const checks = (await open(original.url)).can.checks!;
      for (const [kind, stores] of Object.entries(checkKinds)) {
        const rows = await checks.run([absent[kind as CheckKind]], options);
        expect(rows.length, kind).toBeGreaterThan(0);
        for (const { check, state, says, expected, found } of rows) {
          expect(check).toBe(kind);
          expect(checkStates).toContain(state);
          for (const text of [says, expected, found]) expect(text).not.toBe('');
        }
        const isKnown = (stores as readonly string[]).includes(harness.kind.kind);
        if (!isKnown) expect(rows[0]!.state, kind).toBe('not measured');
        else if (kind !== 'integrity') expect(rows[0]!.state, kind).toBe('red');
      }
    });

    test('leave everything as it is', async () => {
      const { lab, open } = bench();
      const url = await lab.empty();
      await lab.put(url, 'orders', [['a', 'b']]);
      const place = await open(url);
      const look = async () => [await place.fingerprint({}), (await place.inspect()).objects.map(({ name }) => name)];
      const before = await look();
      await place.can.checks!.run(Object.values(absent), options);
      await place.can.checks!.run([{ kind: 'objects', names: [harness.nameOf('orders')] }], options);
      expect(await look()).toEqual(before);
    });

    test('stop when they are told to', async () => {
      const { original, open } = bench();
      const stop = new AbortController();
      const place = await open(original.url, { signal: stop.signal });
      stop.abort();
      const running = place.can.checks!.run(Object.values(absent), options);
      await expect(running).rejects.toMatchObject({ kind: 'interrupted' });
    });
  });
};
