import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision, Risk, Starter } from '../../src/domain/risk.ts';
import { approvalsNeeded, judgeGate, raise, risks, whyNotCounted } from '../../src/domain/risk.ts';

const plan = 'a'.repeat(64);
const anyRisk = fc.constantFrom<Risk>(...risks);
const person = fc.constantFrom('ana', 'bo', 'cy', 'di');
const anyStarter: fc.Arbitrary<Starter> = fc.oneof(
  fc.record({ person, proven: fc.boolean() }),
  fc.constant({ person: null, proven: false }),
);
const anyDecision: fc.Arbitrary<Decision> = fc.record({
  gate: fc.constantFrom('approve-switch', 'approve-switch', 'approve-switch', 'other'),
  person,
  answer: fc.constantFrom('approve' as const, 'approve' as const, 'approve' as const, 'deny' as const),
  proof: fc.constantFrom('code' as const, 'code' as const, 'slack' as const, 'break-glass' as const),
  plan: fc.constantFrom(plan, plan, plan, 'b'.repeat(64)),
  at: fc.constant('2026-03-01T02:00:00.000Z'),
});

/** Sends decisions one after the other, as people do; keeps those that count. */
const count = (decisions: readonly Decision[], starter: Starter): Decision[] => {
  const soFar: Decision[] = [];
  for (const decision of decisions) {
    if (whyNotCounted(decision, { id: 'approve-switch', plan, starter, soFar }) === null) soFar.push(decision);
  }
  return soFar;
};

describe('the risk of a step', () => {
  test('is raised by the estate and never lowered', () => {
    fc.assert(
      fc.property(anyRisk, fc.option(anyRisk, { nil: undefined }), (own, wanted) => {
        const raised = risks.indexOf(raise(own, wanted));
        expect(raised).toBe(Math.max(risks.indexOf(own), wanted === undefined ? 0 : risks.indexOf(wanted)));
      }),
    );
  });

  test('asks for more people the higher it is, and the less is known of who started the run', () => {
    const proven = { person: 'ana', proven: true };
    const claimed = { person: 'ana', proven: false };
    expect(risks.map((risk) => approvalsNeeded(risk, proven))).toEqual([0, 1, 2]);
    expect(risks.map((risk) => approvalsNeeded(risk, claimed))).toEqual([0, 2, 2]);
  });
});

describe('a gate', () => {
  test('opens without break-glass only when enough different people approved this very plan, none of whom started it', () => {
    fc.assert(
      fc.property(anyRisk, anyStarter, fc.array(anyDecision, { maxLength: 8 }), (risk, starter, decisions) => {
        const counted = count(decisions, starter);
        if (judgeGate(risk, starter, counted).state !== 'approved') return;
        expect(counted.every(({ answer }) => answer === 'approve')).toBe(true);
        expect(counted.every((one) => one.plan === plan && one.gate === 'approve-switch')).toBe(true);
        if (counted.some(({ proof }) => proof === 'break-glass')) return;
        const people = new Set(counted.map((one) => one.person));
        expect(people.size).toBeGreaterThanOrEqual(approvalsNeeded(risk, starter));
        if (starter.proven) expect(people.has(starter.person!)).toBe(false);
      }),
    );
  });

  test('a denial that counts closes it, whatever else was said', () => {
    fc.assert(
      fc.property(anyRisk, anyStarter, fc.array(anyDecision, { maxLength: 8 }), (risk, starter, decisions) => {
        const counted = count(decisions, starter);
        const isDenied = counted.some(({ answer }) => answer === 'deny');
        expect(judgeGate(risk, starter, counted).state === 'denied').toBe(isDenied);
      }),
    );
  });

  test('one person saying yes again and again counts once', () => {
    const starter = { person: null, proven: false };
    const yes: Decision = {
      gate: 'approve-switch',
      person: 'bo',
      answer: 'approve',
      proof: 'code',
      plan,
      at: '2026-03-01T02:00:00.000Z',
    };
    const counted = count([yes, yes, { ...yes, proof: 'slack' }], starter);
    expect(counted).toHaveLength(1);
    expect(judgeGate('destructive', starter, [yes, yes])).toEqual({ state: 'open', missing: 1 });
    expect(judgeGate('disruptive', starter, counted)).toEqual({ state: 'open', missing: 1 });
  });

  test('every answer that does not count says why in a sentence', () => {
    fc.assert(
      fc.property(anyStarter, fc.array(anyDecision, { maxLength: 6 }), anyDecision, (starter, earlier, decision) => {
        const soFar = count(earlier, starter);
        const refused = whyNotCounted(decision, { id: 'approve-switch', plan, starter, soFar });
        if (decision.plan !== plan || decision.gate !== 'approve-switch') expect(refused).toMatch(/\w+ \w+ \w+/);
      }),
    );
  });
});
