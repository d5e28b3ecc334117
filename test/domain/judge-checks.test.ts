// Rows C6 of docs/coverage.md.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Expectation } from '../../src/domain/checks.ts';
import { type Answered, judgeAge, judgeAnswer } from '../../src/domain/judge-checks.ts';

const moment = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => new Date(ms).toISOString());

describe('the age of the newest row', () => {
  test('is green exactly while it is within the promise, and later rows are new enough', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -9_000_000, max: 9_000_000 }), fc.nat(9_000_000), (at, ageMs, withinMs) => {
        const newest = new Date(Date.parse(at) - ageMs).toISOString();
        expect(judgeAge(newest, at, withinMs).state).toBe(ageMs <= withinMs ? 'green' : 'red');
      }),
    );
  });

  test('is red without any row, and tells both times otherwise', () => {
    const at = '2026-03-01T02:00:00.000Z';
    expect(judgeAge(null, at, 1000)).toMatchObject({ state: 'red', found: 'no row with a time' });
    expect(judgeAge('2026-03-01T00:59:59.999Z', at, 3_600_000)).toEqual({
      state: 'red',
      expected: '2026-03-01T01:00:00.000Z or later',
      found: '2026-03-01T00:59:59.999Z',
    });
  });
});

describe('an answer', () => {
  const one = (value: string | null): Answered => ({ rows: 1, value });
  const state = (expect: Expectation, answered: Answered) => judgeAnswer(expect, answered).state;

  test('is compared with bounds exactly, however large the numbers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.maxSafeInteger(), (found, bound) => {
        expect(state({ min: bound }, one(String(found)))).toBe(found >= BigInt(bound) ? 'green' : 'red');
        expect(state({ max: bound }, one(String(found)))).toBe(found <= BigInt(bound) ? 'green' : 'red');
        expect(state({ equals: bound }, one(String(found)))).toBe(found === BigInt(bound) ? 'green' : 'red');
      }),
    );
  });

  test('with fractions is compared as a number', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
        fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
        (a, b) => {
          expect(state({ min: b }, one(String(a)))).toBe(a >= b ? 'green' : 'red');
          expect(state({ max: b }, one(String(a)))).toBe(a <= b ? 'green' : 'red');
        },
      ),
    );
    expect(state({ equals: 1.5 }, one('1.50'))).toBe('green');
    expect(state({ equals: '1.5' }, one('1.50'))).toBe('red');
  });

  test('that is no number, no row, null or several rows meets no bound and equals nothing', () => {
    const answers: Answered[] = [{ rows: 0, value: null }, one(null), { rows: 2, value: '5' }, one('NaN'), one('five')];
    for (const answered of answers) {
      for (const expected of [{ min: 0 }, { max: 9 }, { equals: 5 }] as Expectation[]) {
        expect(state(expected, answered)).toBe('red');
      }
    }
    expect(state({ equals: 'NaN' }, one('NaN'))).toBe('green');
  });

  test('is counted where only its rows matter', () => {
    for (const rows of [0, 1, 2] as const) {
      const answered = { rows, value: rows === 0 ? null : 'x' };
      expect(state({ rows: 'empty' }, answered)).toBe(rows === 0 ? 'green' : 'red');
      expect(state({ rows: 'nonEmpty' }, answered)).toBe(rows === 0 ? 'red' : 'green');
    }
  });

  test('never tells a value that may be somebody’s', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => !/^[-+.\de]+$/i.test(text) && text !== 'true' && text !== 'false'),
        fc.constantFrom<Expectation>({ min: 1 }, { equals: 'ana' }, { rows: 'empty' }),
        (value, expected) => {
          const { found } = judgeAnswer(expected, one(`${value}@example`));
          expect(['another value', 'one row']).toContain(found);
        },
      ),
    );
    expect(judgeAnswer({ equals: 'ana' }, one('ana')).found).toBe('as expected');
    expect(judgeAnswer({ max: 3 }, one('12')).found).toBe('12');
  });
});
