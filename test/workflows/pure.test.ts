import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bare } from '../../src/cli/runs/say-status.ts';
import type { Stamps } from '../../src/domain/clocks.ts';
import { stampNames } from '../../src/domain/clocks.ts';
import { errorKinds } from '../../src/domain/errors.ts';
import type { MessageName } from '../../src/domain/message.ts';
import { messages } from '../../src/domain/message.ts';
import { profiles } from '../../src/domain/plan.ts';
import { attemptOptions, limits, pauseAfter } from '../../workflows/engine/profiles.ts';
import { readMessage } from '../../workflows/engine/read-message.ts';
import { mergeStamps } from '../../workflows/engine/stamps.ts';
import { byteLength, cutText, inline } from '../../workflows/engine/text.ts';

describe('texts', () => {
  test('are measured as UTF-8 and cut to fit, never within a sign', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 60 }), (text, most) => {
        expect(byteLength(text)).toBe(Buffer.byteLength(text));
        const cut = cutText(text, most);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(most);
        expect(cut === text || text.startsWith(cut.slice(0, -1))).toBe(true);
      }),
    );
  });

  test.each([
    ['a | b\n<img src=x> {workflowId}', 'a \\| b — \\<img src=x\\> \\{workflowId\\}'],
    ['table _a_ of x_y__z, *all* `rows`', 'table \\_a\\_ of x_y\\_\\_z, \\*all\\* \\`rows\\`'],
    ['type {"target":"db"} or dr run --mode live', 'type `{"target":"db"}` or dr run \\-\\-mode live'],
    [' $1 & [2]\t ~~3~~ ', '\\$1 \\& \\[2\\] \\~\\~3\\~\\~'],
  ])('show in the page as they are: %j', (text, markdown) => {
    expect(inline(text)).toBe(markdown);
    expect(bare(markdown)).toBe(text.replace(/\n/, ' — ').replaceAll(/\s+/g, ' ').trim());
  });
});

describe('what people type', () => {
  const names = Object.keys(messages) as MessageName[];

  test('anything at all is read or refused with a sentence, and never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.anything(), (name, raw) => {
        const read = readMessage(name, raw);
        if ('refused' in read) expect(read.refused).toMatch(new RegExp(`^${name}: .+\\. `));
        else for (const value of Object.values(read.fields)) expect(value).toMatch(/\S/);
      }),
    );
  });

  test.each([
    [482913, '482913'],
    [7, '000007'],
    ['482 913', '482913'],
    [' 482-913 ', '482913'],
    ['482 913\n', '482913'],
  ])('code %j is %s', (code, digits) => {
    expect(readMessage('approve', { code })).toEqual({ fields: { code: digits } });
  });

  test.each([['4829131'], ['48291a'], [-1], [1.5]])('%j is no code', (code) => {
    expect(readMessage('approve', { code })).toMatchObject({ refused: expect.stringContaining('six digits') });
  });
});

describe('stamps', () => {
  const instant = fc
    .date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const stamps = fc.dictionary(
    fc.constantFrom(...stampNames),
    fc.record({ at: instant, source: fc.constantFrom('probe' as const, 'person' as const) }),
  ) as fc.Arbitrary<Stamps>;

  test('the order in which facts arrive changes no moment', () => {
    fc.assert(
      fc.property(stamps, stamps, (one, other) => {
        const [a, b] = [mergeStamps(one, other), mergeStamps(other, one)];
        for (const name of stampNames) expect(a[name]?.at).toBe(b[name]?.at);
      }),
    );
  });

  test('it began when anyone first knew, and was over when the last part was', () => {
    const at = (time: string) => ({ at: `2026-01-01T${time}:00.000Z`, source: 'probe' as const });
    const merged = mergeStamps(
      { impact: at('10:00'), healthy: at('11:00') },
      { impact: at('09:00'), healthy: at('12:00') },
    );
    expect(merged).toEqual({ impact: at('09:00'), healthy: at('12:00') });
  });
});

describe('profiles', () => {
  test('pauses grow and are capped; together they outlast what they promise', () => {
    const patience = (profile: (typeof profiles)[number]): number =>
      Array.from({ length: limits[profile].attempts - 1 }, (_, at) => pauseAfter(profile, at + 1)).reduce(
        (a, b) => a + b,
        0,
      );
    for (const profile of profiles) expect(pauseAfter(profile, 50)).toBe(limits[profile].mostMs);
    expect(patience('quick')).toBeGreaterThanOrEqual(60_000);
    expect(patience('bulk')).toBeGreaterThanOrEqual(300_000);
  });

  test('an attempt beats within ten seconds, leaves only deaths to the server, and has no schedule-to-close time-out', () => {
    for (const profile of profiles) {
      const options = attemptOptions(profile, 'queue', 'ä'.repeat(300));
      expect(options.heartbeatTimeout).toBe(10_000);
      expect(options.retry?.nonRetryableErrorTypes).toEqual(expect.arrayContaining(Object.keys(errorKinds)));
      expect(options).not.toHaveProperty('scheduleToCloseTimeout');
      expect(Buffer.byteLength(options.summary ?? '')).toBeLessThanOrEqual(200);
    }
  });
});
