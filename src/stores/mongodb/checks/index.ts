import { type Check, type CheckKind, type CheckRow, describeCheck } from '../../../domain/checks.ts';
import { isDrError } from '../../../domain/errors.ts';
import { type Found, unmeasured } from '../../found.ts';
import type { CheckOptions, Checks } from '../../port.ts';
import { listCollections } from '../catalog.ts';
import type { Session } from '../connection/session.ts';
import { index } from './index-definition.ts';
import { keys } from './keys.ts';
import { newestRow } from './newest-row.ts';
import { objects } from './objects.ts';
import { orphans } from './orphans.ts';
import type { Run } from './run.ts';

const runs: { [K in CheckKind]?: Run<Extract<Check, { kind: K }>> } = { orphans, objects, index, newestRow };

const runOne = (session: Session, check: Check, options: CheckOptions): Promise<Found> =>
  session.run(`checking that ${describeCheck(check)}`, async (signal) => {
    const run = runs[check.kind] as Run<Check> | undefined;
    if (run === undefined) return unmeasured('an answer', 'MongoDB stores have no such check');
    const there = new Map((await listCollections(session)).map((one) => [one.name, one]));
    return run({ session, there, options, signal }, check);
  });

/** What this login may not do says nothing about the data. @throws the error when nothing is known */
const readError = (error: unknown): Found => {
  if (isDrError(error) && error.kind === 'no-permission')
    return unmeasured('an answer', `${error.message}; ${error.hint}`);
  throw error;
};

/** Checks of a MongoDB place: the server does the work, and nothing is written. */
export const checksOf = (session: Session): Checks => ({
  run: async (checks, options) => {
    const rows: CheckRow[] = [];
    for (const check of checks) {
      session.work.beat({ says: `checking that ${describeCheck(check)}`, bytes: 0, totalBytes: null });
      const found = await runOne(session, check, options).catch(readError);
      rows.push({ check: check.kind, says: describeCheck(check), ...found });
    }
    return rows;
  },
  keys: (object, columns) => keys(session, object, columns),
});
