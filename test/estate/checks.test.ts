// Rows C3 C6 of docs/coverage.md.
import { describe, expect, test } from 'vitest';
import { parseEstate } from '../../src/estate/read-estate.ts';
import { broken, fine, problems } from './estate-file.ts';

const withChecks = (checks: string): string => `${fine}    checks:\n${checks}`;
const read = (checks: string) => parseEstate(withChecks(checks), '/etc/dr/estate.yaml').targets['orders-db']!.checks;

const all = `      - kind: orphans
        child: public.lines
        columns: [order_id]
        parent: public.orders
        parentColumns: [id]
      - { kind: objects, names: [public.orders] }
      - kind: columns
        of: public.orders
        columns:
          id: bigint
          at: { type: timestamp with time zone, notNull: true }
          "odd name": {}
          note:
      - kind: index
        of: public.orders
        keys: [customer, { expression: lower(mail), order: desc, nulls: last }]
        unique: true
        where: deleted IS NULL
      - { kind: newestRow, of: public.orders, column: at, within: 1h30m }
      - { kind: sql, says: no total is negative, query: SELECT 1, expect: { rows: empty } }
      - { kind: sql, says: there are cities, query: SELECT 1, expect: { min: 3 }, timeout: 5m }
      - { kind: integrity }
`;

describe('the checks of a target', () => {
  test('are read in their order, with defaults', () => {
    expect(read(all)).toEqual([
      {
        kind: 'orphans',
        child: 'public.lines',
        columns: ['order_id'],
        parent: 'public.orders',
        parentColumns: ['id'],
      },
      { kind: 'objects', names: ['public.orders'] },
      {
        kind: 'columns',
        of: 'public.orders',
        columns: [
          { name: 'id', type: 'bigint', notNull: false },
          { name: 'at', type: 'timestamp with time zone', notNull: true },
          { name: 'odd name', notNull: false },
          { name: 'note', notNull: false },
        ],
      },
      {
        kind: 'index',
        of: 'public.orders',
        keys: [{ column: 'customer' }, { expression: 'lower(mail)', order: 'desc', nulls: 'last' }],
        isUnique: true,
        method: 'btree',
        include: [],
        where: 'deleted IS NULL',
        nullsNotDistinct: false,
      },
      { kind: 'newestRow', of: 'public.orders', column: 'at', withinMs: 5_400_000 },
      {
        kind: 'sql',
        says: 'no total is negative',
        query: 'SELECT 1',
        expect: { rows: 'empty' },
        timeoutMs: 60_000,
      },
      { kind: 'sql', says: 'there are cities', query: 'SELECT 1', expect: { min: 3 }, timeoutMs: 300_000 },
      { kind: 'integrity' },
    ]);
    expect(parseEstate(fine, '/etc/dr/estate.yaml').targets['orders-db']!.checks).toEqual([]);
  });

  test('are part of the digest: a worker with other checks refuses', () => {
    const digest = (text: string) => parseEstate(text, 'estate.yaml').digest;
    expect(digest(withChecks('      - { kind: integrity }\n'))).not.toBe(digest(fine));
  });

  const first = fine.split('\n').length + 1;
  const wrong: [what: string, check: string, says: string][] = [
    ['an unknown kind', '{ kind: orphan }', 'checks.0.kind: "orphan" is no kind of check; did you mean "orphans"?'],
    [
      'no kind',
      '{ of: x }',
      'expected a kind; kinds: orphans, objects, columns, index, newestRow, sql, dimensions, search, integrity',
    ],
    ['a text', 'orphans', 'expected a mapping with a kind'],
    ['a typo in a field', '{ kind: objects, nams: [x] }', '"nams" is no field here; did you mean "names"?'],
    ['no objects', '{ kind: objects, names: [] }', 'expected at least one of names of objects'],
    [
      'columns that are not paired',
      '{ kind: orphans, child: a, columns: [x, y], parent: b, parentColumns: [z] }',
      'checks.0.parentColumns: has to name as many columns as `columns`',
    ],
    [
      'a key of two things',
      '{ kind: index, of: a, keys: [{ column: x, expression: y }] }',
      'expected either a column or an expression',
    ],
    ['no duration', '{ kind: newestRow, of: a, column: x, within: soon }', 'expected a duration like 15m'],
    [
      'two expectations',
      '{ kind: sql, says: x, query: y, expect: { min: 1, max: 2 } }',
      'expected one of equals, min, max, rows',
    ],
    ['no expectation', '{ kind: sql, says: x, query: y }', 'is missing: expected a mapping of equals, min, max, rows'],
    ['an order that is none', '{ kind: index, of: a, keys: [{ column: x, order: up }] }', 'expected asc or desc'],
  ];
  test.each(wrong)('with %s are refused by their line', (_, check, says) => {
    const found = problems(withChecks(`      - ${check}\n`));
    expect(found.join('\n')).toContain(says);
    expect(found.every((one) => one.startsWith(`estate.yaml:${first}: targets.orders-db.checks.0`))).toBe(true);
  });

  test('have to be ones that the kind of store can run', () => {
    const { text } = broken('kind: postgres', 'kind: memory');
    const checks = '    checks:\n      - { kind: objects, names: [x] }\n      - kind: integrity\n';
    expect(problems(`${text}${checks}`)).toEqual([
      `estate.yaml:${first + 1}: targets.orders-db.checks.1: memory stores have no check "integrity"; checks: orphans, objects, newestRow`,
    ]);
  });
});

describe('orphans beside another target', () => {
  const other = '  vectors: { kind: KIND, primary: env:VECTORS_URL }\n';
  const text = (parentTarget: string, kind = 'memory'): string => {
    const check = `{ kind: orphans, child: a, columns: [x], parentTarget: ${parentTarget}, parent: b, parentColumns: [y] }`;
    return `${withChecks(`      - ${check}\n`)}${other.replace('KIND', kind)}`;
  };

  test('name a target that is there, by line', () => {
    const [check] = parseEstate(text('vectors'), '/etc/dr/estate.yaml').targets['orders-db']!.checks;
    expect(check).toMatchObject({ kind: 'orphans', parentTarget: 'vectors' });
    const line =
      text('')
        .split('\n')
        .findIndex((one) => one.includes('kind: orphans')) + 1;
    expect(problems(text('vektors'))).toEqual([
      `estate.yaml:${line}: targets.orders-db.checks.0.parentTarget: "vektors" is no target; did you mean "vectors"?; targets: orders-db, vectors`,
    ]);
    expect(problems(text('orders-db'))).toEqual([
      `estate.yaml:${line}: targets.orders-db.checks.0.parentTarget: is the target itself: leave it out to look for parents here`,
    ]);
  });
});
