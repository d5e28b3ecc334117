import { hash } from 'node:crypto';
import { type CheckRow, describeCheck, type OrphansCheck } from '../../src/domain/checks.ts';
import { describeError, isDrError } from '../../src/domain/errors.ts';
import type { Site } from '../../src/domain/verbs.ts';
import type { CheckOptions } from '../../src/stores/port.ts';
import { boundOf } from '../guard.ts';
import { type OpenSite, openSite } from '../site.ts';
import type { Job } from '../verb.ts';
import { antiJoin, type Keys } from './anti-join.ts';

/** Orphans of one target whose parents are in another one. */
export type AcrossCheck = OrphansCheck & { parentTarget: string };

/** What tells of the data, or of what may be asked; anything else is trouble, and may be over soon. */
const answers: ReadonlySet<string> = new Set(['missing', 'no-permission', 'not-supported']);

/** Passes on, and tells how many rows were read. */
const counted = async function* (
  { work }: Pick<Job, 'work'>,
  says: string,
  keys: AsyncIterable<Keys>,
): AsyncGenerator<Keys> {
  let rows = 0;
  for await (const some of keys) {
    work.signal.throwIfAborted();
    rows += some.length;
    work.beat({ says: `${says}: ${rows} keys read`, bytes: rows, totalBytes: null });
    yield some;
  }
};

/**
 * Where the other target is: the place that the same run restored for it, else the place in service. A place that cannot be
 * opened leaves the check unmeasured, with the reason: it says nothing of the data that is checked.
 */
const openParent = async (
  job: Job,
  target: string,
  parents: readonly Site[],
): Promise<{ open: OpenSite; says: string } | { absent: string }> => {
  try {
    const restored = parents.find(({ place }) => place.target === target);
    const site = restored ?? (await boundOf(job.world, target));
    return { open: await openSite(job, site), says: site.place.id };
  } catch (error) {
    if (job.work.signal.aborted) throw error;
    return { absent: `${target} cannot be read: ${describeError(error)}` };
  }
};

/** Runs the check with the keys of both places, some at a time: neither has to fit into memory. */
export const orphansAcross = async (
  job: Job,
  child: OpenSite,
  check: AcrossCheck,
  parents: readonly Site[],
  { shows }: Pick<CheckOptions, 'shows'>,
): Promise<CheckRow> => {
  const row = (state: CheckRow['state'], found: string): CheckRow => {
    const says = describeCheck(check);
    return { check: 'orphans', says, state, expected: '0 orphans', found };
  };
  const opened = await openParent(job, check.parentTarget, parents);
  if ('absent' in opened) return row('not measured', opened.absent);
  await using parent = opened.open;
  const [from, to] = [child.place.can.checks?.keys, parent.place.can.checks?.keys];
  if (from === undefined || to === undefined) {
    const which = from === undefined ? child : parent;
    return row('not measured', `${which.kind.kind} stores do not give the keys of their rows`);
  }
  try {
    const says = `checking that ${describeCheck(check)}`;
    const { orphans, examples } = await antiJoin(
      () => counted(job, says, from(check.child, check.columns)),
      () => counted(job, says, to(check.parent, check.parentColumns)),
    );
    const found = `${orphans === 1 ? '1 orphan' : `${orphans} orphans`} beside ${opened.says}`;
    if (orphans === 0) return row('green', found);
    const shown = examples.map((key) => (shows === 'values' ? key : hash('sha256', key).slice(0, 16)));
    return { ...row('red', found), examples: shown };
  } catch (error) {
    if (!isDrError(error) || !answers.has(error.kind)) throw error;
    return row(error.kind === 'missing' ? 'red' : 'not measured', error.message);
  }
};
