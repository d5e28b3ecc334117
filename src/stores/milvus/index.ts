import type { Kind, Place } from '../port.ts';
import { snapshot } from './backup/snapshot.ts';
import { presentCanaries, writeCanary } from './canary.ts';
import { checksOf } from './checks/index.ts';
import { describeAddress, readAddress } from './connection/address.ts';
import { interrupted } from './connection/failure.ts';
import { type Operation, openSession, operate, type Session } from './connection/session.ts';
import { readJson } from './export/read-json.ts';
import { writeJson } from './export/write-json.ts';
import { fingerprint } from './fingerprint.ts';
import { inspect } from './inspect.ts';
import type { Meta } from './meta.ts';
import { begin } from './restore/begin.ts';
import { endLedger, readDone, writeMark } from './restore/ledger.ts';
import { oneAtATime } from './restore/one-at-a-time.ts';
import { prove } from './restore/prove.ts';
import { restore } from './restore/restore.ts';
import { units } from './restore/units.ts';
import { explain } from './selection.ts';

const placeOf = (session: Session): Place<Meta> => {
  const call = <T>(body: (operation: Operation) => Promise<T>): Promise<T> => operate(session, body);
  const alone = <T>(body: (operation: Operation) => Promise<T>): Promise<T> =>
    call((operation) => oneAtATime(describeAddress(session.address), operation.signal, () => body(operation)));
  return {
    inspect: () => call(inspect),
    stamp: (mark) => alone((operation) => writeMark(operation, mark)),
    snapshot: (to, selection) => call((operation) => snapshot(operation, to, selection)),
    begin: (by, meta) => alone((operation) => begin(operation, by, meta)),
    restore: (unit, meta, from, by) => call((operation) => restore(operation, unit, meta, from, by)),
    ledger: (by) => call((operation) => readDone(operation, by)),
    end: (by) => alone((operation) => endLedger(operation, by)),
    fingerprint: (filter) => call((operation) => fingerprint(operation, filter)),
    prove: (by, meta, of) => call((operation) => prove(operation, by, meta, of)),
    can: {
      canary: {
        write: (seq) => alone((operation) => writeCanary(operation, seq)),
        present: () => call(presentCanaries),
      },
      checks: checksOf(session),
    },
  };
};

/**
 * Milvus 2.4 and newer and Milvus Lite, over gRPC. A place is the collections of one database, or those of a prefix there.
 * Definitions as the server describes them, rows as Parquet in the order of primary keys. Milvus has no transactions, no view of
 * one moment and no way to stop others from writing: units are idempotent, sets are fuzzy, and there is no fence.
 */
export const milvus: Kind<Meta> = {
  kind: 'milvus',
  cannotFence: 'Milvus has no way to refuse the writes of others',
  async open(url, work) {
    const address = readAddress(url);
    if (work.signal.aborted) throw interrupted();
    const session = await openSession(address, work);
    return { ...placeOf(session), [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  },
  explain,
  units,
  json: { write: writeJson, read: readJson },
};
