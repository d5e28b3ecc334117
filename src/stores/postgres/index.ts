import pLimit from 'p-limit';
import { interrupted } from '../failure.ts';
import type { Kind, Place } from '../port.ts';
import { snapshot } from './backup/snapshot.ts';
import { canariesOf } from './canary.ts';
import { checksOf } from './checks/index.ts';
import { recall } from './checks/recall.ts';
import { readAddress } from './connection/address.ts';
import { openSession, type Session } from './connection/session.ts';
import { placeLookOf, setLook } from './export/index.ts';
import { fenceOf } from './fence/fence.ts';
import { fingerprint } from './fingerprint.ts';
import { inspect } from './inspect.ts';
import { writeMark } from './mark.ts';
import type { PostgresMeta } from './meta.ts';
import { begin } from './restore/begin.ts';
import { dropLedger, readLedger } from './restore/ledger.ts';
import { prove } from './restore/prove.ts';
import { restore } from './restore/restore.ts';
import { units } from './restore/units.ts';
import { explain } from './selection/explain.ts';

const placeOf = (session: Session): Place<PostgresMeta> => {
  const limit = pLimit(Math.max(1, session.work.parallel));
  return {
    inspect: () => inspect(session),
    stamp: (mark) =>
      session.run('stamping the place', async ({ client }) => {
        await client.query('BEGIN');
        await writeMark(client, mark);
        await client.query('COMMIT');
      }),
    snapshot: (to, selection) => snapshot(session, to, selection),
    begin: (by, meta) => begin(session, by, meta),
    restore: (unit, meta, from, by) => limit(() => restore(session, unit, meta, from, by)),
    ledger: (by) => session.run('reading the ledger', ({ client }) => readLedger(client, by)),
    end: (by) =>
      session.run('ending the restore', async ({ client }) => {
        await client.query('BEGIN');
        await dropLedger(client, by);
        await client.query('COMMIT');
      }),
    fingerprint: (filter) => fingerprint(session, filter),
    prove: (by, meta, of) => prove(session, by, meta, of),
    can: {
      fence: fenceOf(session),
      canary: canariesOf(session),
      checks: checksOf(session),
      look: placeLookOf(session),
      recall: (meta, selection) => recall(session, meta, selection),
    },
  };
};

/**
 * PostgreSQL 14 and newer, one database per place, by URL. Schema through `pg_dump` and `pg_restore`, rows by COPY in
 * ranges of blocks, both of one exported snapshot.
 */
export const postgres: Kind<PostgresMeta> = {
  kind: 'postgres',
  async open(url, work) {
    const address = readAddress(url);
    if (work.signal.aborted) throw interrupted();
    const session = await openSession(address, work);
    return { ...placeOf(session), [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  },
  explain,
  units,
  look: setLook,
};
