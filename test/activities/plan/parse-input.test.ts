import { describe, expect, test } from 'vitest';
import { parseInput } from '../../../activities/plan/parse-input.ts';
import { DrError } from '../../../src/domain/errors.ts';
import { estateOf } from '../bench.ts';

const now = '2026-01-31T14:00:00.000Z';
const parse = (raw: unknown) => parseInput(raw, 'restoreStore', estateOf(), now);

const refusal = (raw: unknown): DrError => {
  try {
    parse(raw);
  } catch (error) {
    if (error instanceof DrError) return error;
    throw error;
  }
  return expect.fail(`${JSON.stringify(raw)} was taken`);
};

const plain = { mode: 'plan', set: 'latest' };

describe('input that is taken', () => {
  test.each([
    ['nothing', undefined, plain],
    ['null', null, plain],
    ['an empty text', '', plain],
    ['an empty object', {}, plain],
    ['an object in a text', '{"target":"orders-db"}', { ...plain, target: 'orders-db' }],
    ['several targets, each once', { targets: ['orders-db', 'orders-db '] }, { ...plain, targets: ['orders-db'] }],
    ['spaces around a name', { target: ' orders-db ' }, { ...plain, target: 'orders-db' }],
    ['a time of another zone', { at: '2026-01-31T14:05:00+02:00' }, { ...plain, at: '2026-01-31T12:05:00.000Z' }],
    [
      'everything',
      {
        target: 'orders-db',
        mode: 'live',
        set: '20260131T020000Z-3f9a1c',
        incident: 'INC-4211',
        why: 'disk',
        impactAt: '2026-01-31T13:00:00Z',
        detectedAt: '2026-01-31T13:05:00Z',
        declaredAt: '2026-01-31T13:10:00Z',
        by: 'on-call',
        code: '123456',
      },
      expect.objectContaining({ mode: 'live', impactAt: '2026-01-31T13:00:00.000Z', code: '123456' }),
    ],
  ])('%s', (_, raw, input) => expect(parse(raw)).toEqual(input));
});

describe('input that is refused says what is legal', () => {
  test.each([
    ['a list', [{}], 'bad-input', 'expected {…}, found a list'],
    ['a number', 7, 'bad-input', 'expected {…}, found a number'],
    ['true', true, 'bad-input', 'expected {…}, found a boolean'],
    ['a sentence', 'orders-db please', 'bad-input', 'expected {…}, found a text'],
    ['a text in a text', '"{}"', 'bad-input', 'found a text'],
    ['a list in a text', '[1]', 'bad-input', 'found a list'],
    ['a number in a text', '3', 'bad-input', 'found a number'],
    ['an unknown one of several targets', { targets: ['orders-bd'] }, 'unknown-name', 'no target "orders-bd"'],
    ['no target among several', { targets: [] }, 'bad-input', 'targets: expected at least one name'],
    ['a text of targets', { targets: 'orders-db' }, 'bad-input', 'targets: expected a list of names'],
    ['one target and several', { target: 'orders-db', targets: ['orders-db'] }, 'bad-input', 'both target and targets'],
    ['a mistyped field', { taget: 'orders-db' }, 'bad-input', 'no field "taget"; did you mean "target"?'],
    [
      'a mistyped mode',
      { mode: 'dril' },
      'bad-input',
      'mode: expected one of plan, drill, live; did you mean "drill"?',
    ],
    ['a number as target', { target: 3 }, 'bad-input', 'target: expected a name'],
    ['null as target', { target: null }, 'bad-input', 'target: expected a name'],
    ['an empty target', { target: ' ' }, 'bad-input', 'target: expected a name'],
    [
      'a mistyped target',
      { target: 'order-db' },
      'unknown-name',
      'no target "order-db" in the estate; did you mean "orders-db"?',
    ],
    ['a person nobody knows', { by: 'mallory' }, 'unknown-name', 'no person "mallory" in the estate'],
    ['a time in words', { at: 'yesterday' }, 'bad-input', 'at: expected a time like 2026-01-31T14:05:00Z'],
    ['a time without a zone', { at: '2026-01-31T14:05:00' }, 'bad-input', 'at: expected a time like'],
    ['a code that is a number', { code: 123456 }, 'bad-input', 'code: '],
    ['a short code', { code: '12345' }, 'bad-input', 'code: expected the six digits'],
    ['set and at', { set: 'x', at: now }, 'bad-input', 'both set and at are given'],
    ['an impact in the future', { impactAt: '2026-02-01T00:00:00Z' }, 'bad-input', 'impactAt lies in the future'],
  ])('%s', (_, raw, kind, message) => {
    const error = refusal(raw);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(message);
    expect(error.hint).not.toBe('');
  });

  test('every problem at once, with targets and modes', () => {
    const error = refusal({ mode: 'x', at: 'y', nonsense: 1 });
    for (const part of ['mode:', 'at:', 'no field "nonsense"']) expect(error.message).toContain(part);
    for (const part of ['targets: orders-db', 'modes: plan, drill, live', '{"target":"orders-db","mode":"plan"}']) {
      expect(error.hint).toContain(part);
    }
  });

  test('without repeating what may be a secret', () => {
    const error = refusal({ 'postgres://u:hunter2@db': 1, target: 'postgres://u:hunter2@db' });
    expect(`${error.message}${error.hint}`).not.toContain('hunter2');
  });
});
