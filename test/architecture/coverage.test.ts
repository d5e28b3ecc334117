import { describe, expect, test } from 'vitest';
import { runbooks } from '../../runbooks/index.ts';
import { files, readText } from './project.ts';

const counts = { Y: 17, D: 12, B: 12, T: 6, C: 8, M: 9, G: 7, W: 7 };
const ids = Object.entries(counts).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, at) => `${letter}${at + 1}`),
);

interface Row {
  id: string;
  what: string;
  by: string;
  tests: readonly string[];
  against: string;
}

const rows: readonly Row[] = readText('docs/coverage.md')
  .split('\n')
  .filter((line) => /^\| [A-Z]\d+ +\|/.test(line))
  .map((line) => {
    const [id = '', what = '', by = '', tests = '', against = ''] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    return { id, what, by, tests: tests === '' ? [] : tests.split(', '), against };
  });
const built = rows.filter(({ by }) => by !== 'open');

/** Why a built row is not proven, as sentences. */
const whyNotProven = (
  { id, by, tests, against }: Row,
  exists: readonly string[],
  read: (path: string) => string,
): string[] => {
  const names = new RegExp(`(?<![A-Za-z0-9])${id}(?![A-Za-z0-9])`);
  return [
    ...(by === '' ? [`${id} says neither open nor what does it`] : []),
    ...(tests.length === 0 ? [`${id} names no test`] : []),
    ...(/^(real|emulator|stand-in|pure)(, (real|emulator|stand-in|pure))*$/.test(against)
      ? []
      : [`${id} does not say what its test ran against`]),
    ...tests.flatMap((path) => {
      if (!exists.includes(path)) return [`${id} names ${path}, which does not exist`];
      return names.test(read(path)) ? [] : [`${id} names ${path}, which does not name it`];
    }),
  ];
};

describe('the coverage table', () => {
  test('has one line for every row that is asked for, in order, and no other', () => {
    const inOrder = [...rows].map(({ id }) => id);
    expect(inOrder).toEqual(ids);
    for (const { id, what } of rows) expect(what, id).toMatch(/\w+ \w+/);
  });

  test('names for every row that is built a test that exists and names the row', () => {
    expect(built.flatMap((row) => whyNotProven(row, files, readText))).toEqual([]);
  });

  test('leaves everything else of an open row empty', () => {
    const half = rows.filter(({ by, tests, against }) => by === 'open' && (tests.length > 0 || against !== ''));
    expect(half).toEqual([]);
  });

  test('names runbooks that exist', () => {
    const named = built.flatMap(({ by }) => [...by.matchAll(/`([a-z]+[A-Z]\w*)`/g)].map(([, name]) => name!));
    expect(named.filter((name) => !(name in runbooks))).toEqual([]);
  });

  test('would be told of a row that claims too much', () => {
    const row = { id: 'Y1', what: 'w', by: '`restoreStore`', tests: ['test/a.test.ts'], against: 'real' };
    const say = (more: Partial<Row>, text = 'Y1'): string[] =>
      whyNotProven({ ...row, ...more }, ['test/a.test.ts'], () => text);
    expect(say({})).toEqual([]);
    expect(say({}, 'Y10 and SHY1')).toEqual(['Y1 names test/a.test.ts, which does not name it']);
    expect(say({ tests: ['test/b.test.ts'] })).toEqual(['Y1 names test/b.test.ts, which does not exist']);
    expect(say({ tests: [] })).toEqual(['Y1 names no test']);
    expect(say({ against: 'a laptop' })).toEqual(['Y1 does not say what its test ran against']);
  });
});
