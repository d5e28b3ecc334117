import { MockActivityEnvironment } from '@temporalio/testing';
import { Secret, TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { provePerson } from '../../activities/prove-person.ts';
import { createSecrets } from '../../activities/secrets.ts';
import type { World } from '../../activities/world.ts';
import type { Proof } from '../../src/domain/desk.ts';
import { estateOf } from './bench.ts';

/** Secret of the RFC's test vectors: the ASCII digits, 20 bytes. */
const rfc = new Secret({ buffer: new TextEncoder().encode('12345678901234567890').buffer }).base32;
const other = 'JBSWY3DPEHPK3PXP';

/** A desk whose clock stands at so many seconds. */
const deskAt = (
  seconds: number,
  secrets: Record<string, string> = { 'env:CODE_ON_CALL': rfc, 'env:CODE_SECOND': other },
) => {
  const spent = new Set<string>();
  const clock = { seconds };
  const world = {
    estate: estateOf(),
    secrets: createSecrets(async (ref) => secrets[ref]!),
    now: () => new Date(clock.seconds * 1000).toISOString(),
    vault: { once: async (what: string) => spent.size < spent.add(what).size },
  } as unknown as World;
  const prove = (code: string): Promise<Proof> =>
    new MockActivityEnvironment().run(provePerson(world), { run: 'r', plan: 'p', gate: 'approve-switch', code });
  return { prove, clock, spent };
};

describe('a one-time code', () => {
  test.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('of RFC 6238 at %i s proves its person', async (seconds, code) => {
    expect(await deskAt(seconds).prove(code)).toEqual({ person: 'on-call' });
  });

  test('proves whose it is', async () => {
    const code = TOTP.generate({ secret: Secret.fromBase32(other), timestamp: 59_000 });
    expect(await deskAt(59).prove(code)).toEqual({ person: 'second' });
  });

  test('may be typed with spaces', async () => {
    expect(await deskAt(59).prove(' 287 082 ')).toEqual({ person: 'on-call' });
  });

  test('is good one step early or late, and no further', async () => {
    for (const seconds of [29, 30, 59, 60, 89])
      expect(await deskAt(seconds).prove('287082')).toEqual({ person: 'on-call' });
    for (const seconds of [90, 150]) expect(await deskAt(seconds).prove('287082')).toHaveProperty('refused');
    expect(await deskAt(89).prove('287082')).toEqual({ person: 'on-call' });
    expect(await deskAt(1111111109 - 90).prove('081804')).toHaveProperty('refused');
  });

  test('is good once, also when the clock has gone on', async () => {
    const { prove, clock } = deskAt(59);
    expect(await prove('287082')).toEqual({ person: 'on-call' });
    expect(await prove('287082')).toEqual({ refused: expect.stringContaining('used before') });
    clock.seconds = 61;
    expect(await prove('287082')).toEqual({ refused: expect.stringContaining('used before') });
  });

  test('that two people share proves nobody and is not spent', async () => {
    const { prove, spent } = deskAt(59, { 'env:CODE_ON_CALL': rfc, 'env:CODE_SECOND': rfc });
    expect(await prove('287082')).toEqual({ refused: expect.stringContaining('two people') });
    expect(spent.size).toBe(0);
  });

  test.each(['000000', '12345', '1234567', 'abcdef', ''])(
    'like "%s" is refused with a sentence, not an error',
    async (code) => {
      const { prove, spent } = deskAt(59);
      expect(await prove(code)).toEqual({ refused: expect.stringMatching(/\w+ \w+/) });
      expect(spent.size).toBe(0);
    },
  );
});
