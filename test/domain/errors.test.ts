import { describe, expect, test } from 'vitest';
import type { ErrorKind } from '../../src/domain/errors.ts';
import { DrError, describeError, errorKinds, exitCodeOf, isDrError } from '../../src/domain/errors.ts';

const kinds = Object.keys(errorKinds) as ErrorKind[];
const of = (kind: ErrorKind): DrError => new DrError(kind, 'what went wrong', 'what to do');

describe('errors', () => {
  test('say what, and on the next line what to do', () => {
    expect(describeError(of('damaged'))).toBe('what went wrong\nhint: what to do');
    expect(describeError(new Error('plain'))).toBe('plain');
    expect(describeError('a text')).toBe('a text');
  });

  test('are permanent or retryable by kind alone', () => {
    for (const kind of kinds) expect(of(kind).isPermanent).toBe(errorKinds[kind] === 'permanent');
  });

  test('whatever may go away by itself ends with exit code 1, never with bad input or refused', () => {
    for (const kind of kinds) {
      expect([1, 2, 3]).toContain(exitCodeOf(of(kind)));
      if (errorKinds[kind] === 'retryable') expect(exitCodeOf(of(kind))).toBe(1);
    }
    expect(exitCodeOf(of('bad-input'))).toBe(2);
    expect(exitCodeOf(of('locked'))).toBe(3);
    expect(exitCodeOf(new Error('unknown'))).toBe(1);
  });

  test('keep their cause, and are told from others', () => {
    const cause = new Error('socket');
    expect(new DrError('unreachable', 'm', 'h', { cause }).cause).toBe(cause);
    expect('cause' in of('missing')).toBe(false);
    expect(isDrError(of('missing'))).toBe(true);
    expect(isDrError(cause)).toBe(false);
  });
});
