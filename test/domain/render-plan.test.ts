import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeCall } from '../../src/domain/describe-call.ts';
import { effects } from '../../src/domain/effects.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { formatBytes, renderPlan } from '../../src/domain/render-plan.ts';
import type { Call } from '../../src/domain/verbs.ts';
import { doStep, gate, phase, site, watch } from './phases.ts';

const plan = (more: Partial<Plan> = {}): Plan => ({
  runbook: 'restoreStore',
  says: 'Bring one target back',
  run: 'restoreStore/orders-db/INC-1',
  mode: 'live',
  digest: 'd1'.repeat(32),
  estate: 'e5'.repeat(32),
  madeAt: '2026-03-01T02:30:00.000Z',
  starter: { person: null, proven: false },
  targets: ['orders-db'],
  region: 'local',
  objective: { rtoSeconds: null, rpoSeconds: 90 },
  locks: [],
  sets: [],
  phases: [phase('one', [gate('ask'), doStep('act', ['ask']), watch('look', ['act'])])],
  input: { mode: 'live', set: 'latest' },
  notDone: [],
  versions: {},
  ...more,
});

describe('a plan for people', () => {
  test('says who started it, and asks for one more where nobody knows', () => {
    expect(renderPlan(plan())).toContain('started by nobody known');
    expect(renderPlan(plan())).toContain('opens: 2 different proven people (disruptive); closes as denied after 2h');
    const claimed = renderPlan(plan({ starter: { person: 'ana', proven: false } }));
    expect(claimed).toContain('started by ana (not proven)');
    const proven = renderPlan(plan({ starter: { person: 'ana', proven: true } }));
    expect(proven).toContain('opens: one proven person (disruptive)');
  });

  test('says that a plan changed nothing, and what a live run changes', () => {
    expect(renderPlan(plan({ mode: 'plan' }))).toContain('nothing has been changed');
    expect(renderPlan(plan())).toContain('live: this changes what users reach');
  });

  test('leaves sections out that are empty, and a missing promise is "none"', () => {
    const text = renderPlan(plan());
    expect(text).toContain('promised: RTO none, RPO 1m30s');
    for (const title of ['Sets:', 'Locked while it runs:', 'Not done:']) expect(text).not.toContain(title);
    expect(renderPlan(plan({ notDone: ['nothing is switched'] }))).toContain('Not done:\n\n- nothing is switched\n');
  });

  test('names every place once, however many steps use it', () => {
    const lines = renderPlan(plan()).split('\n');
    expect(lines.filter((line) => line.startsWith('- orders-db/beside-1 (database'))).toHaveLength(1);
  });
});

describe('the sentence of a call', () => {
  const all = {
    target: 'orders-db',
    set: 'set-1',
    sites: [site],
    site,
    from: site.place,
    to: site.place,
    epoch: 3,
    until: '2026-03-08T02:30:00.000Z',
    service: 'shop-api',
    stage: 'data',
    batch: 1,
    batches: 4,
  };

  test('exists for every verb, and leaves nothing open', () => {
    for (const verb of Object.keys(effects)) {
      const sentence = describeCall({ verb, with: all } as unknown as Call);
      expect(sentence, verb).toMatch(/\w+ \w+/);
      expect(sentence, verb).not.toMatch(/undefined|\[object|[A-Z]\w+ \w+\.$/);
    }
  });
});

describe('a size for people', () => {
  test('has three digits at most, and the unit people expect', () => {
    expect([0, 999, 1000, 1_500_000, 3_214_000_000, 999_950, 2e15].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '1.5 MB',
      '3.2 GB',
      '1 MB',
      '2 PB',
    ]);
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (bytes) => {
        expect(formatBytes(bytes)).toMatch(/^(\d{1,2}\.\d|\d{1,4}) (B|kB|MB|GB|TB|PB)$/);
      }),
    );
  });
});
