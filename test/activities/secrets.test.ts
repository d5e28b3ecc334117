import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toFailure } from '../../activities/failure.ts';
import { createSecrets } from '../../activities/secrets.ts';
import { DrError } from '../../src/domain/errors.ts';

const of = (values: Record<string, string>) => createSecrets(async (ref) => values[ref]!);

describe('a secret that was resolved', () => {
  test('leaves no text in any spelling', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 4 }), fc.string(), fc.string(), async (secret, before, after) => {
        fc.pre(secret.trim().length >= 4 && !secret.includes('*'));
        const secrets = of({ 'env:A': secret });
        await secrets.resolve('env:A');
        for (const spelling of [secret, JSON.stringify(secret)]) {
          expect(secrets.scrub(`${before}${spelling}${after}`)).not.toContain(secret.trim());
        }
      }),
    );
  });

  test('takes the password of its URL along, encoded or not', async () => {
    const secrets = of({ 'env:DB': 'postgres://app:p%40ss%2Fword@db.internal:5432/orders' });
    await secrets.resolve('env:DB');
    const text = secrets.scrub(
      'login failed: p@ss/word, p%40ss%2Fword, postgres://app:p%40ss%2Fword@db.internal:5432/orders',
    );
    expect(text).toBe('login failed: ***, ***, postgres://db.internal:5432/orders');
  });

  test('keeps where a connection string leads, and nothing else of it', async () => {
    const secrets = of({ 'env:DB': 'postgres://db.internal/orders?sslmode=require&password=hunter22' });
    await secrets.resolve('env:DB');
    expect(secrets.scrub('postgres://db.internal/orders?sslmode=require&password=hunter22 is down')).toBe(
      'postgres://db.internal/orders is down',
    );
    expect(secrets.scrub('password=hunter22 sslmode=require')).toBe('password=*** sslmode=require');
  });

  test('leaves no field of a value, however deep, and leaves the rest as it is', async () => {
    const secrets = of({ 'env:A': 'hunter22' });
    await secrets.resolve('env:A');
    const value = { says: 'with hunter22', list: [1, null, true, { 'hunter22-key': 'x' }], n: 4 };
    expect(secrets.scrubAll(value)).toEqual({ says: 'with ***', list: [1, null, true, { '***-key': 'x' }], n: 4 });
  });
});

test('a password that is no legal part of a URL is hidden all the same', async () => {
  const secrets = of({ 'env:DB': 'postgres://app:100%sure@db/orders' });
  await secrets.resolve('env:DB');
  expect(secrets.scrub('postgres://app:100%sure@db/orders: 100%sure')).toBe('postgres://db/orders: ***');
});

test('the password of a URL nobody resolved goes too', () => {
  const { scrub } = of({});
  expect(scrub('cannot reach redis://user:s3cr3t@cache:6379/0')).toBe('cannot reach redis://user:***@cache:6379/0');
  expect(scrub('cannot reach redis://:s3cr3t@cache:6379')).toBe('cannot reach redis://:***@cache:6379');
  expect(scrub('see http://host:80/path and a@b')).toBe('see http://host:80/path and a@b');
});

describe('an error on its way to Temporal', () => {
  test('keeps its kind, hint and facts, and tells whether trying again can help', () => {
    const error = new DrError('not-equal', 'rows differ', 'restore again', { facts: { differences: 2 } });
    expect(toFailure(error, of({}))).toMatchObject({
      type: 'not-equal',
      nonRetryable: true,
      message: 'rows differ\nhint: restore again',
      details: [{ hint: 'restore again', facts: { differences: 2 } }],
    });
    expect(toFailure(new DrError('unreachable', 'no answer', 'wait'), of({}))).toMatchObject({
      type: 'unreachable',
      nonRetryable: false,
    });
  });

  test('that nobody expected is tried again, and has no stack, no cause and no secret', async () => {
    const secrets = of({ 'env:A': 'hunter22' });
    await secrets.resolve('env:A');
    const failure = toFailure(new TypeError('bad hunter22', { cause: new Error('hunter22') }), secrets);
    expect(failure).toMatchObject({ type: 'unexpected', nonRetryable: false, message: 'bad ***', details: [] });
    expect(failure.stack).toBe('');
    expect(failure.cause).toBeUndefined();
  });

  test('hides secrets in hints and facts as well', async () => {
    const secrets = of({ 'env:A': 'hunter22' });
    await secrets.resolve('env:A');
    const error = new DrError('refused', 'a hunter22', 'b hunter22', { facts: { c: 'hunter22' } });
    expect(JSON.stringify(toFailure(error, secrets))).not.toContain('hunter22');
  });
});
