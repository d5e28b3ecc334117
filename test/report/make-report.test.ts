// Rows T2 W3 of docs/coverage.md.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run.ts';
import { makeReport } from '../../src/report/make-report.ts';
import type { Part } from '../../src/report/report.ts';
import { anyRecord } from './any-record.ts';
import { at, done, doStep, fact, goodRun, noLoss, planOf, steps } from './records.ts';

const total = (parts: readonly Part[]): number => parts.reduce((sum, { ms }) => sum + ms, 0);
const withStep = (record: RunRecord, id: string, more: object): RunRecord => ({
  ...record,
  steps: record.steps.map((step) => (step.id === id ? { ...step, ...more } : step)),
});
const tick = (record: RunRecord, item: string) => makeReport(record).checklist.find((one) => one.item === item)?.state;

describe('the verdicts of a report', () => {
  it('says yes when it succeeded, was equal, and both objectives are met', () => {
    const { headline, rto, loss } = makeReport(goodRun());
    expect(headline.answer).toBe('yes');
    expect(headline.says).toContain('RTO met: 3m 40s of 15m on the business clock');
    expect(headline.says).toContain('RPO met: proven 5s, claimed 1m; promised 1h');
    expect([rto.business, rto.declared, rto.machine]).toEqual([220, 130, 10]);
    expect(loss.worst).toEqual(noLoss);
  });

  it('never says met for a time with a missing end', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { rto, headline } = makeReport(record);
        const { healthy, impact, declared } = record.stamps;
        if (healthy === undefined || (impact === undefined && declared === undefined)) {
          expect(rto.verdict).toBe('not measured');
          expect(headline.answer).not.toBe('yes');
        }
      }),
    );
  });

  it('never says met, nor yes, for a run that did not recover or whose data differs', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { rto, headline, equality } = makeReport(record);
        const recovered = record.outcome === 'succeeded' || record.outcome === 'partially-failed';
        if (!recovered || equality.some((table) => !table.isEqual)) {
          expect(rto.verdict).not.toBe('met');
          expect(headline.answer).not.toBe('yes');
        }
      }),
    );
  });

  it('says yes only when every measurement there is says so', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { rto, loss, headline, equality } = makeReport(record);
        const good = rto.verdict === 'met' && loss.verdict === 'met' && record.outcome === 'succeeded';
        const rows = equality.flatMap((table) => table.rows);
        const isProven = rows.length > 0 && rows.every((row) => row.equal);
        expect(headline.answer === 'yes').toBe(good && isProven);
      }),
    );
  });

  it('never says that the RPO is met while a target has no proven loss', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { loss } = makeReport(record);
        if (loss.targets.length === 0 || loss.targets.some((one) => !one.loss?.proven)) {
          expect(loss.verdict).not.toBe('met');
        }
      }),
    );
  });

  it('judges the loss from its numbers and not from the verdict it came with', () => {
    const lying = { ...noLoss, proven: { ...noLoss.proven!, holes: [3] } };
    const record = withStep(goodRun(), 'loss', { fact: fact(100, 105, { loss: lying }) });
    expect(makeReport(record).loss.verdict).toBe('missed');
    expect(makeReport(record).headline).toMatchObject({ answer: 'no', rpo: 'missed' });
  });

  it('does not say yes when nothing was compared', () => {
    const record = withStep(goodRun(), 'compare', { fact: fact(10, 30) });
    expect(makeReport(record).headline.answer).toBe('not measured');
  });

  it('says partly when a finding is a failure, and no when it aborted', () => {
    expect(makeReport(goodRun({ outcome: 'partially-failed' })).headline.answer).toBe('partly');
    const aborted = makeReport(goodRun({ outcome: 'aborted', because: 'grace: wrong set' }));
    expect(aborted.headline).toMatchObject({ answer: 'no', rto: 'not measured' });
    expect(aborted.headline.says).toContain('grace: wrong set');
  });

  it('says why a time was not measured', () => {
    const { healthy, ...rest } = goodRun().stamps;
    expect(makeReport(goodRun({ stamps: rest })).headline.says).toContain('no green probe');
    const estimated = { ...rest, healthy: healthy!, impact: { at: at(-120), source: 'estimated' as const } };
    expect(makeReport(goodRun({ stamps: estimated })).headline.says).toContain('a time is an estimate');
  });
});

