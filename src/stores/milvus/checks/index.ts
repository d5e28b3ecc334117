import { type Check, type CheckKind, type CheckRow, describeCheck } from '../../../domain/checks.ts';
import { isDrError } from '../../../domain/errors.ts';
import { type Found, unmeasured } from '../../found.ts';
import type { CheckOptions, Checks } from '../../port.ts';
import { type Operation, operate, type Session } from '../connection/session.ts';
import { columns } from './columns.ts';
import { dimensions } from './dimensions.ts';
import { index } from './index-definition.ts';
import { readKeys } from './keys.ts';
import { newestRow } from './newest-row.ts';
import { objects } from './objects.ts';
import { orphans } from './orphans.ts';
import { search } from './search.ts';

type Run<K extends CheckKind> = (
  operation: Operation,
  check: Extract<Check, { kind: K }>,
  options: CheckOptions,
) => Promise<Found>;

const runs: { [K in CheckKind]?: Run<K> } = { orphans, objects, columns, index, newestRow, dimensions, search };

const runOne = async (operation: Operation, check: Check, options: CheckOptions): Promise<CheckRow> => {
  const run = runs[check.kind] as Run<CheckKind> | undefined;
  const named = { check: check.kind, says: describeCheck(check) };
  if (run === undefined) return { ...named, ...unmeasured('an answer', 'Milvus has no such check') };
  try {
    return { ...named, ...(await run(operation, check as never, options)) };
  } catch (error) {
    if (!isDrError(error) || !['no-permission', 'not-supported'].includes(error.kind)) throw error;
    return { ...named, ...unmeasured('an answer', error.message) };
  }
};

/** What can be asked of collections. Nothing is changed, except that a collection that is not loaded is for a while. */
export const checksOf = (session: Session): Checks => ({
  run: (checks, options) =>
    operate(session, async (operation) => {
      const rows: CheckRow[] = [];
      for (const check of checks) {
        operation.goOn();
        rows.push(await runOne(operation, check, options));
      }
      return rows;
    }),
  keys: (object, columnsOfKey) => readKeys(session, object, columnsOfKey),
});
