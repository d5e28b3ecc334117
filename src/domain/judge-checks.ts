import type { CheckRow, Expectation } from './checks.ts';
import type { Instant } from './words.ts';

/** Of the newest row of an object: null when it has none. A row of later than `at` is new enough. */
export const judgeAge = (
  newest: Instant | null,
  at: Instant,
  withinMs: number,
): Pick<CheckRow, 'state' | 'expected' | 'found'> => {
  const oldest = new Date(Date.parse(at) - withinMs).toISOString();
  const expected = `${oldest} or later`;
  if (newest === null) return { state: 'red', expected, found: 'no row with a time' };
  return { state: Date.parse(newest) >= Date.parse(oldest) ? 'green' : 'red', expected, found: newest };
};

const sayExpectation = (expect: Expectation): string => {
  if ('equals' in expect) return String(expect.equals);
  if ('min' in expect) return `at least ${expect.min}`;
  if ('max' in expect) return `at most ${expect.max}`;
  return expect.rows === 'empty' ? 'no row' : 'at least one row';
};

const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const whole = /^[+-]?\d+$/;

/** Exact for whole numbers of any size. Null when either is no number. */
const compareNumbers = (a: string, b: string): number | null => {
  if (!numeral.test(a) || !numeral.test(b)) return null;
  if (whole.test(a) && whole.test(b)) return Number(BigInt(a) - BigInt(b));
  return Number(a) - Number(b);
};

/** How the first rows of an answer look: `rows` is 0, 1 or 2 for more; the value is text as the store prints it. */
export interface Answered {
  rows: 0 | 1 | 2;
  value: string | null;
}

const isAsExpected = (expect: Expectation, { rows, value }: Answered): boolean => {
  if ('rows' in expect) return (rows === 0) === (expect.rows === 'empty');
  if (rows !== 1 || value === null) return false;
  if ('min' in expect) return (compareNumbers(value, String(expect.min)) ?? -1) >= 0;
  if ('max' in expect) return (compareNumbers(value, String(expect.max)) ?? 1) <= 0;
  return (
    value === String(expect.equals) ||
    (typeof expect.equals === 'number' && compareNumbers(value, String(expect.equals)) === 0)
  );
};

/** Numbers and yes or no may be told; any other value may be somebody's. */
const isTellable = (value: string): boolean => numeral.test(value) || value === 'true' || value === 'false';

/** An answer against its expectation. What cannot be compared (no row, several, no number) is red. */
export const judgeAnswer = (
  expect: Expectation,
  answered: Answered,
): Pick<CheckRow, 'state' | 'expected' | 'found'> => {
  const isGreen = isAsExpected(expect, answered);
  const { rows, value } = answered;
  const told = value === null ? 'null' : isTellable(value) ? value : isGreen ? 'as expected' : 'another value';
  const counted = rows === 0 ? 'no row' : rows === 1 ? 'one row' : 'more than one row';
  const found = 'rows' in expect || rows !== 1 ? counted : told;
  return { state: isGreen ? 'green' : 'red', expected: sayExpectation(expect), found };
};
