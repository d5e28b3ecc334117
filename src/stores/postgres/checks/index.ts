import { type Check, type CheckKind, type CheckRow, describeCheck } from '../../../domain/checks.ts';
import { interrupted } from '../../failure.ts';
import { type Found, unmeasured } from '../../found.ts';
import type { CheckOptions, Checks } from '../../port.ts';
import type { Session } from '../connection/session.ts';
import { columns } from './columns.ts';
import { dimensions } from './dimensions.ts';
import { index } from './index-definition.ts';
import { integrity } from './integrity.ts';
import { keys } from './keys.ts';
import { newestRow } from './newest-row.ts';
import { objects } from './objects.ts';
import { orphans } from './orphans.ts';
import { readError } from './read-error.ts';
import type { Run } from './run.ts';
import { search } from './search.ts';
import { sql } from './sql.ts';

const runs: { [K in CheckKind]?: Run<Extract<Check, { kind: K }>> } = {
  orphans,
  objects,
  columns,
  index,
  newestRow,
  sql,
  dimensions,
  search,
  integrity,
};

/** Those that make something of their own to compare with or to look through; it goes with the transaction. */
const makes: ReadonlySet<CheckKind> = new Set(['index', 'integrity']);

/** Every check sees one moment, and leaves nothing whatever becomes of it. */
const inTransaction = (session: Session, check: Check, options: CheckOptions): Promise<Found[]> =>
  session.run(`checking that ${describeCheck(check)}`, async ({ client }) => {
    const run = runs[check.kind] as Run<Check> | undefined;
    if (run === undefined) return [unmeasured('an answer', 'PostgreSQL stores have no such check')];
    await client.query(makes.has(check.kind) ? 'BEGIN' : 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const found = await run({ client, session, options }, check);
    await client.query('ROLLBACK');
    return found;
  });

/** Checks of a PostgreSQL database: all the work is done on the server, in transactions that are rolled back. */
export const checksOf = (session: Session): Checks => ({
  run: async (checks, options) => {
    const rows: CheckRow[] = [];
    for (const check of checks) {
      if (session.work.signal.aborted) throw interrupted();
      session.work.beat({ says: `checking that ${describeCheck(check)}`, bytes: 0, totalBytes: null });
      const found = await inTransaction(session, check, options).catch((error) => [readError(error)]);
      rows.push(...found.map((one) => ({ check: check.kind, says: one.says ?? describeCheck(check), ...one })));
    }
    return rows;
  },
  keys: (object, columns) => keys(session, object, columns),
});