describe('the parts of the time', () => {
  it('adds up to the run and to the clock that gave the verdict', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { parts, clocks } = makeReport(record);
        expect(total(parts.run)).toBe(Math.max(0, Date.parse(record.endedAt) - Date.parse(record.startedAt)));
        expect(parts.run.every(({ ms }) => ms > 0)).toBe(true);
        const decided = clocks.find((clock) => clock.decides);
        expect(parts.recovery === null).toBe(decided === undefined);
        if (decided !== undefined)
          expect(total(parts.recovery!)).toBe(Date.parse(decided.to!.at) - Date.parse(decided.from!.at));
      }),
    );
  });

  it('keeps people apart from machines', () => {
    expect(makeReport(goodRun()).parts.run).toEqual([
      { part: 'machine', ms: 45_000 },
      { part: 'human', ms: 60_000 },
      { part: 'engine', ms: 5000 },
    ]);
    expect(makeReport(goodRun()).parts.recovery).toContainEqual({ part: 'outsideRun', ms: 120_000 });
  });

  it('keeps time after the end of the run apart', () => {
    expect(makeReport(goodRun({ endedAt: at(97) })).parts.recovery).toContainEqual({ part: 'outsideRun', ms: 123_000 });
  });

  it('counts the time before the fact as a queue, and as failed attempts once there was another attempt', () => {
    const late = { fact: fact(7, 10) };
    expect(makeReport(withStep(goodRun(), 'begin', late)).parts.run).toContainEqual({ part: 'queue', ms: 7000 });
    const retried = makeReport(withStep(goodRun(), 'begin', { ...late, attempts: 3 }));
    expect(retried.parts.run).toContainEqual({ part: 'failedAttempts', ms: 7000 });
    expect(retried.retries).toMatchObject([{ step: 'begin', attempts: 3 }]);
  });

  it('counts a hold and a question inside a failed step as what they were', () => {
    const record = withStep(goodRun(), 'begin', { state: 'failed', fact: undefined, failure: 'no' });
    const waits = [
      { kind: 'question', step: 'begin', from: at(4), to: at(6), says: 'what now?' },
      { kind: 'hold', step: null, from: at(6), to: at(7), says: 'ada: wait' },
    ] as const;
    const parts = makeReport({ ...record, waits }).parts.run;
    expect(parts).toContainEqual({ part: 'failedAttempts', ms: 7000 });
    expect(parts).toContainEqual({ part: 'hold', ms: 1000 });
  });
});

describe('the critical path', () => {
  it('adds up from the start of the run to the end of its last leg', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { legs } = makeReport(record).criticalPath;
        const spent = legs.reduce((sum, leg) => sum + leg.gapMs + leg.ms, 0);
        const ends = legs.map((leg) => Math.max(Date.parse(leg.startedAt), Date.parse(leg.endedAt)));
        expect(legs.every((leg) => leg.gapMs >= 0 && leg.ms >= 0)).toBe(true);
        expect(spent).toBe(
          legs.length === 0 ? 0 : Math.max(Date.parse(record.startedAt), ...ends) - Date.parse(record.startedAt),
        );
      }),
    );
  });

  it('follows what each step waited for longest and stops where it became healthy', () => {
    const [a, b, c] = [doStep('a'), doStep('b'), doStep('c', undefined, ['a'])];
    const record = goodRun({
      plan: planOf([
        { id: 'one', says: '', steps: [a, b, c] },
        { id: 'two', says: '', steps: [steps.probe] },
        { id: 'three', says: '', steps: [steps.loss] },
      ]),
      steps: [
        done(a, 'one', 0, 10),
        done(b, 'one', 0, 15),
        done(c, 'one', 12, 20),
        done(steps.probe, 'two', 20, 25, {
          fact: fact(20, 25, { stamps: { healthy: { at: at(25), source: 'probe' } } }),
        }),
        done(steps.loss, 'three', 25, 99),
      ],
    });
    const path = makeReport(record).criticalPath;
    expect(path.until).toBe('healthy');
    expect(path.legs.map((leg) => [leg.step, leg.gapMs, leg.ms])).toEqual([
      ['a', 0, 10_000],
      ['c', 2000, 8000],
      ['probe', 0, 5000],
    ]);
  });
});

