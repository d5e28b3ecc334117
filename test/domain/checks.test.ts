// Rows C3 C6 of docs/coverage.md.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Check, CheckRow } from '../../src/domain/checks.ts';
import { checkKinds, checkStates, countChecks, describeCheck, refuseRed, worstFirst } from '../../src/domain/checks.ts';

const row = (state: CheckRow['state'], says = 'every a is in b'): CheckRow => ({
  check: 'orphans',
  says,
  state,
  expected: '0 orphans',
  found: '3 orphans',
});
const anyRows = fc.array(
  fc.constantFrom(...checkStates).map((state) => row(state)),
  { maxLength: 20 },
);

describe('rows of checks', () => {
  test('come with the worst first, none lost and none moved among its like', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const numbered = rows.map((one, n) => ({ ...one, says: String(n) }));
        const sorted = worstFirst(numbered);
        expect(sorted.toSorted((a, b) => Number(a.says) - Number(b.says))).toEqual(numbered);
        const rank = sorted.map(({ state: of, says }) => checkStates.indexOf(of) * 1000 + Number(says));
        expect(rank).toEqual(rank.toSorted((a, b) => a - b));
      }),
    );
  });

  test('are refused exactly when one is red, with all of them as evidence', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const red = rows.filter((one) => one.state === 'red').length;
        const refusal = refuseRed(rows);
        expect(refusal === null).toBe(red === 0);
        if (refusal === null) return;
        expect(refusal).toMatchObject({ kind: 'not-equal', isPermanent: true, facts: { red } });
        expect(refusal.evidence.checks).toEqual(rows);
        expect(refusal.message.length).toBeLessThan(1000);
      }),
    );
    expect(refuseRed([row('red')])?.message).toBe(
      'a check is red: every a is in b: expected 0 orphans, found 3 orphans',
    );
  });

  test('are counted by state', () => {
    expect(countChecks([row('green'), row('red'), row('green'), row('not measured')])).toBe(
      '2 green, 1 not measured, 1 red',
    );
    expect(countChecks([])).toBe('no check');
  });
});

describe('a check', () => {
  const checks: Check[] = [
    { kind: 'orphans', child: 'lines', columns: ['o', 'p'], parent: 'orders', parentColumns: ['a', 'b'] },
    { kind: 'objects', names: ['orders', 'lines'] },
    { kind: 'columns', of: 'orders', columns: [{ name: 'id', notNull: true }] },
    {
      kind: 'index',
      of: 'orders',
      keys: [{ column: 'a' }, { expression: 'lower(b)', collation: 'C', order: 'desc', nulls: 'last' }],
      isUnique: true,
      method: 'btree',
      include: ['c'],
      where: 'd IS NULL',
      nullsNotDistinct: true,
    },
    { kind: 'newestRow', of: 'orders', column: 'at', withinMs: 3_600_000 },
    { kind: 'sql', says: 'no total is negative', query: 'SELECT 1', expect: { rows: 'empty' }, timeoutMs: 1 },
    { kind: 'dimensions', of: 'items', column: 'v', dimensions: 384, nulls: 'refused' },
    {
      kind: 'search',
      of: 'items',
      column: 'v',
      key: 'id',
      near: { key: '7' },
      metric: 'cosine',
      limit: 3,
      hits: ['7', '8'],
    },
    { kind: 'integrity' },
  ];

  test('says what it claims', () => {
    expect(checks.map(({ kind }) => kind)).toEqual(Object.keys(checkKinds));
    expect(checks.map(describeCheck)).toEqual([
      'every lines (o, p) is in orders (a, b)',
      'there is orders, lines',
      'orders has id',
      'unique btree index on orders (a, (lower(b)) collate C desc nulls last) include (c) nulls not distinct where d IS NULL',
      'the newest at of orders is at most 1h old',
      'no total is negative',
      'every v of items has 384 dimensions, and none is null',
      'the 3 of items whose v is nearest to that of 7 hold 7, 8',
      'tables and indexes are whole',
    ]);
  });
});
