import { countChecks } from '../domain/checks.ts';
import type { Rto, Stamp, Stamps, Verdict } from '../domain/clocks.ts';
import type { RunRecord } from '../domain/run.ts';
import type { TargetId } from '../domain/words.ts';
import { rtoOf } from './clock-lines.ts';
import { isEqual } from './equality.ts';
import type { ChecksTable, EqualityTable, LossSummary, TargetLine } from './report.ts';
import { factsOf, objectiveOf, stepsCalling, stepsOf } from './steps.ts';

/** When the last service that stands on a target was healthy; not known before every one of them was. */
const healthyOf = (record: RunRecord, target: TargetId): Stamp | undefined => {
  const moves = stepsOf(record.plan).flatMap((step) =>
    step.kind === 'do' && step.run.verb === 'switchTarget' && step.run.with.target === target ? [step.id] : [],
  );
  const probes = stepsCalling(record, 'probeService').filter(({ step }) =>
    step.after?.some((id) => moves.includes(id)),
  );
  const found = probes.map(
    ({ record: done }) => done && factsOf(done).findLast((fact) => fact.stamps?.healthy !== undefined)?.stamps?.healthy,
  );
  const known = found.filter((stamp) => stamp !== undefined);
  if (known.length < found.length) return undefined;
  return known.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1);
};

/** The moments of a run as one target saw them. Of a run about one target they are the run's. */
const stampsOf = (record: RunRecord, target: TargetId): Stamps => {
  if (record.plan.targets.length < 2) return record.stamps;
  const { healthy: _, ...begun } = record.stamps;
  const healthy = healthyOf(record, target);
  return healthy === undefined ? begun : { ...begun, healthy };
};

const worse: Record<Verdict, number> = { missed: 2, 'not measured': 1, met: 0 };

const secondsOf = ({ by, ...rto }: Rto): number => (by === null ? -1 : (rto[by] ?? -1));

/** The target that decides for the whole run: the worst verdict, then the slowest. */
export interface Deciding {
  target: TargetId | null;
  rto: Rto;
  stamps: Stamps;
  /** How many targets have that verdict, of how many. */
  alike: number;
  of: number;
}

const decide = (record: RunRecord, lines: readonly TargetLine[], equal: boolean | null): Deciding => {
  const [worst] = lines.toSorted(
    (a, b) => worse[b.rto.verdict] - worse[a.rto.verdict] || secondsOf(b.rto) - secondsOf(a.rto),
  );
  if (worst === undefined || lines.length < 2) {
    const { stamps, plan } = record;
    const rto = rtoOf(record, stamps, plan.objective.rtoSeconds, equal);
    return { target: null, rto, stamps, alike: 1, of: 1 };
  }
  const { target, rto } = worst;
  const alike = lines.filter((one) => one.rto.verdict === rto.verdict).length;
  return { target, rto, stamps: stampsOf(record, target), alike, of: lines.length };
};

interface Found {
  equality: readonly EqualityTable[];
  checks: readonly ChecksTable[];
  loss: LossSummary;
}

const lineOf = (record: RunRecord, target: TargetId, found: Found): TargetLine => {
  const equality = found.equality.filter((table) => table.target === target);
  const equal = isEqual(equality);
  const rows = found.checks.flatMap((table) => (table.target === target ? table.rows : []));
  const wasRestored = stepsCalling(record, 'beginRestore').length > 0;
  return {
    target,
    set: (wasRestored && record.plan.sets.find((set) => set.target === target)?.id) || null,
    rto: rtoOf(record, stampsOf(record, target), objectiveOf(record.plan, target).rtoSeconds, equal),
    loss: found.loss.targets.find((one) => one.target === target)?.loss ?? null,
    objects: equality.reduce((sum, table) => sum + table.objects, 0),
    isEqual: equal,
    checks: rows.length === 0 ? null : countChecks(rows),
    areChecksGreen: rows.length === 0 ? null : rows.every(({ state }) => state === 'green'),
  };
};

/** What became of each target, and whose recovery time is that of the run. */
export const targetLines = (record: RunRecord, found: Found): { lines: TargetLine[]; deciding: Deciding } => {
  const lines = record.plan.targets.map((target) => lineOf(record, target, found));
  return { lines, deciding: decide(record, lines, isEqual(found.equality)) };
};