describe('what a report must not hide', () => {
  it('lists every planned step whose work does not stand, each with a reason', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const report = makeReport(record);
        const planned = record.plan.phases.flatMap((phase) => phase.steps.map((step) => step.id));
        const standing = record.steps.filter((step) => step.state === 'done').map((step) => step.id);
        expect(report.notExecuted.map((one) => one.step)).toEqual(planned.filter((id) => !standing.includes(id)));
      }),
    );
    const record = withStep(goodRun(), 'switch', { state: 'failed', failure: 'it shows neither' });
    const { notExecuted } = makeReport({ ...record, steps: record.steps.filter((step) => step.id !== 'probe') });
    expect(notExecuted.map((one) => [one.step, one.why])).toEqual([
      ['switch', 'it shows neither'],
      ['probe', 'the run ended at "switch" before it'],
    ]);
  });

  it('puts objects that differ first and says how many', () => {
    const record = withStep(goodRun(), 'compare', {
      fact: fact(10, 30, {
        equality: [
          { object: 'a', expectedRows: 1, foundRows: 1, equal: true },
          { object: 'b', expectedRows: 2, foundRows: 1, equal: false },
        ],
      }),
    });
    const report = makeReport(record);
    expect(report.equality[0]?.rows.map((row) => row.object)).toEqual(['b', 'a']);
    expect(report.headline.says).toContain('NOT equal');
    expect(tick(record, 'snapshot restore ok')).toBe('no');
  });

  it('ticks nothing that was not measured', () => {
    const ticks = Object.fromEntries(makeReport(goodRun()).checklist.map(({ item, state }) => [item, state]));
    expect(ticks).toEqual({
      'point-in-time restore ok': 'not applicable',
      'snapshot restore ok': 'yes',
      'checks of the estate green': 'not applicable',
      'connection strings updated': 'yes',
      'application connects': 'yes',
      'search works': 'not measured',
      'no data lost': 'yes',
      'RTO met': 'yes',
      'RPO met': 'yes',
    });
    expect(tick(withStep(goodRun(), 'compare', { fact: fact(10, 30) }), 'snapshot restore ok')).toBe('not measured');
    const row = { object: 'items', expectedRows: 20, foundRows: 19, equal: false };
    const unequal = withStep(goodRun(), 'compare', {
      state: 'failed',
      fact: undefined,
      failure: 'items: 19 of 20 rows',
      evidence: { equality: [row] },
    });
    expect(makeReport(unequal).equality).toMatchObject([{ step: 'compare', isEqual: false, objects: 1, rows: [row] }]);
    expect(makeReport(unequal).checklist).toContainEqual({
      item: 'snapshot restore ok',
      state: 'no',
      because: 'items: 19 of 20 rows',
    });
    expect(tick(withStep(goodRun(), 'probe', { state: 'failed' }), 'application connects')).toBe('no');
    expect(tick(withStep(goodRun(), 'loss', { fact: fact(1, 2) }), 'no data lost')).toBe('not measured');
    const lost = { ...noLoss, proven: { ...noLoss.proven!, missing: 2 } };
    expect(tick(withStep(goodRun(), 'loss', { fact: fact(1, 2, { loss: lost }) }), 'no data lost')).toBe('no');
  });

  it('names the risk of a gate, and of a step that a decision left out', () => {
    const skippable = { why: 'two people declare it lost', risk: 'destructive' as const };
    const good = goodRun();
    const decision = { person: 'grace', answer: 'approve', proof: 'code', plan: 'a'.repeat(64), at: at(90) } as const;
    const record = goodRun({
      plan: { ...good.plan, phases: [{ id: 'one', says: '', steps: [steps.gate, { ...steps.begin, skippable }] }] },
      decisions: ['go', 'skip/begin', 'skip/gone'].map((gate) => ({ ...decision, gate })),
    });
    expect(makeReport(record).decisions.map((one) => one.risk)).toEqual(['disruptive', 'destructive', null]);
  });

  it('gives the same report of the same record', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(makeReport(structuredClone(record))).toEqual(makeReport(record));
      }),
    );
  });
});
